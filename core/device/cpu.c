/* cpu.c: the CPU as a device. */
#include "cpu.h"
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char rounding[100], description[200];

/* Vectors that the kernels were compiled for. */
#if defined(__AVX512F__)
#define VECTORS "AVX-512"
#elif defined(__AVX2__)
#define VECTORS "AVX2"
#elif defined(__AVX__)
#define VECTORS "AVX"
#elif defined(__x86_64__)
#define VECTORS "SSE2"
#else
#define VECTORS "128-bit vectors"
#endif

/* What rounding depends on, beside the compiler, which chooses what is fused, and the C library, whose logarithm is
 * used: no sum's order depends on the processor (cpu_packed.h, cpu_vector.h). */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define PRODUCTS "fused multiply-add"
#else
#define PRODUCTS "separate multiply and add"
#endif
#if defined(__clang__)
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif
#if defined(__SANITIZE_ADDRESS__)
#define CHECKED " with sanitizers" /* which part products from sums */
#else
#define CHECKED ""
#endif
#if defined(__FAST_MATH__)
#error "-ffast-math gives other bits on each processor, unseen by a run's identity; build without it"
#endif

static int cpu_open(int threads, char why[DEVICE_WHY])
{
    (void)why;
    cpu_set_threads(threads);
    snprintf(rounding, sizeof rounding, "%s, %s, glibc %s", PRODUCTS, COMPILER CHECKED, gnu_get_libc_version());
    snprintf(description, sizeof description, "own kernels for %s, %s, %d thread%s", VECTORS, rounding, cpu_threads(),
             cpu_threads() == 1 ? "" : "s");
    return 0;
}

static const char *cpu_core_type(void)
{
    return rounding;
}

static const char *cpu_describe(void)
{
    return description;
}

static void *cpu_allocate(size_t bytes)
{
    if (bytes > SIZE_MAX - 63)
        return NULL;
    return aligned_alloc(64, bytes ? (bytes + 63) / 64 * 64 : 64);
}

static int cpu_copy(void *to, const void *from, size_t bytes)
{
    if (bytes)
        memcpy(to, from, bytes);
    return 0;
}

static int cpu_clear(void *at, size_t bytes)
{
    if (bytes)
        memset(at, 0, bytes);
    return 0;
}

static int cpu_fill(float *to, float value)
{
    *to = value;
    return 0;
}

static int cpu_note(float *ring, int rows, const float *const *value, int count, uint64_t step)
{
    for (int i = 0; i < count; i++)
        ring[step % (uint64_t)rows * (uint64_t)count + (uint64_t)i] = *value[i];
    return 0;
}

static bool cpu_resolve(device_step *s)
{
    s->kernel = (s->backward ? s->op->backward : s->op->forward) ? s->op : NULL;
    return s->kernel != NULL;
}

static int cpu_run(device_step *s, uint64_t step)
{
    static const ablate_cpu services = { cpu_parallel, cpu_gemm };
    if (!s->kernel)
        return -1;
    s->call.cpu = &services;
    s->call.step = step;
    (s->backward ? s->op->backward : s->op->forward)(&s->call);
    return 0;
}

static int cpu_synchronise(void)
{
    return 0; /* every call has ended when it returns */
}

extern const device ablate_device_entry;
const device ablate_device_entry = {
    .version = DEVICE_VERSION,
    .name = "cpu",
    .open = cpu_open,
    .describe = cpu_describe,
    .core_type = cpu_core_type,
    .threads = cpu_threads,
    .allocate = cpu_allocate,
    .release = free,
    .upload = cpu_copy,
    .download = cpu_copy,
    .clear = cpu_clear,
    .resolve = cpu_resolve,
    .run = cpu_run,
    .synchronise = cpu_synchronise,
    .fill = cpu_fill,
    .note = cpu_note,
};
