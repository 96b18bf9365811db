/* cpu.h: the parts of the CPU device: threads, the product for modules, the yardstick (OpenBLAS). */
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

/* Loads OpenBLAS, the yardstick, with the kernels this processor runs fastest, unless $ABLATE_CORETYPE says which. 0,
 * or -1 and why. */
int cpu_blas_open(char why[DEVICE_WHY]);
const char *cpu_blas_core(void);    /* name of the kernels in use: "SkylakeX" */
const char *cpu_blas_version(void); /* "OpenBLAS 0.3.21" */

/* One product of OpenBLAS on this thread, as ablate_cpu's gemm. */
void cpu_blas_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                   const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

/* FLOP/s of the fastest of a few large products, measured now; 0 when out of memory. */
double cpu_gemm_peak(void);
const char *cpu_yardstick(void); /* whose products those were: "OpenBLAS 0.3.21 SkylakeX" */

#endif
