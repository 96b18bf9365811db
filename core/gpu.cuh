/* gpu.cuh: what the CUDA half of an operation is written with. NAME.cu beside NAME.c enters a record under the
 * operation's name; its functions launch kernels on the device's stream and return at once. A module's NAME.cu does the
 * same for operations that the module brings.
 *
 * Rules, which the tests check on every operation: the result equals the CPU's within a bound that is derived and not
 * tuned; it is the same to the bit each time, so there are no atomic sums and no order that depends on scheduling; no
 * allocation, no copy from or to the host and no waiting, since the calls are recorded into a CUDA graph and replayed;
 * what changes from step to step (the step's number) is therefore read from device memory, not passed by value.
 *
 * A NAME.cu puts all it has into an unnamed namespace: kernels are templates over its structs, and two structs of one
 * name in two files would become one kernel. */
#ifndef ABLATE_GPU_CUH
#define ABLATE_GPU_CUH
#include "shape.h"
#include <cuda_runtime.h>

typedef enum { GPU_FLOAT32, GPU_TF32, GPU_BF16 } gpu_precision; /* of the operands of matrix products */

/* C (m x n) = op(A) (m x k) op(B) (k x n), or added to C; row-major with row strides; ta/tb: A/B stored transposed.
 * `batches` such products, each `apart` numbers on (0: the operand is shared). bias (n), or NULL: added to every row.
 */
typedef struct gpu_product {
    bool ta, tb, add;
    int64_t m, n, k, lda, ldb, ldc;
    const float *a, *b, *bias;
    float *c;
    int64_t batches, a_apart, b_apart, c_apart;
} gpu_product;

typedef struct gpu { /* the device, as kernels' launchers see it */
    cudaStream_t stream;
    const uint64_t *step; /* device memory: number of the step being computed */
    gpu_precision precision;
    int multiprocessors;
    void (*multiply)(const gpu_product *); /* on the stream; a failure is remembered and reported after the call */
    void (*fail)(const char *why);         /* reports a call that it cannot do, as a clause */
} gpu;

typedef struct gpu_op {
    const char *name;
    void (*forward)(const gpu *, const ablate_call *); /* pointers are device memory; writes all of out (and aux) */
    void (*backward)(const gpu *, const ablate_call *);
    /* Floats of call->scratch, which begins at a multiple of 64 bytes; of the call only shapes, attributes and which
     * gradients are wanted may be looked at. NULL: 0. */
    int64_t (*scratch)(const ablate_call *, bool backward);
} gpu_op;

/* Two operations that follow each other, as one: less memory is moved, and a launch is saved. Its numbers are the same
 * as if they were called one by one. Backward may leave the gradient of the first's result as it was before. Looked for
 * in the device's own object only: a module cannot bring pairs. */
typedef struct gpu_pair {
    const char *first, *second;
    bool (*fits)(const ablate_call *first, const ablate_call *second, bool backward); /* see device.h's pair */
    void (*forward)(const gpu *, const ablate_call *first, const ablate_call *second);
    void (*backward)(const gpu *, const ablate_call *first, const ablate_call *second);
} gpu_pair;

#define GPU_PAIR(record)                                                                                               \
    [[maybe_unused]] static const gpu_pair *const record##_entry __attribute__((used, section("ablate_gpu_pairs"))) =  \
        &(record)

/* Enters a static record into the object's section of records. */
#define GPU_RECORD(record)                                                                                             \
    [[maybe_unused]] static const gpu_op *const record##_entry __attribute__((used, section("ablate_gpu_ops"))) =      \
        &(record)

/* A module's NAME.cu ends with GPU_EXPORT, once, so that the device finds its records. */
typedef const gpu_op *const *gpu_op_list(int *count);
#define GPU_EXPORT                                                                                                     \
    extern "C" {                                                                                                       \
    extern const gpu_op *const __start_ablate_gpu_ops[] __attribute__((visibility("hidden")));                         \
    extern const gpu_op *const __stop_ablate_gpu_ops[] __attribute__((visibility("hidden")));                          \
    }                                                                                                                  \
    static const gpu_op *const *gpu_export(int *count)                                                                 \
    {                                                                                                                  \
        *count = (int)(__stop_ablate_gpu_ops - __start_ablate_gpu_ops);                                                \
        return __start_ablate_gpu_ops;                                                                                 \
    }                                                                                                                  \
    extern "C" __attribute__((visibility("default"))) gpu_op_list *const ablate_gpu_list;                              \
    gpu_op_list *const ablate_gpu_list = gpu_export

/* ---- launching ---- */

constexpr int GPU_WARP = 32, GPU_THREADS = 256, GPU_EACH = 4;

#ifdef __CUDACC__
template <class... P, class... A>
void gpu_launch(const gpu *g, void (*kernel)(P...), dim3 blocks, unsigned threads, size_t shared, A... arguments)
{
    if (shared > 48u << 10) /* more than a kernel may have without asking */
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared));
    kernel<<<blocks, threads, shared, g->stream>>>(static_cast<P>(arguments)...);
    cudaError_t error = cudaGetLastError();
    if (error != cudaSuccess)
        g->fail(cudaGetErrorString(error));
}

/* The block's dynamic shared memory, `shared` bytes of the launch. */
template <class T> __device__ T *gpu_shared()
{
    extern __shared__ __align__(16) unsigned char gpu_shared_bytes[];
    return reinterpret_cast<T *>(gpu_shared_bytes);
}
#endif

inline unsigned gpu_pieces(int64_t n, int64_t piece) /* pieces that n numbers make */
{
    return static_cast<unsigned>((n + piece - 1) / piece);
}

inline int64_t gpu_width(const ablate_shape *s) /* length of the last axis; 1 for a scalar */
{
    return s->rank > 0 ? s->dim[s->rank - 1] : 1;
}

/* body(e) for every e below n, neighbouring threads at neighbouring e, GPU_EACH of them a thread so that their loads
 * are under way together. Index is uint32_t wherever n fits: divisions of 64 bits are slow. */
template <class Index, class Body> __global__ void gpu_each_kernel(Index n, Body body)
{
    Index e = static_cast<Index>(blockIdx.x) * (GPU_THREADS * GPU_EACH) + threadIdx.x;
#pragma unroll
    for (int i = 0; i < GPU_EACH; i++, e += GPU_THREADS)
        if (e < n)
            body(e);
}

/* `Body` is a struct of plain values with `template <class Index> __device__ void operator()(Index e) const`. */
template <class Body> void gpu_each(const gpu *g, int64_t n, Body body)
{
    if (n <= 0)
        return;
    unsigned blocks = gpu_pieces(n, GPU_THREADS * GPU_EACH);
    if (n < INT64_C(1) << 31)
        gpu_launch(g, gpu_each_kernel<uint32_t, Body>, dim3(blocks), GPU_THREADS, 0, static_cast<uint32_t>(n), body);
    else
        gpu_launch(g, gpu_each_kernel<uint64_t, Body>, dim3(blocks), GPU_THREADS, 0, static_cast<uint64_t>(n), body);
}

/* body(row, lane): a warp a row, all 32 lanes of a warp with the same row. */
template <class Body> __global__ void gpu_rows_kernel(int64_t rows, Body body)
{
    int64_t row = static_cast<int64_t>(blockIdx.x) * (GPU_THREADS / GPU_WARP) + threadIdx.x / GPU_WARP;
    if (row < rows)
        body(row, static_cast<int>(threadIdx.x % GPU_WARP));
}

/* `Body` has `__device__ void operator()(int64_t row, int lane) const`; it may use the warp's functions below. */
template <class Body> void gpu_rows(const gpu *g, int64_t rows, Body body)
{
    if (rows > 0)
        gpu_launch(g, gpu_rows_kernel<Body>, dim3(gpu_pieces(rows, GPU_THREADS / GPU_WARP)), GPU_THREADS, 0, rows,
                   body);
}

/* ---- sums in a fixed order ---- */

/* Sum over the warp's 32 lanes by halving distance; every lane receives it. T: float, double or int. */
template <class T> __device__ inline T gpu_warp_sum(T x)
{
    for (int apart = GPU_WARP / 2; apart > 0; apart /= 2)
        x += __shfl_xor_sync(0xFFFFFFFFu, x, apart);
    return x;
}

/* Largest of the warp's numbers; NaN may be passed over, as on the CPU. */
__device__ inline float gpu_warp_largest(float x)
{
    for (int apart = GPU_WARP / 2; apart > 0; apart /= 2) {
        float other = __shfl_xor_sync(0xFFFFFFFFu, x, apart);
        x = other > x ? other : x;
    }
    return x;
}

/* Sum over the block; every thread calls it and receives the sum. `room`: shared memory, a T a warp. */
template <class T> __device__ inline T gpu_block_sum(T x, T *room)
{
    unsigned warp = threadIdx.x / GPU_WARP, warps = (blockDim.x + GPU_WARP - 1) / GPU_WARP;
    x = gpu_warp_sum(x);
    __syncthreads(); /* the room may still be read from a sum before */
    if (threadIdx.x % GPU_WARP == 0)
        room[warp] = x;
    __syncthreads();
    T sum = room[0];
    for (unsigned i = 1; i < warps; i++)
        sum += room[i];
    return sum;
}

/* May four floats be taken at once from rows that begin at these places, `row` floats apart? */
inline bool gpu_by_four(const void *at, int64_t row)
{
    return reinterpret_cast<uintptr_t>(at) % 16 == 0 && row % 4 == 0;
}

/* to = value, or to += value. */
__device__ inline void gpu_put(float *to, float value, bool add)
{
    *to = add ? *to + value : value;
}

#endif
