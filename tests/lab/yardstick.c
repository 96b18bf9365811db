/* yardstick.c: OpenBLAS, loaded with the kernels that suit the processor. The engine has no use for it: its kernels,
 * other ones for each kind of processor, sum a row in an order that depends on where it lies.
 *
 * Distributions' OpenBLAS does not know processors newer than itself and falls back to slower kernels, half as fast for
 * want of AVX-512. It heeds $OPENBLAS_CORETYPE when it is loaded, so the type is chosen here from what the processor
 * offers. The library stays on the calling thread. */
#include "yardstick.h"
#include "../../core/base/workers.h"
#include "../../core/graph/single.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { ROW_MAJOR = 101, AS_IS = 111, TRANSPOSED = 112 }; /* the constants of the CBLAS standard */
typedef void sgemm_function(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                            const float *b, int ldb, float beta, float *c, int ldc);

static struct { /* set once by open_blas */
    sgemm_function *sgemm;
    char core[32], version[64];
} blas;

#if defined(__x86_64__)
/* Does this processor add and multiply 16 floats at once as fast as 8? AMD's family 0x19 (Zen 4) does not: it has the
 * instructions, in two halves, and OpenBLAS's 8-wide kernels are a little faster there (by 5 % at most shapes). */
static bool has_whole_avx512(void)
{
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") || !__get_cpuid(1, &a, &b, &c, &d))
        return false;
    unsigned family = (a >> 8 & 15) + (a >> 20 & 255);
    return !(__builtin_cpu_is("amd") && family == 0x19);
}

/* The fastest of OpenBLAS's kernels for this processor, or NULL to leave the choice to it. */
static const char *fitting_core(void)
{
    __builtin_cpu_init();
    if (has_whole_avx512())
        return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell"; /* Zen's are the same kernels in other blocks: 2 to 20 % slower on Zen 4 */
    return NULL;
}
#else
static const char *fitting_core(void)
{
    return NULL;
}
#endif

/* Sets the variable and returns a copy of its old value (NULL: it had none) for restore(). */
static char * override(const char *name, const char *value)
{
    const char *old = getenv(name);
    char *kept = old ? strdup(old) : NULL;
    setenv(name, value, 1);
    return kept;
}

static void restore(const char *name, char *kept)
{
    if (kept)
        setenv(name, kept, 1);
    else
        unsetenv(name);
    free(kept);
}

/* dlopen under the chosen core type and without threads of its own; the environment is afterwards as it was. What
 * $OPENBLAS_CORETYPE held does not matter: a variable meant for other programs must not change results and speed. */
static void *load_library(void)
{
    static const char *const names[] = { "libopenblas.so.0", "libopenblas.so" };
    const char *asked = getenv("ABLATE_CORETYPE"), *core = asked && *asked ? asked : fitting_core();
    char *kept = override("OPENBLAS_NUM_THREADS", "1");
    char *kept_core = core ? override("OPENBLAS_CORETYPE", core) : NULL;
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (core)
        restore("OPENBLAS_CORETYPE", kept_core);
    restore("OPENBLAS_NUM_THREADS", kept);
    return library;
}

/* *function = the library's function of that name, or NULL: POSIX's way round C, which has no such conversion. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
}

/* "OpenBLAS 0.3.21" of "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...". */
static void note_version(void *library)
{
    char *(*config)(void) = NULL;
    find(library, "openblas_get_config", &config);
    snprintf(blas.version, sizeof blas.version, "%s", config ? config() : "OpenBLAS");
    char *space = strchr(blas.version, ' ');
    space = space ? strchr(space + 1, ' ') : NULL;
    if (space)
        *space = 0;
}

/* What $ABLATE_CORETYPE asks for must be what there is: OpenBLAS takes its own choice for a name it does not know. */
static int check_core(char why[DEVICE_WHY])
{
    const char *asked = getenv("ABLATE_CORETYPE");
    if (!asked || !*asked || strcasecmp(asked, blas.core) == 0)
        return 0;
    snprintf(why, DEVICE_WHY, "$ABLATE_CORETYPE is '%.40s', but %s has no such kernels and took '%s'; unset it", asked,
             blas.version, blas.core);
    return -1;
}

static int open_blas(char why[DEVICE_WHY])
{
    if (blas.sgemm)
        return 0;
    void *library = load_library();
    if (!library) {
        snprintf(why, DEVICE_WHY, "libopenblas.so.0 was not found; install the package libopenblas0");
        return -1;
    }
    sgemm_function *sgemm = NULL;
    find(library, "cblas_sgemm", &sgemm);
    if (!sgemm) {
        snprintf(why, DEVICE_WHY, "libopenblas.so.0 has no cblas_sgemm; install the distribution's libopenblas0");
        return -1;
    }
    void (*set_threads)(int) = NULL;
    find(library, "openblas_set_num_threads", &set_threads);
    if (set_threads)
        set_threads(1);
    char *(*core)(void) = NULL;
    find(library, "openblas_get_corename", &core);
    snprintf(blas.core, sizeof blas.core, "%s", core ? core() : "unknown");
    note_version(library);
    if (check_core(why) != 0)
        return -1;
    blas.sgemm = sgemm;
    return 0;
}

/* ---- the largest products there can be ---- */

enum { SIDE = 2048, TIMES = 5 };

static char name[DEVICE_WHY + 80] = "not measured yet";

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One band of rows a thread. */
static void multiply(int threads, const float *a, const float *b, float *c)
{
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < threads; i++) {
        const int first = SIDE * i / threads, last = SIDE * (i + 1) / threads;
        blas.sgemm(ROW_MAJOR, AS_IS, AS_IS, last - first, SIDE, SIDE, 1, a + first * SIDE, SIDE, b, SIDE, 0,
                   c + first * SIDE, SIDE);
    }
}

/* Where there is no OpenBLAS: the engine's own product. */
static int multiply_own(const single *s, const float *a, const float *b, float *c)
{
    const float *const in[] = { a, b };
    return single_run(s, in, c, 0);
}

double yardstick_peak(const device *where)
{
    char why[DEVICE_WHY];
    if (where->gemm_peak) {
        snprintf(name, sizeof name, "its own");
        return where->gemm_peak();
    }
    const ablate_shape square[] = { { 2, { SIDE, SIDE } }, { 2, { SIDE, SIDE } } };
    const size_t count = (size_t)SIDE * SIDE;
    float *room = malloc(3 * count * sizeof *room);
    single own;
    bool theirs = open_blas(why) == 0, ready = room && single_open(&own, where, "matmul", NULL, 2, square) == 0;
    double best = 0;
    snprintf(name, sizeof name, "%s %s", theirs ? blas.version : "own kernels:", theirs ? blas.core : why);
    for (size_t i = 0; ready && i < 3 * count; i++)
        room[i] = (float)(i % 251) * 0x1p-8f;
    for (int i = 0; ready && i < TIMES; i++) {
        double start = seconds();
        if (theirs)
            multiply(where->threads(), room, room + count, room + 2 * count);
        else if (multiply_own(&own, room, room + count, room + 2 * count) < 0)
            break;
        double rate = 2.0 * SIDE * SIDE * SIDE / (seconds() - start);
        best = rate > best ? rate : best;
    }
    if (ready)
        single_close(&own);
    free(room);
    return best;
}

const char *yardstick_name(void)
{
    return name;
}

enum { PARTS = 64, PART = 4 << 20 };

typedef struct copy_work {
    char *from, *to;
} copy_work;

static int copy_part(void *context, int i)
{
    const copy_work *w = context;
    memcpy(w->to + (size_t)i * PART, w->from + (size_t)i * PART, PART);
    return 0;
}

double yardstick_copying(void)
{
    copy_work w = { malloc((size_t)PARTS * PART), malloc((size_t)PARTS * PART) };
    double best = 0;
    for (int i = 0; w.from && w.to && i < 6; i++) {
        memset(w.from, i, (size_t)PARTS * PART);
        double began = seconds();
        workers_run(PARTS, copy_part, &w);
        double rate = 2.0 * PARTS * PART / (seconds() - began);
        best = i > 0 && rate > best ? rate : best; /* the first one only makes the pages */
    }
    free(w.from);
    free(w.to);
    return best;
}
