/* cuda.h: what the files of the CUDA device share, and nobody else. */
#ifndef ABLATE_CUDA_H
#define ABLATE_CUDA_H
#include "../gpu.cuh"
#include "device.h"

extern gpu cuda_gpu; /* as kernels' launchers see the device; filled by open */

/* Remembers the first failure since the last success that was asked about, as a clause. Always returns -1. */
int cuda_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *cuda_trouble_text(void); /* NULL: none */
void cuda_trouble_clear(void);

/* 0, or -1: remembered, with `what` was being done. */
int cuda_check(cudaError_t, const char *what);

/* Is the stream being recorded? Then memory may not be touched from the host. */
bool cuda_recording(void);

/* cuda_blas.cu: matrix products by cuBLASLt. 0, or -1 and why. */
int cuda_blas_open(char why[DEVICE_WHY]);
void cuda_multiply(const gpu_product *);
const char *cuda_blas_version(void); /* "cuBLASLt 13.0.0" */

/* cuda_peak.cu */
double cuda_gemm_peak(void);

/* cuda_convert.cu: room for so many bfloat16 numbers, until the next call (NULL: remembered); and rounding to it:
 * `batches` matrices (rows, columns), `apart` numbers from each other, rows `row` numbers apart; `to` is dense. */
void *cuda_halves(int64_t numbers);
void cuda_round_bf16(const float *from, int64_t row, int64_t rows, int64_t columns, int64_t batches, int64_t apart,
                     void *to);

/* cuda_step.cu: kernels around a step. */
int cuda_set_step(uint64_t step); /* what cuda_gpu.step points to, unless it is that already */
int cuda_fill(float *to, float value);
int cuda_gather(float *to, const float *rows, const int64_t *row, int count, int64_t apart, int64_t floats);
int cuda_note(float *ring, int rows, const float *const *value, int count, uint64_t step);
int cuda_step_open(void);

/* cuda_record.cu: sequences of calls as CUDA graphs. */
void *cuda_record(int (*body)(void *context), void *context);
int cuda_replay(void *recording, uint64_t step);
void cuda_forget(void *recording);

/* cuda_memory.cu */
void *cuda_allocate(size_t bytes);
void cuda_release(void *);
int cuda_upload(void *to, const void *from, size_t bytes);
int cuda_download(void *to, const void *from, size_t bytes);
int cuda_clear(void *, size_t bytes);
int64_t cuda_room(void);
int cuda_memory_open(void);

#endif
