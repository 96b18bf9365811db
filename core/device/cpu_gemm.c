/* cpu_gemm.c: the matrix product that operations of modules may call: by the engine's own kernels, so that its bits,
 * too, depend on nothing but its numbers. */
#include "cpu.h"
#include "cpu_packed.h"

void cpu_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    static const ablate_cpu services = { cpu_parallel, NULL };
    const packed_matrix left = { a, ta ? 1 : lda, ta ? lda : 1, 0 }, right = { b, tb ? 1 : ldb, tb ? ldb : 1, 0 };
    const packed_product p = { .batches = 1, .rows = m, .columns = n, .depth = k, .left = left, .right = right };
    if (m > 0 && n > 0)
        packed_scaled(&services, &p, alpha, beta, c, ldc);
}
