/* gpu_mma.cuh: products on tensor cores, as a warp makes them: D (16 x 8) += A (16 x 8) B (8 x 8), operands rounded to
 * TF32, sums in float32 (PTX's mma.sync.m16n8k8). Of a warp's lane, `group` = lane / 4 and `place` = lane % 4:
 *     a[i]  row group + 8 (i % 2), depth place + 4 (i / 2)
 *     b[i]  depth place + 4 i, column group
 *     d[i]  row group + 8 (i / 2), column 2 place + i % 2
 * All 32 lanes call it together. */
#ifndef ABLATE_GPU_MMA_CUH
#define ABLATE_GPU_MMA_CUH
#include "gpu.cuh"

#ifdef __CUDACC__
/* The nearest TF32 number, ties away from zero. */
__device__ inline float gpu_round_tf32(float x)
{
    uint32_t bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
    return __uint_as_float(bits);
}

/* Operands are rounded already. */
__device__ inline void gpu_mma_tf32(float d[4], const float a[4], const float b[2])
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
        "%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])),
          "r"(__float_as_uint(a[3])), "r"(__float_as_uint(b[0])), "r"(__float_as_uint(b[1])));
}
#endif

__device__ inline float4 gpu_round_four(const float4 &x)
{
    return { gpu_round_tf32(x.x), gpu_round_tf32(x.y), gpu_round_tf32(x.z), gpu_round_tf32(x.w) };
}

#endif
