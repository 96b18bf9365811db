/* emulator.h: CUDA kernels run on the CPU, for tests where there is no GPU. The same .cu files are compiled as C++ with
 * this header before them (g++ -x c++ -include emulator.h) and linked with emulator.cc (threads, warps, barriers,
 * launches), cudart.cc (the CUDA runtime's functions) and blas.cc (cuBLASLt's). Each thread of a block is a fibre with
 * a stack of its own; barriers and exchanges between lanes switch fibres. The order in which threads and blocks run is
 * the caller's choice (emulator_order), so that a missing barrier shows as another result; memory begins as NaN; a
 * barrier that not all threads reach ends the test with the kernel's place.
 *
 * What it cannot show: timing, memory the chip has less of, and rounding of the chip's own functions (expf and friends
 * are the C library's here). */
#ifndef EMULATOR_H
#define EMULATOR_H
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cuda_runtime.h>
#include <functional>
#include <vector_functions.h>

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __constant__
#undef __launch_bounds__
#undef __align__
#undef __forceinline__
#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __launch_bounds__(...)
#define __forceinline__ inline
#define __align__(n)    alignas(n)
#define __shared__      static thread_local /* blocks of one system thread run one after the other */

typedef struct emulator_thread { /* the running fibre's view of itself */
    uint3 thread, block;
    dim3 threads, blocks;
    int lane;
} emulator_thread;
extern thread_local emulator_thread *emulator_now __attribute__((visibility("default")));
#define threadIdx (emulator_now->thread)
#define blockIdx  (emulator_now->block)
#define blockDim  (emulator_now->threads)
#define gridDim   (emulator_now->blocks)

typedef enum { EMULATOR_FORWARD, EMULATOR_BACKWARD, EMULATOR_SHUFFLED } emulator_order_kind;
extern "C" __attribute__((visibility("default"))) emulator_order_kind emulator_order; /* of threads and blocks */

#pragma GCC visibility push(default)              /* for operations in objects of their own */
[[noreturn]] void emulator_stop(const char *why); /* ends the test with the kernel's block */
void emulator_barrier(void);                      /* of the block */
void emulator_warp_barrier(unsigned mask);
/* What lane `from` of the warp gave; bytes <= 16. */
void emulator_exchange(unsigned mask, const void *given, void *taken, size_t bytes, int from);
/* The words that every lane gave, [32][count]; count <= 8. For functions of a whole warp. */
void emulator_gather(const uint32_t *given, int count, uint32_t taken[32][8]);
void *emulator_shared(void);              /* the block's dynamic shared memory */
const char *emulator_launch_failed(void); /* why the last launch was refused, or NULL */
void emulator_launch(std::function<void()> body, dim3 blocks, unsigned threads, size_t shared, cudaStream_t stream);
#pragma GCC visibility pop

static inline void __syncthreads(void)
{
    emulator_barrier();
}

static inline void __syncwarp(unsigned mask = 0xFFFFFFFFu)
{
    emulator_warp_barrier(mask);
}

template <class T> static inline T emulator_from(unsigned mask, T x, int lane)
{
    T taken;
    emulator_exchange(mask, &x, &taken, sizeof x, lane);
    return taken;
}

template <class T> static inline T __shfl_xor_sync(unsigned mask, T x, int apart)
{
    return emulator_from(mask, x, emulator_now->lane ^ apart);
}

template <class T> static inline T __shfl_sync(unsigned mask, T x, int lane)
{
    return emulator_from(mask, x, lane & 31);
}

template <class T> static inline T __shfl_down_sync(unsigned mask, T x, int apart)
{
    int lane = emulator_now->lane + apart;
    return emulator_from(mask, x, lane < 32 ? lane : emulator_now->lane);
}

template <class T> static inline T __shfl_up_sync(unsigned mask, T x, int apart)
{
    int lane = emulator_now->lane - apart;
    return emulator_from(mask, x, lane >= 0 ? lane : emulator_now->lane);
}

static inline unsigned __ballot_sync(unsigned mask, int predicate)
{
    uint32_t given = predicate != 0, taken[32][8], bits = 0;
    emulator_gather(&given, 1, taken);
    for (int i = 0; i < 32; i++)
        bits |= (mask >> i & 1u) && taken[i][0] ? 1u << i : 0u;
    return bits;
}

static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}

static inline float __fmul_rn(float x, float y)
{
    return x * y;
}

static inline float __uint_as_float(unsigned x)
{
    float y;
    memcpy(&y, &x, sizeof y);
    return y;
}

static inline unsigned __float_as_uint(float x)
{
    unsigned y;
    memcpy(&y, &x, sizeof y);
    return y;
}

static inline unsigned __umulhi(unsigned a, unsigned b)
{
    return static_cast<unsigned>(static_cast<uint64_t>(a) * b >> 32);
}

template <class T> static inline T __ldg(const T *x)
{
    return *x;
}

#define gpu_launch emulator_gpu_launch
template <class G, class... P, class... A>
void emulator_gpu_launch(const G *g, void (*kernel)(P...), dim3 blocks, unsigned threads, size_t shared, A... arguments)
{
    emulator_launch([=] { kernel(static_cast<P>(arguments)...); }, blocks, threads, shared, g->stream);
    const char *why = emulator_launch_failed();
    if (why)
        g->fail(why);
}

template <class T> static inline T *gpu_shared()
{
    return static_cast<T *>(emulator_shared());
}

#include "mma.h"

#endif
