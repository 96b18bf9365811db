/* cuda_step.cu: small kernels around a step: its number, single numbers, rows of a batch, a log of losses. Each moves
 * a few kilobytes or, the gather, a batch of features once. Measured: not yet on a GPU. */
#include "cuda.h"

static struct {
    uint64_t *step;
    uint64_t known; /* what it holds once the calls so far have run */
} counter;

/* Has no launch failed since someone asked? */
static int launched(void)
{
    return cuda_trouble_text() ? -1 : 0;
}

int cuda_clear(void *at, size_t bytes)
{
    if (bytes == 0)
        return 0;
    if (cuda_order_numbers(nullptr, 0, at, bytes) != 0 ||
        cuda_check(cudaMemsetAsync(at, 0, bytes, cuda_gpu.stream), "clearing memory") != 0)
        return -1;
    return cuda_order_done();
}

int cuda_step_open(void)
{
    void *at = cuda_allocate(sizeof *counter.step);
    if (!at || cuda_clear(at, sizeof *counter.step) != 0)
        return -1;
    counter.step = static_cast<uint64_t *>(at);
    cuda_gpu.step = counter.step;
    return 0;
}

static __global__ void set_step_kernel(uint64_t *to, uint64_t step)
{
    *to = step;
}

int cuda_set_step(uint64_t step)
{
    if (counter.known == step)
        return 0;
    gpu_launch(&cuda_gpu, set_step_kernel, dim3(1), 1, 0, counter.step, step);
    counter.known = step;
    return launched();
}

static __global__ void fill_kernel(float *to, float value)
{
    *to = value;
}

int cuda_fill(float *to, float value)
{
    if (cuda_order_numbers(nullptr, 0, to, sizeof *to) != 0)
        return -1;
    gpu_launch(&cuda_gpu, fill_kernel, dim3(1), 1, 0, to, value);
    return launched() != 0 ? -1 : cuda_order_done();
}

enum { ROWS = 64, TERMS = 64 }; /* that fit a kernel's parameters */
typedef struct row_list {
    int64_t row[ROWS];
} row_list;

/* Block (x, y): a part of row y. */
static __global__ void gather_kernel(float *to, const float *rows, row_list list, int64_t apart, int64_t floats)
{
    const float *from = rows + list.row[blockIdx.y] * apart;
    int64_t e = static_cast<int64_t>(blockIdx.x) * (GPU_THREADS * GPU_EACH) + threadIdx.x;
#pragma unroll
    for (int i = 0; i < GPU_EACH; i++, e += GPU_THREADS)
        if (e < floats)
            to[static_cast<int64_t>(blockIdx.y) * floats + e] = from[e];
}

int cuda_gather(float *to, const float *rows, const int64_t *row, int count, int64_t apart, int64_t floats)
{
    for (int first = 0; first < count; first += ROWS) {
        row_list list = {};
        int n = count - first < ROWS ? count - first : ROWS;
        for (int i = 0; i < n; i++)
            list.row[i] = row[first + i];
        gpu_launch(&cuda_gpu, gather_kernel, dim3(gpu_pieces(floats, GPU_THREADS * GPU_EACH), static_cast<unsigned>(n)),
                   GPU_THREADS, 0, to + first * floats, rows, list, apart, floats);
    }
    return launched();
}

typedef struct term_list {
    const float *value[TERMS];
} term_list;

static __global__ void note_kernel(float *ring, uint64_t rows, term_list terms, int count, const uint64_t *step)
{
    int i = static_cast<int>(threadIdx.x);
    if (i < count)
        ring[*step % rows * static_cast<uint64_t>(count) + static_cast<uint64_t>(i)] = *terms.value[i];
}

int cuda_note(float *ring, int rows, const float *const *value, int count, uint64_t step)
{
    term_list terms = {};
    if (count > TERMS)
        return cuda_trouble("a step has %d losses and probes; the most is %d", count, static_cast<int>(TERMS));
    if (!cuda_recording && cuda_set_step(step) != 0)
        return -1;
    for (int i = 0; i < count; i++)
        terms.value[i] = value[i];
    if (cuda_order_numbers(value, count, ring, sizeof *ring * static_cast<size_t>(rows) * static_cast<size_t>(count)) !=
        0)
        return -1;
    gpu_launch(&cuda_gpu, note_kernel, dim3(1), static_cast<unsigned>(TERMS), 0, ring, static_cast<uint64_t>(rows),
               terms, count, counter.step);
    return launched() != 0 ? -1 : cuda_order_done();
}
