/* cuda_peak.cu: the fastest matrix product there is on this GPU, measured. */
#include "cuda.h"

#ifndef CUDA_PEAK_SIDE
#define CUDA_PEAK_SIDE 8192
#endif

enum { TIMES = 10 };

static bool time_product(const gpu_product *p, cudaEvent_t begin, cudaEvent_t end, float *milliseconds)
{
    cudaEventRecord(begin, cuda_gpu.stream);
    cuda_multiply(p);
    cudaEventRecord(end, cuda_gpu.stream);
    return cuda_check(cudaEventSynchronize(end), "measuring the peak") == 0 &&
           cuda_check(cudaEventElapsedTime(milliseconds, begin, end), "measuring the peak") == 0;
}

static double best_rate(const gpu_product *p)
{
    cudaEvent_t begin, end;
    double best = 0;
    if (cuda_check(cudaEventCreate(&begin), "an event") != 0 || cuda_check(cudaEventCreate(&end), "an event") != 0)
        return 0;
    for (int i = 0; i < TIMES; i++) {
        float milliseconds = 0;
        if (!time_product(p, begin, end, &milliseconds))
            break;
        double rate = 2.0 * static_cast<double>(p->m) * static_cast<double>(p->n) * static_cast<double>(p->k) /
                      (1e-3 * static_cast<double>(milliseconds));
        best = milliseconds > 0 && rate > best ? rate : best;
    }
    cudaEventDestroy(begin);
    cudaEventDestroy(end);
    return best;
}

double cuda_gemm_peak(void)
{
    const int64_t side = CUDA_PEAK_SIDE, numbers = side * side;
    float *room = static_cast<float *>(cuda_allocate(3 * static_cast<size_t>(numbers) * sizeof *room));
    if (!room || cuda_clear(room, 3 * static_cast<size_t>(numbers) * sizeof *room) != 0)
        return 0;
    gpu_product p = {};
    p.m = p.n = p.k = p.lda = p.ldb = p.ldc = side;
    p.a = room;
    p.b = room + numbers;
    p.c = room + 2 * numbers;
    double best = best_rate(&p);
    cuda_release(room);
    return best;
}
