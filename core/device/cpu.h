/* cpu.h: the parts of the CPU device: threads, and the product for modules. */
#ifndef ABLATE_CPU_H
#define ABLATE_CPU_H
#include "device.h"

/* Number of threads from now on; 0: all that the process may use. */
void cpu_set_threads(int threads);
int cpu_threads(void);

/* body(context, i) for i in 0 ... n - 1, in any order on any thread. Inside a body further calls stay on its thread. */
void cpu_parallel(int64_t n, void (*body)(void *context, int64_t i), void *context);

/* C (m x n) = alpha op(A) op(B) + beta C, on all threads; inside cpu_parallel on the calling one. As ablate_cpu's gemm.
 */
void cpu_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

#endif
