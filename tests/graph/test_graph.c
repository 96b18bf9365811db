/* test_graph.c: building, folding, planning, running and differentiating graphs; complaints with places. */
/* units: analysis builder constants draws parameters program program_run program_starts */
#include <math.h>

#include "../../core/base/diag.h"
#include "../../core/graph/analysis.h"
#include "../../core/graph/builder.h"
#include "../../core/graph/draws.h"
#include "../../core/graph/plan.h"
#include "../../core/graph/program.h"
#include "../lab/test.h"

typedef struct scene { /* a graph made by one function that plays the module */
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    ablate_module module;
} scene;

static const device *cpu(void)
{
    const device *where = device_load("cpu", 0);
    if (!where)
        fail_msg("%s", complaint());
    return where;
}

static void scene_open_sized(scene *s, int (*build)(ablate_builder *, const void *), const ablate_shape *image)
{
    complaint_clear();
    cpu(); /* brings the operations */
    *s = (scene){ .parameters = parameters_new() };
    s->module = (ablate_module){
        .abi = ABLATE_ABI, .name = "actor", .reads = "image value?", .writes = "value service", .build = build
    };
    s->graph = graph_new(s->parameters);
    s->builder = builder_new(s->graph, &s->host, true);
    assert_non_null(s->builder);
    assert_non_null(builder_input(s->builder, "image", image));
}

static void scene_open(scene *s, int (*build)(ablate_builder *, const void *))
{
    scene_open_sized(s, build, &(ablate_shape){ 2, { 4, 3 } });
}

static void scene_close(scene *s)
{
    builder_free(s->builder);
    graph_free(s->graph);
    parameters_free(s->parameters);
    complaint_clear();
}

static void assert_complains(const char *part)
{
    assert_non_null(complaint());
    if (!strstr(complaint(), part))
        fail_msg("expected '%s' in: %s", part, complaint());
    complaint_clear();
}

/* loss = sum(tanh(x w + b) * (c + c)), with x (4,3), w (3,2); c + c depends on constants only. */
static int build_small(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    const float c[2] = { 0.5f, -1.5f };
    ablate_value *x = ablate_read(b, "image", 0);
    ablate_value *w = ablate_param(b, "w", "normal 0.5", 3, 2), *bias = ablate_param(b, "b", "uniform 0.3", 2);
    ablate_value *k = ablate_constant(b, c, 2);
    ablate_value *twice = ablate_op(b, "add", "", k, k);
    ablate_value *y = ablate_op(b, "tanh", "", ablate_op(b, "add", "", ablate_op(b, "matmul", "", x, w), bias));
    ablate_value *view = ablate_op(b, "reshape", "dims=\"2,2,2\"", ablate_op(b, "mul", "", y, twice));
    ablate_loss(b, "total", ablate_op(b, "sum", "all=1", view), 3);
    ablate_probe(b, "mean", ablate_op(b, "mean", "all=1", ablate_op(b, "detach", "", y)));
    ablate_write(b, "value", 0, y);
    return 0;
}

typedef struct machine { /* a differentiated program with its memory */
    constants *constants;
    program *program;
    float *values, *gradients;
    int64_t count;
} machine;

static void machine_open(machine *m, scene *s, float *initial)
{
    const device *where = cpu();
    ablate_value *given[1] = { builder_value(s->builder, "image", 0) };
    m->count = s->parameters->count;
    m->constants = constants_new(where);
    m->values = where->allocate((size_t)m->count * sizeof(float));
    m->gradients = where->allocate((size_t)m->count * sizeof(float));
    where->upload(m->values, initial, (size_t)m->count * sizeof(float));
    program_request request = { .graph = s->graph,
                                .device = where,
                                .constants = m->constants,
                                .given = given,
                                .given_count = 1,
                                .differentiate = true,
                                .parameters = m->values,
                                .gradients = m->gradients,
                                .seed = 7 };
    m->program = program_new(&request);
    if (!m->program)
        fail_msg("%s", complaint());
}

static void machine_close(machine *m)
{
    program_free(m->program);
    constants_free(m->constants);
    cpu()->release(m->values);
    cpu()->release(m->gradients);
}

static const float picture[12] = { 0.1f, -0.4f, 0.9f, 1.2f, 0.3f, -0.7f, 0.2f, 0.8f, -1.1f, 0.5f, 0.6f, -0.2f };

static double small_loss(const float *p)
{
    const double c[2] = { 1.0, -3.0 };
    double total = 0;
    for (int r = 0; r < 4; r++)
        for (int j = 0; j < 2; j++) {
            double z = (double)p[8 + j]; /* the bias begins at a multiple of four */
            for (int i = 0; i < 3; i++)
                z += (double)picture[3 * r + i] * (double)p[2 * i + j];
            total += tanh(z) * c[j];
        }
    return total;
}

static void test_values_and_gradients(void **state)
{
    (void)state;
    scene s;
    machine m;
    float p[12], loss, g[12];
    scene_open(&s, build_small);
    if (builder_compose(s.builder, &s.module, NULL) < 0)
        fail_msg("%s", complaint());
    assert_int_equal(s.parameters->count, 12);
    assert_int_equal(s.parameters->numbers, 8);
    assert_int_equal(parameters_draw(s.parameters, 3, p), 0);
    machine_open(&m, &s, p);
    for (int repeat = 0; repeat < 3; repeat++) { /* nothing may be left over from an earlier run */
        assert_int_equal(program_put(m.program, builder_value(s.builder, "image", 0), picture), 0);
        assert_int_equal(program_run(m.program, 0), 0);
    }
    assert_int_equal(program_get(m.program, s.graph->loss[0].value, &loss), 0);
    cpu()->download(g, m.gradients, sizeof g);
    /* 8 terms of size <= 3, a handful of roundings each. */
    assert_true(fabs((double)loss - small_loss(p)) <= 8 * 3 * 8 * 1.2e-7);
    for (int i = 0; i < 12; i++) {
        const float h = 1e-3f;
        float moved[12];
        memcpy(moved, p, sizeof p);
        moved[i] = p[i] + h;
        double up = small_loss(moved), width = (double)moved[i];
        moved[i] = p[i] - h;
        double slope = 3 * (up - small_loss(moved)) / (width - (double)moved[i]);
        /* Central differences err by h^2 / 6 times a third derivative of at most 2 * 3 * 4 * 3 * 1.2^3; a gradient is a
         * sum of 4 terms of size <= 3 * 3 * 1.2, a handful of roundings each. */
        assert_true(fabs(slope - (double)g[i]) <= 3 * 1e-6 / 6 * 2 * 3 * 4 * 1.8 + 4 * 3 * 3 * 1.2 * 8 * 1.2e-7);
    }
    machine_close(&m);
    scene_close(&s);
}

static void test_dependence_and_folding(void **state)
{
    (void)state;
    scene s;
    machine m;
    float p[12];
    dependence known[64];
    scene_open(&s, build_small);
    assert_int_equal(builder_compose(s.builder, &s.module, NULL), 0);
    analysis_dependence(s.graph, 4, known);
    int once = 0;
    for (int i = 0; i < s.graph->values; i++)
        once += s.graph->value[i]->kind == VALUE_RESULT && known[i] == DEPENDS_ON_NOTHING;
    assert_int_equal(once, 1); /* c + c */
    parameters_draw(s.parameters, 3, p);
    machine_open(&m, &s, p);
    assert_int_equal(program_cost_of(m.program).forward, 6); /* matmul add tanh mul sum mean: no folded sum, no views */
    assert_int_equal(program_cost_of(m.program).constants, 2 * (int)sizeof(float));
    machine_close(&m);
    scene_close(&s);
}

/* pictures (4, 100, 200) -> a costly product -> a cheap tanh -> parameters */
static int build_frozen(ablate_builder *b, const void *chosen)
{
    static float numbers[200 * 200];
    const bool *batch_statistics = chosen;
    ablate_value *x = ablate_read(b, "image", 0);
    ablate_value *product = ablate_op(b, "matmul", "", x, ablate_constant(b, numbers, 200, 200));
    ablate_value *frozen = ablate_op(b, "tanh", "", product);
    ablate_value *w = ablate_param(b, "w", "ones", 200);
    ablate_value *y = ablate_op(b, "mul", "", frozen, w);
    if (*batch_statistics) /* of the whole batch: no picture's own */
        y = ablate_op(b, "add", "", y, ablate_op(b, "mean", "axis=0", x));
    ablate_loss(b, "total", ablate_op(b, "sum", "all=1", y), 1);
    return 0;
}

static void test_frontier(void **state)
{
    (void)state;
    for (int statistics = 0; statistics < 2; statistics++) {
        scene s;
        dependence known[64];
        ablate_value *list[64];
        bool chosen = statistics;
        scene_open_sized(&s, build_frozen, &(ablate_shape){ 3, { 4, 100, 200 } });
        assert_int_equal(builder_compose(s.builder, &s.module, &chosen), 0);
        analysis_dependence(s.graph, 4, known);
        assert_int_equal(analysis_frontier(s.graph, known, NULL, 0, false, list), 1 + statistics);
        assert_string_equal(list[statistics]->op->name, "matmul"); /* its tanh is cheaper to compute again */
        if (statistics)
            assert_string_equal(list[0]->name, "image");
        scene_close(&s);
    }
}

/* Pictures (4, 5, 5, 2) through a constant weight of four filters, which has as many rows as the batch; and through one
 * that is made of the pictures. */
static int build_alike(ablate_builder *b, const void *chosen)
{
    static const float numbers[4 * 5 * 5 * 2];
    const bool *of_pictures = chosen;
    ablate_value *x = ablate_read(b, "image", 0), *weight = ablate_constant(b, numbers, 4, 5, 5, 2);
    ablate_value *y = ablate_op(b, "conv", "", x, *of_pictures ? x : weight);
    ablate_loss(b, "total", ablate_op(b, "sum", "all=1", y), 1);
    return 0;
}

static void test_as_many_filters_as_pictures(void **state)
{
    (void)state;
    for (int of_pictures = 0; of_pictures < 2; of_pictures++) {
        scene s;
        dependence known[64];
        bool chosen = of_pictures;
        scene_open_sized(&s, build_alike, &(ablate_shape){ 4, { 4, 5, 5, 2 } });
        assert_int_equal(builder_compose(s.builder, &s.module, &chosen), 0);
        analysis_dependence(s.graph, 4, known);
        for (int i = 0; i < s.graph->values; i++)
            if (s.graph->value[i]->op && strcmp(s.graph->value[i]->op->name, "conv") == 0)
                assert_int_equal(known[i], of_pictures ? DEPENDS_ON_RUN : DEPENDS_ON_PICTURE);
        scene_close(&s);
    }
}

static void test_names_decide_initial_values(void **state)
{
    (void)state;
    const ablate_shape shape = { 1, { 5 } };
    float with[24], without[16]; /* each tensor begins at a multiple of four */
    parameters *a = parameters_new(), *b = parameters_new();
    parameters_enter(a, "m.first", "normal 1", &shape);
    parameters_enter(a, "m.second", "uniform 1", &shape);
    parameters_enter(a, "m.third", "linear", &shape);
    parameters_enter(b, "m.first", "normal 1", &shape);
    parameters_enter(b, "m.third", "linear", &shape);
    parameters_draw(a, 11, with);
    parameters_draw(b, 11, without);
    assert_memory_equal(with, without, 5 * sizeof(float));
    assert_memory_equal(with + 16, without + 8, 5 * sizeof(float));
    float other[24];
    parameters_draw(a, 12, other); /* another seed draws others */
    assert_memory_not_equal(with, other, 5 * sizeof(float));
    parameters_free(a);
    parameters_free(b);
}

static void test_layers_may_begin_normal(void **state)
{
    (void)state;
    enum { N = 4096 };
    const ablate_shape shape = { 2, { N / 64, 64 } }, bias = { 1, { 64 } };
    float *drawn = malloc((2 * N + 64) * sizeof *drawn);
    parameters *p = parameters_new();
    parameters_begin_normal(p);
    parameters_enter(p, "m.weight", "linear", &shape);
    parameters_enter(p, "m.bias", "uniform 0.1", &bias);
    parameters_enter(p, "m.own", "normal 1", &shape); /* a module's own choice stays */
    assert_non_null(drawn);
    assert_int_equal(parameters_draw(p, 3, drawn), 0);
    double squares = 0, own = 0;
    for (int i = 0; i < N; i++) {
        squares += (double)drawn[i] * drawn[i];
        own += (double)drawn[N + 64 + i] * drawn[N + 64 + i];
    }
    /* the deviation of N draws is itself known to 1 / sqrt(2 N) of its value: 5 of these */
    assert_true(fabs(sqrt(squares / N) / 0.02 - 1) < 5 / sqrt(2.0 * N));
    assert_true(fabs(sqrt(own / N) - 1) < 5 / sqrt(2.0 * N));
    for (int i = 0; i < 64; i++)
        assert_true(drawn[N + i] == 0);
    parameters_free(p);
    free(drawn);
}

/* One parameter is drawn, one begins at c + c; with `chosen`, a third begins at what depends on a parameter. */
static int build_starts(ablate_builder *b, const void *chosen)
{
    const float c[2] = { 0.5f, -1.5f };
    ablate_value *k = ablate_constant(b, c, 2), *twice = ablate_op(b, "add", "", k, k);
    ablate_value *drawn = ablate_param(b, "drawn", "normal 0.5", 2), *tuned = ablate_param_from(b, "tuned", twice);
    ablate_param_from(b, "raw", k);
    if (chosen)
        ablate_param_from(b, "loose", ablate_op(b, "add", "", drawn, tuned));
    return 0;
}

static void test_parameters_begin_at_frozen_values(void **state)
{
    (void)state;
    scene s;
    float first[16] = { 0 };
    scene_open(&s, build_starts);
    assert_int_equal(builder_compose(s.builder, &s.module, NULL), 0);
    assert_int_equal(s.parameters->count, 12);
    assert_int_equal(parameters_draw(s.parameters, 3, first), 0);
    float kept = first[0];
    assert_int_equal(program_starts(s.graph, cpu(), first), 0);
    const float expected[12] = { kept, first[1], 0, 0, 1, -3, 0, 0, 0.5f, -1.5f, 0, 0 };
    assert_true(kept < 0 || kept > 0);
    assert_memory_equal(first, expected, sizeof expected);
    scene_close(&s);
    scene_open(&s, build_starts);
    assert_int_equal(builder_compose(s.builder, &s.module, "loose"), 0);
    assert_int_equal(program_starts(s.graph, cpu(), first), -1);
    assert_complains("'actor.loose' begins at a value that is not frozen");
    scene_close(&s);
}

static void test_plan_shares_and_never_overlaps(void **state)
{
    (void)state;
    plan_buffer list[60];
    int64_t sum = 0, most = 0;
    unsigned word = 12345;
    for (int i = 0; i < 60; i++) {
        word = word * 1664525u + 1013904223u;
        int first = (int)(word >> 8) % 40;
        list[i] = (plan_buffer){ 100 + (int64_t)((word >> 16) % 5000), first, first + (int)((word >> 4) % 6), -1 };
        sum += list[i].bytes;
    }
    int64_t size = plan_place(list, 60);
    for (int i = 0; i < 60; i++) {
        assert_true(list[i].offset >= 0 && list[i].offset % 64 == 0 && list[i].offset + list[i].bytes <= size);
        for (int j = 0; j < i; j++) {
            bool together = list[i].first <= list[j].last && list[j].first <= list[i].last;
            bool apart =
                list[i].offset + list[i].bytes <= list[j].offset || list[j].offset + list[j].bytes <= list[i].offset;
            assert_true(!together || apart);
        }
    }
    for (int t = 0; t < 46; t++) {
        int64_t alive = 0;
        for (int i = 0; i < 60; i++)
            alive += list[i].first <= t && t <= list[i].last ? list[i].bytes : 0;
        most = alive > most ? alive : most;
    }
    assert_true(size >= most && size < sum / 2);
}

static int build_misfit(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    ablate_value *x = ablate_read(b, "image", 0);
    ablate_value *bad = ablate_op(b, "matmul", "", x, x); /* 4x3 times 4x3; the next line must not be reached */
    bad = ablate_op(b, "relu", "", ablate_op(b, "add", "", bad, x));
    ablate_loss(b, "total", bad, 1);
    ablate_write(b, "value", 0, bad);
    return 0;
}

static void test_misfit_names_its_place(void **state)
{
    (void)state;
    scene s;
    char place[80];
    scene_open(&s, build_misfit);
    assert_int_equal(builder_compose(s.builder, &s.module, NULL), -1);
    snprintf(place, sizeof place, "tests/graph/test_graph.c:%d: matmul: ", __LINE__ - 14);
    assert_complains(place);
    scene_close(&s);
}

static void apply_wrong(ablate_builder *b, int mistake, ablate_value *x)
{
    switch (mistake) {
    case 0:
        ablate_op(b, "matmull", "", x, x);
        break;
    case 1:
        ablate_op(b, "affine", "scael=2", x);
        break;
    case 2:
        ablate_op(b, "tanh", "", x, x);
        break;
    default:
        ablate_op(b, "affine", "scale=two", x);
        break;
    }
}

static int build_wrong(ablate_builder *b, const void *chosen)
{
    ablate_value *x = ablate_read(b, "image", 0);
    int mistake = *(const int *)chosen;
    switch (mistake) {
    case 3:
        ablate_read(b, "bottleneck", 0);
        break;
    case 4:
        ablate_read(b, "value", 0);
        break;
    case 5:
        ablate_write(b, "other", 0, x);
        break;
    case 6:
        ablate_loss(b, "big", x, 1);
        break;
    case 7:
        ablate_param(b, "w", "gaussian", 3);
        break;
    case 8:
        ablate_param(b, "w", "ones", 3), ablate_param(b, "w", "ones", 4);
        break;
    case 9:
        return ablate_fail(b, "no %s today", "luck");
    case 10:
        return -1;
    case 11:
        ablate_call_service(b, "value", "", x);
        break;
    case 13:
        ablate_param(b, "w", "ones", 0);
        break;
    default:
        apply_wrong(b, mistake, x);
        break;
    }
    return 0;
}

static void test_every_mistake_has_a_sentence(void **state)
{
    (void)state;
    static const char *const words[] = { "the nearest is 'matmul'",
                                         "scale",
                                         "takes 1 to 1 inputs, was given 2",
                                         "'actor' reads 'bottleneck' without declaring it",
                                         "which no module before it writes",
                                         "'actor' writes 'other' without declaring",
                                         "a loss is one number",
                                         "'gaussian' are unknown",
                                         "is 4 here and 3 elsewhere",
                                         "no luck today",
                                         "without saying why",
                                         "no module before it offers",
                                         "two",
                                         "every axis must be 1 or more" };
    for (int i = 0; i < 14; i++) {
        scene s;
        scene_open(&s, build_wrong);
        assert_int_equal(builder_compose(s.builder, &s.module, &i), -1);
        assert_complains(words[i]);
        scene_close(&s);
    }
}

static int build_nan(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    ablate_value *w = ablate_param(b, "w", "ones", 3);
    ablate_value *x = ablate_op(b, "mul", "", ablate_read(b, "image", 0), w);
    ablate_loss(b, "total", ablate_op(b, "sum", "all=1", ablate_op(b, "log", "", x)), 1); /* of negative numbers */
    return 0;
}

static void test_nonfinite_is_named(void **state)
{
    (void)state;
    scene s;
    machine m;
    float p[3] = { 1, 1, 1 };
    scene_open(&s, build_nan);
    assert_int_equal(builder_compose(s.builder, &s.module, NULL), 0);
    machine_open(&m, &s, p);
    program_put(m.program, builder_value(s.builder, "image", 0), picture);
    assert_int_equal(program_find_nonfinite(m.program, 41), -1);
    assert_complains("log: the result is not finite (element 1) in module 'actor' at step 41");
    machine_close(&m);
    scene_close(&s);
}

static int build_noisy(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    ablate_value *x = ablate_read(b, "image", 0);
    ablate_value *noisy = ablate_op(b, "noise", "std=1 mode=absolute", x);
    ablate_write(b, "value", 0, noisy);
    ablate_write(b, "value", 1, ablate_op(b, "dropout", "p=0.5", noisy));
    ablate_write(b, "value", 0, x);     /* an input has its name already */
    ablate_write(b, "value", 1, noisy); /* the first word stays */
    return 0;
}

/* noise: x + g, rounded once, so x = 0 shows the bits of g; dropout: twice the mask. */
static void test_bare_draws_are_those_of_the_program(void **state)
{
    (void)state;
    scene s;
    float got[2][12], bare[12];
    scene_open(&s, build_noisy);
    assert_int_equal(builder_compose(s.builder, &s.module, NULL), 0);
    ablate_value *given[1] = { s.graph->value[0] }, *wanted[2] = { s.graph->value[1], s.graph->value[2] };
    assert_string_equal(wanted[0]->label, "value.0");
    assert_string_equal(wanted[1]->label, "value.1");
    assert_null(given[0]->label);
    constants *none = constants_new(cpu());
    program_request request = { .graph = s.graph,
                                .device = cpu(),
                                .constants = none,
                                .wanted = wanted,
                                .wanted_count = 2,
                                .given = given,
                                .given_count = 1,
                                .seed = 7 };
    program *p = program_new(&request);
    assert_non_null(p);
    program_put(p, given[0], (const float[12]){ 0 });
    assert_int_equal(program_run(p, 41), 0);
    for (int i = 0; i < 2; i++) {
        draws *d = draws_new(cpu(), wanted[i], device_find_op(i ? "dropout_draw" : "noise_draw"), 7);
        assert_true(d && shape_same(draws_shape(d), &wanted[i]->shape));
        assert_int_equal(program_get(p, wanted[i], got[i]), 0);
        assert_int_equal(draws_get(d, 41, bare), 0);
        for (int e = 0; e < 12; e++)
            assert_true(got[i][e] == (i ? 2 * bare[e] * got[0][e] : bare[e]));
        draws_free(d);
    }
    program_free(p);
    constants_free(none);
    assert_null(draws_new(cpu(), wanted[0], device_find_op("softmax"), 7));
    assert_complains("operation 'softmax' must have the attributes of 'noise'");
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_gradients),
        cmocka_unit_test(test_dependence_and_folding),
        cmocka_unit_test(test_frontier),
        cmocka_unit_test(test_as_many_filters_as_pictures),
        cmocka_unit_test(test_names_decide_initial_values),
        cmocka_unit_test(test_layers_may_begin_normal),
        cmocka_unit_test(test_parameters_begin_at_frozen_values),
        cmocka_unit_test(test_plan_shares_and_never_overlaps),
        cmocka_unit_test(test_misfit_names_its_place),
        cmocka_unit_test(test_every_mistake_has_a_sentence),
        cmocka_unit_test(test_nonfinite_is_named),
        cmocka_unit_test(test_bare_draws_are_those_of_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
