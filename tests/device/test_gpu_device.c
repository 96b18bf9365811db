/* The GPU as a device: it has every operation; memory, recordings, notes, gathering; where it refuses. */
/* units: cuda cuda_memory */
#include "../lab/gpu_check.h"

/* Every built-in operation with a gradient has one here. */
static void test_every_operation(void **state)
{
    (void)state;
    GPU_NEEDED();
    int count = 0;
    const ablate_op *const *all = device_all_ops(&count);
    assert_true(count >= 30);
    for (int i = 0; i < count; i++) {
        if (all[i]->forward && !call_supported(op_under_test, all[i], false))
            fail_msg("it has no '%s'", all[i]->name);
        if (all[i]->backward && !call_supported(op_under_test, all[i], true))
            fail_msg("it has no gradient of '%s'", all[i]->name);
    }
    const ablate_op unknown = { .name = "nothing" };
    ablate_call call = { 0 };
    assert_false(call_supported(op_under_test, &unknown, false));
    assert_int_equal(call_run(op_under_test, &unknown, false, &call), -1);
    assert_non_null(strstr(op_trouble(), "no 'nothing'"));
}

/* More than the pinned rooms hold at once, up and down, at odd places. */
static void test_memory(void **state)
{
    (void)state;
    GPU_NEEDED();
    const size_t bytes = (20u << 20) + 12;
    unsigned char *from = malloc(bytes), *to = malloc(bytes), *there = op_under_test->allocate(bytes + 1);
    assert_non_null(from);
    assert_non_null(to);
    assert_non_null(there);
    assert_int_equal((uintptr_t)there % 64, 0);
    for (size_t i = 0; i < bytes; i++)
        from[i] = (unsigned char)(i * 31 + i / 4096);
    assert_int_equal(op_under_test->upload(there + 1, from, bytes), 0);
    memset(from, 0, 100); /* it is ours again at once */
    assert_int_equal(op_under_test->download(to, there + 1, bytes), 0);
    for (size_t i = 0; i < bytes; i++)
        if (to[i] != (unsigned char)(i * 31 + i / 4096))
            fail_msg("byte %zu came back as %d", i, to[i]);
    assert_int_equal(op_under_test->clear(there, 5), 0);
    assert_int_equal(op_under_test->download(to, there, 6), 0);
    assert_true(to[0] == 0 && to[4] == 0 && to[5] == (unsigned char)(4 * 31));
    op_under_test->release(there);
    there = op_under_test->allocate(0);
    assert_non_null(there);
    op_under_test->release(there);
    assert_true(op_under_test->room() > 0);
    assert_null(op_under_test->allocate((size_t)1 << 50));
    assert_non_null(strstr(op_trouble(), "MiB are free"));
    free(from);
    free(to);
}

typedef struct scene { /* x is filled with a number, noise is drawn, and both are noted */
    float *x, *noise, *ring;
    const ablate_op *draw;
    bool spoil;
} scene;

static int body(void *context)
{
    const scene *s = context;
    const ablate_shape one = { 1, { 1 } };
    const float *const in[] = { s->x }, *const value[] = { s->x, s->noise };
    struct {
        double std;
        int mode;
    } attr = { 1, 1 };
    ablate_call call = {
        .n_in = 1, .in_shape = &one, .out_shape = &one, .in = in, .out = s->noise, .attr = &attr, .key = 9
    };
    float host = 0;
    if (s->spoil && op_under_test->download(&host, s->x, sizeof host) != 0)
        return -1;
    return op_under_test->fill(s->x, 2.5f) != 0 || call_run(op_under_test, s->draw, false, &call) != 0
               ? -1
               : op_under_test->note(s->ring, 4, value, 2, call.step);
}

/* A recording gives at each step what the calls themselves give. */
static void test_recording(void **state)
{
    (void)state;
    GPU_NEEDED();
    scene s = { op_send(NULL, 1), op_send(NULL, 1), op_send(NULL, 8), device_find_op("noise_draw"), false };
    float row[8], normal[4];
    void *recording = op_under_test->record(body, &s);
    assert_non_null(recording);
    for (uint64_t step = 0; step < 9; step++)
        assert_int_equal(op_under_test->replay(recording, step), 0);
    assert_int_equal(op_under_test->replay(recording, (uint64_t)7 << 33), 0);
    assert_int_equal(op_under_test->download(row, s.ring, sizeof row), 0);
    for (uint64_t step = 5; step < 9; step++) {
        if (step % 4 == ((uint64_t)7 << 33) % 4)
            continue; /* the last replay has written over it */
        op_case c;
        op_open(&c, "noise_draw", "", OP_SHAPES({ 1, { 1 } }));
        c.key = 9;
        c.step = step;
        op_forward(&c);
        normal[0] = c.out[0];
        op_close(&c);
        assert_true(row[step % 4 * 2] == 2.5f);
        assert_memory_equal(&row[step % 4 * 2 + 1], normal, sizeof *normal);
    }
    op_under_test->forget(recording);
    s.spoil = true; /* what a recording may not hold */
    assert_null(op_under_test->record(body, &s));
    assert_non_null(strstr(op_trouble(), "while calls are recorded"));
    s.spoil = false;
    recording = op_under_test->record(body, &s); /* and nothing is left broken */
    assert_non_null(recording);
    op_under_test->forget(recording);
    op_fetch(s.x, NULL, 0);
    op_fetch(s.noise, NULL, 0);
    op_fetch(s.ring, NULL, 0);
}

/* More rows than fit one launch. */
static void test_gather(void **state)
{
    (void)state;
    GPU_NEEDED();
    enum { ROWS = 200, APART = 37, FLOATS = 30, BATCH = 150 };
    float *rows = malloc(ROWS * APART * sizeof *rows), to[BATCH * FLOATS];
    int64_t row[BATCH];
    assert_non_null(rows);
    for (int i = 0; i < ROWS * APART; i++)
        rows[i] = (float)i;
    for (int i = 0; i < BATCH; i++)
        row[i] = i * 17 % ROWS;
    float *there = op_send(rows, ROWS * APART), *gathered = op_send(NULL, BATCH * FLOATS);
    assert_int_equal(op_under_test->gather(gathered, there + 3, row, BATCH, APART, FLOATS), 0);
    op_fetch(gathered, to, BATCH * FLOATS);
    for (int i = 0; i < BATCH; i++)
        for (int j = 0; j < FLOATS; j++)
            assert_true(to[i * FLOATS + j] == (float)(row[i] * APART + 3 + j));
    op_fetch(there, NULL, 0);
    free(rows);
}

static void test_peak(void **state)
{
    (void)state;
    GPU_NEEDED();
    assert_true(op_under_test->gemm_peak() > 0);
    assert_int_equal(op_under_test->threads(), 1);
    assert_non_null(strstr(op_under_test->describe(), "cuBLASLt"));
    assert_non_null(strstr(op_under_test->core_type(), "float32"));
}

static void test_extensions(void **state)
{
    (void)state;
    GPU_NEEDED();
    char why[DEVICE_WHY] = "";
    assert_int_equal(op_under_test->extend("/nowhere/none-cuda.so", why), -1);
    assert_non_null(strstr(why, "/nowhere/none-cuda.so"));
    assert_int_equal(op_under_test->extend("libm.so.6", why), -1);
    assert_non_null(strstr(why, "GPU_EXPORT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation), cmocka_unit_test(test_memory), cmocka_unit_test(test_recording),
        cmocka_unit_test(test_gather),          cmocka_unit_test(test_peak),   cmocka_unit_test(test_extensions)
    };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
