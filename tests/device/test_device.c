/* The CPU device: loading and its refusals, memory, threads, matrix products, the yardstick's kernels. */
/* units: cpu cpu_gemm cpu_threads */
#include "../lab/op_check.h"
#include "../lab/program.h"
#include "../lab/yardstick.h"
#include <stdatomic.h>
#include <sys/wait.h>

/* ---- services, caught from a call ---- */

static const ablate_cpu *services;

static void catch_services(const ablate_call *call)
{
    services = call->cpu;
}

static const device *opened(int threads)
{
    static const ablate_op catcher = { .name = "catcher", .forward = catch_services };
    char why[DEVICE_WHY] = "";
    ablate_call call = { 0 };
    const device *where = device_load("cpu", 0);
    if (!where) {
        fail_msg("%s", complaint());
        abort(); /* never reached: fail_msg does not come back */
    }
    if (where->open(threads, why) != 0)
        fail_msg("%s", why);
    assert_int_equal(call_run(where, &catcher, false, &call), 0);
    return where;
}

/* ---- records and memory ---- */

static void test_records(void **state)
{
    (void)state;
    const device *where = opened(0);
    int count = 0;
    const ablate_op *const *all = device_all_ops(&count);
    assert_true(count >= 30);
    for (int i = 0; i < count; i++) {
        assert_true(strlen(all[i]->doc) > 2 && all[i]->shape && (all[i]->forward || all[i]->view));
        assert_ptr_equal(device_find_op(all[i]->name), all[i]); /* no name twice */
        assert_true(all[i]->view || call_supported(where, all[i], false));
        assert_true(call_supported(where, all[i], true) == (all[i]->backward != NULL));
    }
    assert_null(device_find_op("no such thing"));
    assert_ptr_equal(device_load("cpu", 0), where);
    ablate_op nothing = { .name = "nothing" };
    ablate_call call = { 0 };
    assert_int_equal(call_run(where, &nothing, false, &call), -1);
}

static void test_memory(void **state)
{
    (void)state;
    const device *where = opened(0);
    for (size_t bytes = 0; bytes < 300; bytes += 37) {
        unsigned char *at = where->allocate(bytes), from[300], to[300];
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 64, 0);
        for (size_t i = 0; i < bytes; i++)
            from[i] = (unsigned char)(i + bytes);
        assert_int_equal(where->upload(at, from, bytes), 0);
        assert_int_equal(where->download(to, at, bytes), 0);
        assert_memory_equal(to, from, bytes);
        assert_int_equal(where->clear(at, bytes), 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(at[i], 0);
        where->release(at);
    }
    assert_null(where->allocate(SIZE_MAX));
    assert_int_equal(where->synchronise(), 0);
}

/* ---- threads ---- */

enum { PIECES = 1000 };

typedef struct tally {
    atomic_int seen[PIECES], strays;
    int64_t n;
} tally;

static void count_piece(void *context, int64_t i)
{
    tally *t = context;
    atomic_fetch_add(i >= 0 && i < t->n ? &t->seen[i] : &t->strays, 1);
}

static void count_row(void *context, int64_t i) /* a loop within a loop */
{
    (void)i;
    services->parallel(((tally *)context)->n, count_piece, context);
}

static void test_parallel(void **state)
{
    (void)state;
    static tally t;
    for (int threads = 1; threads <= 4; threads++) {
        assert_int_equal(opened(threads)->threads(), threads);
        for (int64_t n = 0; n <= PIECES; n += n < 9 ? 1 : 91) {
            memset(&t, 0, sizeof t);
            t.n = n;
            services->parallel(n, count_piece, &t);
            services->parallel(5, count_row, &t);
            for (int64_t i = 0; i < PIECES; i++)
                assert_int_equal(atomic_load(&t.seen[i]), i < n ? 6 : 0);
            assert_int_equal(atomic_load(&t.strays), 0);
        }
    }
    assert_true(opened(0)->threads() >= 1);
}

/* Many short loops in a row, with pauses that send helpers to sleep: none is lost, none is run twice. */
static void test_parallel_often(void **state)
{
    (void)state;
    static tally t;
    opened(3);
    memset(&t, 0, sizeof t);
    t.n = 7;
    for (int round = 1; round <= 20000; round++) {
        services->parallel(t.n, count_piece, &t);
        for (int i = 0; i < 7; i++)
            assert_int_equal(atomic_load(&t.seen[i]), round);
        if (round % 1000 == 0)
            usleep(1000);
    }
    assert_int_equal(atomic_load(&t.strays), 0);
    opened(0);
}

/* ---- matrix products ---- */

typedef struct product {
    bool ta, tb;
    int64_t m, n, k;
    float alpha, beta;
} product;

enum { GAP = 3, MOST = 700 * 700 };

/* c = alpha op(a) op(b) + beta c, with gaps between the rows that must be left alone. */
static void multiply(const product *p, const float *a, const float *b, float *c)
{
    services->gemm(p->ta, p->tb, p->m, p->n, p->k, p->alpha, a, (p->ta ? p->m : p->k) + GAP, b,
                   (p->tb ? p->k : p->n) + GAP, p->beta, c, p->n + GAP);
}

static void check_product(const product *p, const float *a, const float *b, const float *before, const float *c)
{
    int64_t lda = (p->ta ? p->m : p->k) + GAP, ldb = (p->tb ? p->k : p->n) + GAP, ldc = p->n + GAP;
    for (int64_t row = 0; row < p->m; row += row < 3 || row > p->m - 4 ? 1 : 13) {
        for (int64_t column = 0; column < p->n; column++) {
            double sum = 0, old = p->beta == 0.0f ? 0 : (double)p->beta * (double)before[row * ldc + column];
            double size = fabs(old);
            for (int64_t i = 0; i < p->k; i++) {
                double left = (double)a[p->ta ? i * lda + row : row * lda + i];
                double term = (double)p->alpha * left * (double)b[p->tb ? column * ldb + i : i * ldb + column];
                sum += term;
                size += fabs(term);
            }
            double error = fabs((double)c[row * ldc + column] - sum - old);
            assert_true(error <= (double)(p->k + 4) / 2 * OP_EPS * size);
        }
        for (int64_t column = p->n; column < ldc && row < p->m - 1; column++)
            assert_memory_equal(&c[row * ldc + column], &before[row * ldc + column], sizeof(float));
    }
}

static void test_gemm(void **state)
{
    (void)state;
    static const int64_t sizes[][3] = { { 1, 1, 1 },      { 5, 7, 3 },      { 33, 17, 65 },   { 257, 130, 32 },
                                        { 128, 96, 515 }, { 515, 128, 96 }, { 300, 310, 129 } };
    float *a = op_room(MOST), *b = op_room(MOST), *c = op_room(MOST), *before = op_room(MOST);
    op_normal(a, MOST, 1u, 1, 0);
    op_normal(b, MOST, 2u, 1, 0);
    opened(2);
    for (int i = 0; i < 28; i++) {
        const int64_t *size = sizes[i / 4];
        product p = { i & 1, i & 2, size[0], size[1], size[2], i % 3 ? 1.0f : 0.25f, i % 5 > 2 ? 0.5f : 0.0f };
        op_normal(before, MOST, 3u, 1, 0);
        for (int64_t j = 0; j < MOST && p.beta == 0.0f; j++)
            before[j] = NAN; /* what is overwritten must not be read */
        memcpy(c, before, MOST * sizeof *c);
        multiply(&p, a, b, c);
        check_product(&p, a, b, before, c);
    }
    opened(0);
    free(a);
    free(b);
    free(c);
    free(before);
}

/* One to four threads give the same bits. */
static void test_gemm_threads(void **state)
{
    (void)state;
    static const product shapes[] = { { false, true, 515, 512, 128, 1, 0 },
                                      { true, false, 128, 512, 515, 1, 0 },
                                      { false, false, 515, 128, 512, 1, 0 } };
    float *a = op_room(MOST), *b = op_room(MOST), *c = op_room(MOST), *first = op_room(MOST);
    op_normal(a, MOST, 1u, 1, 0);
    op_normal(b, MOST, 2u, 1, 0);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int threads = 1; threads <= 4; threads++) {
            opened(threads);
            memset(c, 0, MOST * sizeof *c);
            multiply(&shapes[i], a, b, c);
            if (threads == 1)
                memcpy(first, c, MOST * sizeof *c);
            assert_memory_equal(first, c, MOST * sizeof *c);
        }
    opened(0);
    free(a);
    free(b);
    free(c);
    free(first);
}

/* -(1 + 2^-11) + (1 + 2^-12)^2 is 2^-24 if the square is not rounded before it is added, else 0. What the device says
 * of its rounding, which a run's identity holds, must be what its products do. */
static void test_rounding_is_as_said(void **state)
{
    (void)state;
    const device *where = opened(0);
    const float a[] = { -1 - 0x1p-11f, 1 + 0x1p-12f }, b[] = { 1, 1 + 0x1p-12f };
    float c = NAN;
    services->gemm(false, false, 1, 1, 2, 1, a, 2, b, 1, 0, &c, 1);
    const char *products = c == 0 ? "separate multiply and add, " : "fused multiply-add, ";
    assert_memory_equal(where->core_type(), products, strlen(products));
    assert_non_null(strstr(where->core_type(), ", glibc "));
    assert_true(c == 0 || c == 0x1p-24f);
}

static void test_peak(void **state)
{
    (void)state;
    double peak = yardstick_peak(opened(0));
    assert_true(peak > 1e8 && peak < 1e15);
}

/* ---- the yardstick ---- */

static const char *program;

/* Which of OpenBLAS's kernels this program, started with `environment`, measures itself beside; see main. */
static void ask_core(const char *environment, char answer[300])
{
    must_work("env %s %s core", environment, program);
    snprintf(answer, 300, "%.*s", (int)strcspn(said, "\n"), said);
}

static int print_core(void)
{
    char *threads = getenv("OPENBLAS_NUM_THREADS"), *before = threads ? strdup(threads) : NULL;
    bool chosen = getenv("OPENBLAS_CORETYPE") != NULL;
    const device *where = device_load("cpu", 1);
    if (!where || !strstr(where->describe(), where->core_type()) || !strstr(where->describe(), "1 thread"))
        return 1;
    double peak = yardstick_peak(where);
    char *after = getenv("OPENBLAS_NUM_THREADS"); /* the environment must be as it was */
    bool kept = (before && after ? strcmp(before, after) == 0 : before == after) &&
                chosen == (getenv("OPENBLAS_CORETYPE") != NULL);
    free(before);
    if (!(peak > 0) || !kept)
        return 1;
    bool theirs = strncmp(yardstick_name(), "OpenBLAS ", 9) == 0;
    puts(theirs ? strrchr(yardstick_name(), ' ') + 1 : yardstick_name());
    return 0;
}

static void test_core_type(void **state)
{
    (void)state;
    char own[300], foreign[300];
    ask_core("-u ABLATE_CORETYPE -u OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS=3", own);
    assert_true(strlen(own) > 2);
    ask_core("-u ABLATE_CORETYPE OPENBLAS_CORETYPE=Nehalem", foreign);
#if defined(__x86_64__)
    char chosen[300];
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2"))
        skip();
    ask_core("ABLATE_CORETYPE=Nehalem", chosen); /* SSE4.2: runs on all that has it */
    assert_string_equal(chosen, "Nehalem");      /* the user's word counts */
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        assert_string_equal(foreign, own); /* other programs' does not */
        assert_true(strcmp(own, "Haswell") == 0 || strcmp(own, "SkylakeX") == 0 || strcmp(own, "Cooperlake") == 0);
    }
#endif
}

/* OpenBLAS takes its own choice for a name it does not know; that would be another yardstick than was asked for. */
static void test_unknown_core_type(void **state)
{
    (void)state;
    char answer[300];
    ask_core("ABLATE_CORETYPE=Nonsense", answer);
    if (!strstr(said, "own kernels: $ABLATE_CORETYPE is 'Nonsense', but OpenBLAS ") || !strstr(said, "unset it"))
        fail_msg("it says: %s", said);
}

/* ---- what is refused ---- */

/* Writes and compiles ablate-NAME.so in the folder. */
static void compile(const char *name, const char *source)
{
    assert_int_equal(file_write_text(below("%s.c", name), source), 0);
    must_work("cc -std=c11 -shared -fPIC -Icore/device $in/%s.c -o $in/ablate-%s.so", name, name);
}

static void check_refusal(const char *name, const char *words)
{
    complaint_clear();
    assert_null(device_load(name, 0));
    expect_complaint(words);
}

#define DEVICE_SOURCE(fields)                                                                                          \
    "#include \"device.h\"\n#include <stdio.h>\n"                                                                      \
    "static int opens(int n, char why[DEVICE_WHY]) { (void)n; snprintf(why, DEVICE_WHY, \"no such hardware\"); "       \
    "return -1; }\n"                                                                                                   \
    "const device ablate_device_entry = { " fields ", .open = opens };\n"

static void test_refusals(void **state)
{
    (void)state;
    opened(0);
    const char *library = getenv("ABLATE_LIBRARY");
    char *kept = library ? strdup(library) : NULL, version[32];
    setenv("ABLATE_LIBRARY", folder, 1);
    compile("plain", "int nothing;\n");
    compile("old", DEVICE_SOURCE(".version = DEVICE_VERSION + 1, .name = \"old\""));
    compile("alias", DEVICE_SOURCE(".version = DEVICE_VERSION, .name = \"other\""));
    compile("absent", DEVICE_SOURCE(".version = DEVICE_VERSION, .name = \"absent\""));
    assert_int_equal(file_write_text(below("ablate-text.so"), "this is no object\n"), 0);
    check_refusal("ghost", "ablate-ghost.so");
    check_refusal("text", "ablate-text.so");
    check_refusal("plain", "ablate_device_entry");
    snprintf(version, sizeof version, "version %u", DEVICE_VERSION + 1);
    check_refusal("old", version);
    check_refusal("alias", "calls itself 'other'");
    check_refusal("absent", "no such hardware");
    if (kept)
        setenv("ABLATE_LIBRARY", kept, 1);
    else
        unsetenv("ABLATE_LIBRARY");
    free(kept);
    assert_non_null(device_load("cpu", 0)); /* what is loaded stays */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_parallel),
        cmocka_unit_test(test_parallel_often),
        cmocka_unit_test(test_gemm),
        cmocka_unit_test(test_gemm_threads),
        cmocka_unit_test(test_rounding_is_as_said),
        cmocka_unit_test(test_peak),
        cmocka_unit_test(test_core_type),
        cmocka_unit_test(test_unknown_core_type),
        cmocka_unit_test_setup_teardown(test_refusals, make_folder, remove_folder),
    };
    program = argv[0];
    if (argc == 2 && strcmp(argv[1], "core") == 0)
        return print_core();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
