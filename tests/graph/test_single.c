/* test_single.c: what stands around a program: an operation by itself, a step that the device lacks, numbers noted,
 * calls replayed, a step of training. */
/* units: descent notes optimiser replay single where */
#include <math.h>

#include "../../core/base/diag.h"
#include "../../core/graph/builder.h"
#include "../../core/graph/descent.h"
#include "../../core/graph/where.h"
#include "../lab/test.h"

static const device *cpu(void)
{
    const device *where = device_load("cpu", 1);
    if (!where)
        fail_msg("%s", complaint());
    return where;
}

static void assert_complains(const char *part)
{
    if (!complaint() || !strstr(complaint(), part))
        fail_msg("expected '%s' in: %s", part, complaint() ? complaint() : "nothing");
    complaint_clear();
}

/* ---- one operation ---- */

static bool lacks_all(device_step *s)
{
    (void)s;
    return false;
}

static int never_runs(device_step *s, uint64_t step)
{
    (void)s, (void)step;
    return -1;
}

/* On the device, and on one that lacks it: then on copies. */
static void test_one_operation(void **state)
{
    (void)state;
    const ablate_shape shape = { 2, { 2, 3 } };
    const float x[] = { 1, 2, 3, 4, 5, 6 };
    const float *const in[] = { x };
    device lacking = *cpu();
    lacking.resolve = lacks_all;
    lacking.run = never_runs;
    const device *const devices[] = { cpu(), &lacking };
    for (int i = 0; i < 2; i++) {
        single turn, total;
        float out[6] = { 0 }, sum = 0;
        assert_int_equal(single_open(&turn, devices[i], "transpose", "axes=\"1,0\"", 1, &shape), 0);
        assert_int_equal(single_run(&turn, in, out, 0), 0);
        assert_true(out[0] == 1 && out[1] == 4 && out[2] == 2 && out[5] == 6);
        assert_int_equal(single_open(&total, devices[i], "sum", "all=1", 1, &shape), 0);
        assert_int_equal(single_run(&total, in, &sum, 0), 0);
        assert_true(sum == 21);
        single_close(&turn);
        single_close(&total);
    }
}

static void test_what_is_no_operation(void **state)
{
    (void)state;
    const ablate_shape shape = { 1, { 3 } };
    single s;
    assert_int_equal(single_open(&s, cpu(), "wheel", NULL, 1, &shape), -1);
    assert_complains("there is no operation 'wheel'");
    single_close(&s);
    assert_int_equal(single_open(&s, cpu(), "sum", "speed=1", 1, &shape), -1);
    assert_complains("'speed'");
    single_close(&s);
    assert_int_equal(single_open(&s, cpu(), "transpose", "axes=\"1,0\"", 1, &shape), -1);
    assert_complains("transpose: axes");
    single_close(&s);
}

/* ---- notes ---- */

/* A ring keeps the last steps, whether the device notes by itself or not. */
static void test_notes_keep_the_last_steps(void **state)
{
    (void)state;
    device slow = *cpu();
    slow.note = NULL;
    const device *const devices[] = { cpu(), &slow };
    for (int i = 0; i < 2; i++) {
        notes n;
        float value[2];
        assert_int_equal(notes_open(&n, devices[i], 4, 2), 0);
        n.value[0] = &value[0];
        n.value[1] = &value[1];
        for (uint64_t step = 0; step < 7; step++) {
            value[0] = (float)step;
            value[1] = -(float)step;
            assert_int_equal(notes_take(&n, step), 0);
        }
        assert_int_equal(notes_fetch(&n), 0);
        for (uint64_t step = 3; step < 7; step++) {
            assert_true(notes_row(&n, step)[0] == (float)step);
            assert_true(notes_row(&n, step)[1] == -(float)step);
        }
        notes_close(&n);
    }
}

/* ---- replay ---- */

static struct {
    int bodies, recorded, replayed, forgotten;
} counts;

static void *record_once(int (*body)(void *context), void *context)
{
    counts.recorded++;
    return body(context) == 0 ? &counts : NULL;
}

static int replay_count(void *recording, uint64_t step)
{
    counts.replayed++;
    return recording == &counts && step < 100 ? 0 : -1;
}

static void forget_count(void *recording)
{
    (void)recording;
    counts.forgotten++;
}

static int body(void *context, uint64_t step)
{
    (void)context, (void)step;
    counts.bodies++;
    return 0;
}

static void test_called_recorded_replayed(void **state)
{
    (void)state;
    device able = *cpu();
    able.record = record_once;
    able.replay = replay_count;
    able.forget = forget_count;
    replay r = { .device = &able };
    for (uint64_t step = 0; step < 5; step++)
        assert_int_equal(replay_run(&r, true, body, NULL, step), 0);
    assert_true(counts.bodies == 2 && counts.recorded == 1 && counts.replayed == 4);
    replay_forget(&r);
    assert_int_equal(replay_run(&r, true, body, NULL, 5), 0);
    assert_true(counts.forgotten == 1 && counts.recorded == 2);
    assert_int_equal(replay_run(&r, false, body, NULL, 6), 0); /* not to be recorded: called */
    assert_true(counts.bodies == 4 && counts.replayed == 5);
    assert_int_equal(replay_run(&r, true, body, NULL, 100), -1);
    assert_complains("could not be replayed");
    replay_forget(&r);
    r = (replay){ .device = cpu() };
    for (uint64_t step = 0; step < 3; step++)
        assert_int_equal(replay_run(&r, true, body, NULL, step), 0);
    assert_int_equal(counts.bodies, 7); /* the CPU records nothing */
}

/* ---- a step of training ---- */

/* The loss (w - 3)^2, twice, and w as a probe. */
static int build_square(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    const float three[] = { 3 };
    ablate_value *w = ablate_param(b, "w", "ones", 1);
    ablate_value *apart = ablate_op(b, "sub", NULL, w, ablate_constant(b, three, 1));
    ablate_loss(b, "apart", ablate_op(b, "square", NULL, apart), 2);
    ablate_probe(b, "w", w);
    return 0;
}

typedef struct training {
    builder_host host;
    parameters *parameters;
    graph *graph;
    builder *builder;
    constants *constants;
    optimiser optimiser;
    program *program;
    descent descent;
} training;

static void training_open(training *t)
{
    static const ablate_module actor = {
        .abi = ABLATE_ABI, .name = "actor", .reads = "", .writes = "", .build = build_square
    };
    const optimiser_settings chosen = { .rate = 0.25, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 };
    const device *where = cpu();
    *t = (training){ .parameters = parameters_new(), .constants = constants_new(where) };
    t->graph = graph_new(t->parameters);
    t->builder = builder_new(t->graph, &t->host, true);
    if (builder_compose(t->builder, &actor, NULL) < 0 ||
        optimiser_open(&t->optimiser, where, t->parameters, &chosen, 10, descent_guards(t->graph)) < 0)
        fail_msg("%s", complaint());
    const program_request request = { .graph = t->graph,
                                      .device = where,
                                      .constants = t->constants,
                                      .differentiate = true,
                                      .parameters = t->optimiser.state,
                                      .gradients = t->optimiser.gradients };
    assert_int_equal(parameters_draw(t->parameters, 1, t->optimiser.state), 0);
    t->program = program_new(&request);
    if (!t->program || descent_open(&t->descent, t->graph, t->program, &t->optimiser, 3) < 0)
        fail_msg("%s", complaint());
}

static void training_close(training *t)
{
    descent_close(&t->descent);
    program_free(t->program);
    optimiser_close(&t->optimiser);
    builder_free(t->builder);
    constants_free(t->constants);
    graph_free(t->graph);
    parameters_free(t->parameters);
}

/* Adam as Kingma and Ba write it, in double. */
static void test_descent(void **state)
{
    (void)state;
    training t;
    double w = 1, m = 0, v = 0;
    float first[3 * 4];
    training_open(&t);
    for (int step = 0; step < 20; step++) {
        double slope = 4 * (w - 3);
        assert_int_equal(descent_step(&t.descent, (uint64_t)step), 0);
        assert_int_equal(descent_look(&t.descent), 0);
        const float *row = descent_row(&t.descent, (uint64_t)step);
        assert_true(fabs((double)row[0] - slope) < 1e-4);             /* the sum of all gradients */
        assert_true(fabs((double)row[1] - (w - 3) * (w - 3)) < 1e-4); /* the loss, without its weight */
        assert_true(fabs((double)row[2] - w) < 1e-5);                 /* the probe */
        m = 0.9 * m + 0.1 * slope;
        v = 0.999 * v + 0.001 * slope * slope;
        w -= 0.25 * m / (1 - pow(0.9, step + 1)) / (sqrt(v / (1 - pow(0.999, step + 1))) + 1e-8);
    }
    assert_int_equal(optimiser_get_parameters(&t.optimiser, first), 0);
    assert_true(fabs((double)first[0] - w) < 1e-4);
    training_close(&t);
}

/* Once a number is not finite nothing is updated any more, in this step and all that follow. */
static void test_descent_is_guarded(void **state)
{
    (void)state;
    training t;
    float all[3 * 4], spoilt[3 * 4];
    training_open(&t);
    assert_int_equal(descent_step(&t.descent, 0), 0);
    assert_int_equal(optimiser_get(&t.optimiser, all), 0);
    memcpy(spoilt, all, sizeof spoilt);
    spoilt[0] = NAN;
    assert_int_equal(optimiser_put(&t.optimiser, spoilt), 0);
    assert_int_equal(descent_step(&t.descent, 1), 0);
    assert_int_equal(optimiser_put(&t.optimiser, all), 0);
    assert_int_equal(descent_step(&t.descent, 2), 0);
    assert_int_equal(optimiser_get(&t.optimiser, spoilt), 0);
    assert_memory_equal(all, spoilt, sizeof all);
    training_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_operation),
        cmocka_unit_test(test_what_is_no_operation),
        cmocka_unit_test(test_notes_keep_the_last_steps),
        cmocka_unit_test(test_called_recorded_replayed),
        cmocka_unit_test(test_descent),
        cmocka_unit_test(test_descent_is_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
