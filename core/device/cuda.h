/* cuda.h: what the files of the CUDA device share, and nobody else. */
#ifndef ABLATE_CUDA_H
#define ABLATE_CUDA_H
#include "../gpu.cuh"
#include "device.h"

/* cuda_state.cu; both filled by open. */
extern gpu cuda_gpu; /* as kernels' launchers see the device */
extern cudaDeviceProp cuda_chip;
extern bool cuda_recording; /* calls of the stream: then memory may not be touched from the host */

/* Remembers the first failure since the last success that was asked about, as a clause. Always returns -1. */
int cuda_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *cuda_trouble_text(void); /* NULL: none */
const char *cuda_trouble_told(void); /* the same, and forgotten */

/* 0, or -1: remembered, with `what` was being done. */
int cuda_check(cudaError_t, const char *what);

constexpr int CUDA_STREAMS = 4;              /* on which recorded calls run side by side */
constexpr size_t CUDA_WORKSPACE = 32u << 20; /* of cuBLASLt, for each stream */

/* cuda_order.cu: each call of a recording on a stream where it waits only for calls that touch its memory. Around each
 * call: its memory, the call, done; outside of recordings these do nothing. 0, or -1: remembered. */
int cuda_order_open(void);
int cuda_order_begin(void);                                          /* before a recording */
int cuda_order_end(void);                                            /* within it, at its end */
int cuda_order_steps(const device_step *, const device_step *other); /* as one call; other: or NULL */
int cuda_order_numbers(const float *const *read, int reads, const void *written, size_t bytes); /* read: one each */
int cuda_order_done(void);
int cuda_order_stream(void); /* index of the stream in use, below CUDA_STREAMS */
void *cuda_order_workspace(void);

/* cuda_blas.cu: matrix products by cuBLASLt. 0, or -1 and why. */
int cuda_blas_open(char why[DEVICE_WHY]);
void cuda_multiply(const gpu_product *);
const char *cuda_blas_version(void); /* "cuBLASLt 13.0.0" */

/* cuda_records.cu, cuda_pair.cu: as device.h has them. */
bool cuda_resolve(device_step *);
int cuda_run(device_step *, uint64_t step);
bool cuda_pair(device_step *, const device_step *next);
int cuda_run_pair(device_step *, device_step *next, uint64_t step);
int cuda_extend(const char *path, char why[DEVICE_WHY]);

/* cuda_peak.cu */
double cuda_gemm_peak(void);

/* cuda_convert.cu: room for so many bfloat16 numbers, until the next call (NULL: remembered); and rounding to it:
 * `batches` matrices (rows, columns), `apart` numbers from each other, rows `row` numbers apart; `to` is dense. */
void *cuda_halves(int64_t numbers);
int cuda_halves_share(void); /* as much room for every stream as the first one has needed. 0, or -1: remembered */
void cuda_round_bf16(const float *from, int64_t row, int64_t rows, int64_t columns, int64_t batches, int64_t apart,
                     void *to);

/* cuda_step.cu: kernels around a step. */
int cuda_set_step(uint64_t step); /* what cuda_gpu.step points to, unless it is that already */
int cuda_clear(void *, size_t bytes);
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
int64_t cuda_room(void);
int cuda_memory_open(void);

#endif
