/* cpu.h: the parts of the CPU device: threads (OpenMP), matrix products (OpenBLAS, chosen for the processor). */
#ifndef ABLATE_CPU_H
#define ABLATE_CPU_H
#include "device.h"

/* Number of threads from now on; 0: all that the process may use. */
void cpu_set_threads(int threads);
int cpu_threads(void);

/* body(context, i) for i in 0 ... n - 1, in any order on any thread. Inside a body further calls stay on its thread. */
void cpu_parallel(int64_t n, void (*body)(void *context, int64_t i), void *context);
bool cpu_inside(void); /* is this called from a body of cpu_parallel? */

/* Loads OpenBLAS with the kernels this processor runs fastest, unless $ABLATE_CORETYPE says which; one that the
 * library does not have is refused. 0, or -1 and why. */
int cpu_blas_open(char why[DEVICE_WHY]);
const char *cpu_blas_core(void);    /* name of the kernels in use: "SkylakeX" */
const char *cpu_blas_unused(void);  /* "SkylakeX" where that fits the processor but the variable forbids it; or NULL */
const char *cpu_blas_version(void); /* "OpenBLAS 0.3.21" */

/* One product on this thread, as ablate_cpu's gemm. */
void cpu_blas_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                   const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

/* The same in tiles on all threads. The tiles are a function of the shape alone, so the result is the same to the bit
 * for any number of threads; inside cpu_parallel it is one product on the calling thread. */
void cpu_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

/* FLOP/s of the fastest of a few large products, measured now; 0 when out of memory. */
double cpu_gemm_peak(void);

#endif
