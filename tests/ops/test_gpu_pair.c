/* Operations that the GPU does two at a time: the same bits as one by one, alone and in a program. */
/* units: device/cuda_pair */
#include "../lab/gpu_check.h"

#include "../../core/graph/builder.h"
#include "../../core/graph/program.h"

/* ---- x = a + b, then layer normalisation, call by call ---- */

enum { ROWS = 37, NUMBERS = 9 };
typedef enum { A, B, SUM, WEIGHT, BIAS, OUT, GRAD_A, GRAD_B, GRAD_SUM } number_of; /* tensors of the test, in order */

typedef struct residual { /* on the device */
    int64_t width;
    float *at[NUMBERS], *aux, *grad_out, *grad_weight, *grad_bias, *scratch;
    const float *add_in[2], *norm_in[3];
    float *add_grad[2], *norm_grad[3];
    ablate_shape wide, narrow, add_shapes[2], norm_shapes[3];
    struct {
        double eps;
    } attr;
    ablate_call add, norm;
} residual;

static int64_t size_of(const residual *r, int tensor)
{
    return tensor == WEIGHT || tensor == BIAS ? r->width : ROWS * r->width;
}

static float *send_normal(int64_t n, uint64_t key)
{
    float *x = op_room(n);
    op_normal(x, n, key, 1.0f, 0.25f);
    float *there = op_send(x, n);
    free(x);
    return there;
}

static void residual_calls(residual *r)
{
    const ablate_shape shapes[3] = { r->wide, r->narrow, r->narrow };
    memcpy(r->norm_shapes, shapes, sizeof shapes);
    r->add_shapes[0] = r->add_shapes[1] = r->wide;
    r->add_in[0] = r->at[A], r->add_in[1] = r->at[B];
    r->norm_in[0] = r->at[SUM], r->norm_in[1] = r->at[WEIGHT], r->norm_in[2] = r->at[BIAS];
    r->add_grad[0] = r->at[GRAD_A], r->add_grad[1] = r->at[GRAD_B];
    r->norm_grad[0] = r->at[GRAD_SUM], r->norm_grad[1] = r->grad_weight, r->norm_grad[2] = r->grad_bias;
    r->add = (ablate_call){ .n_in = 2,
                            .in_shape = r->add_shapes,
                            .out_shape = &r->wide,
                            .in = r->add_in,
                            .out = r->at[SUM],
                            .grad_in = r->add_grad,
                            .grad_out = r->at[GRAD_SUM] };
    r->norm = (ablate_call){ .n_in = 3,
                             .in_shape = r->norm_shapes,
                             .out_shape = &r->wide,
                             .in = r->norm_in,
                             .out = r->at[OUT],
                             .grad_in = r->norm_grad,
                             .grad_out = r->grad_out,
                             .aux = r->aux,
                             .attr = &r->attr };
}

static device_step step_of(const char *op, bool backward, const ablate_call *call)
{
    device_step s = { .op = device_find_op(op), .backward = backward, .call = *call };
    assert_true(op_under_test->resolve(&s));
    return s;
}

/* Are the two calls, given in the order of the forward pass, a pair? Then, if asked to, it is run. */
static bool pair_of(const char *first, const ablate_call *one, const char *second, const ablate_call *two, bool back,
                    bool run)
{
    device_step a = step_of(first, back, one), b = step_of(second, back, two);
    device_step *s = back ? &b : &a, *next = back ? &a : &b;
    if (!op_under_test->pair(s, next))
        return false;
    if (run && op_under_test->run_pair(s, next, 0) != 0)
        fail_msg("%s", op_trouble());
    return true;
}

static void residual_open(residual *r, int64_t width)
{
    *r = (residual){ .width = width, .wide = { 2, { ROWS, width } }, .narrow = { 1, { width } }, .attr = { 1e-5 } };
    for (int i = 0; i < NUMBERS; i++)
        r->at[i] = send_normal(size_of(r, i), 100 + (uint64_t)i);
    r->grad_out = send_normal(ROWS * width, 200);
    r->grad_weight = send_normal(width, 201);
    r->grad_bias = send_normal(width, 202);
    r->aux = op_send(NULL, (int64_t)2 * ROWS);
    residual_calls(r);
    device_step norm = step_of("layer_norm", true, &r->norm);
    r->scratch = op_send_to(NULL, norm.scratch, 0);
    r->norm.scratch = r->scratch;
}

static void residual_close(residual *r)
{
    for (int i = 0; i < NUMBERS; i++)
        op_fetch(r->at[i], NULL, size_of(r, i));
    op_fetch(r->grad_out, NULL, ROWS * r->width);
    op_fetch(r->grad_weight, NULL, r->width);
    op_fetch(r->grad_bias, NULL, r->width);
    op_fetch(r->aux, NULL, (int64_t)2 * ROWS);
    op_fetch_from(r->scratch, NULL, 0, 0);
}

static void call_one(const char *op, bool backward, ablate_call *call)
{
    if (call_run(op_under_test, device_find_op(op), backward, call) != 0)
        fail_msg("%s: %s", op, op_trouble());
}

static void run_residual(residual *r, bool together)
{
    for (int back = 0; back < 2 && together; back++)
        assert_true(pair_of("add", &r->add, "layer_norm", &r->norm, back, true));
    if (!together) {
        call_one("add", false, &r->add);
        call_one("layer_norm", false, &r->norm);
        call_one("layer_norm", true, &r->norm);
        call_one("add", true, &r->add);
    }
    assert_int_equal(op_under_test->synchronise(), 0);
}

static void same_tensor(const char *what, const float *got, const float *want, int64_t n)
{
    float *x = op_room(n), *y = op_room(n);
    if (got && want) {
        assert_int_equal(op_under_test->download(x, got, (size_t)n * sizeof *x), 0);
        assert_int_equal(op_under_test->download(y, want, (size_t)n * sizeof *y), 0);
        for (int64_t i = 0; i < n; i++)
            if (memcmp(&x[i], &y[i], sizeof x[i]) != 0)
                fail_msg("%s: number %lld is %.9g as a pair, %.9g one by one", what, (long long)i, (double)x[i],
                         (double)y[i]);
    }
    free(x);
    free(y);
}

/* `wanted`: gradients of a, b, weight and bias; `add`: of which of sum, a, b there is something already. */
static void check_residual(int64_t width, unsigned wanted, unsigned add)
{
    residual r[2];
    for (int i = 0; i < 2; i++) {
        residual_open(&r[i], width);
        r[i].norm.add = (add & 1u) | 6u;
        r[i].add.add = add >> 1;
        for (int input = 0; input < 2; input++) {
            r[i].add_grad[input] = wanted >> input & 1 ? r[i].add_grad[input] : NULL;
            r[i].norm_grad[1 + input] = wanted >> (2 + input) & 1 ? r[i].norm_grad[1 + input] : NULL;
        }
        run_residual(&r[i], i == 0);
    }
    static const char *const name[] = { "a", "b", "sum", "weight", "bias", "result", "gradient of a", "gradient of b" };
    for (int i = 0; i < GRAD_SUM; i++)
        same_tensor(name[i], r[0].at[i], r[1].at[i], size_of(&r[0], i));
    same_tensor("gradient of weight", r[0].grad_weight, r[1].grad_weight, width);
    same_tensor("gradient of bias", r[0].grad_bias, r[1].grad_bias, width);
    same_tensor("mean and deviation", r[0].aux, r[1].aux, (int64_t)2 * ROWS);
    residual_close(&r[0]);
    residual_close(&r[1]);
}

static void test_residual_norm(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const int64_t width[] = { 5, 32, 100, 768, 1024 };
    for (size_t i = 0; i < sizeof width / sizeof *width; i++)
        for (int order = 0; order < 3; order++) {
            op_order(order);
            check_residual(width[i], 15, order == 1 ? 7 : 0);
        }
    op_order(0);
    for (unsigned wanted = 0; wanted < 16; wanted++)
        check_residual(33, wanted, wanted / 2);
}

static void test_what_is_no_pair(void **state)
{
    (void)state;
    GPU_NEEDED();
    residual r;
    residual_open(&r, 8);
    assert_true(pair_of("add", &r.add, "layer_norm", &r.norm, false, false));
    assert_false(pair_of("layer_norm", &r.norm, "add", &r.add, false, false));
    assert_false(pair_of("sub", &r.add, "layer_norm", &r.norm, false, false));
    r.add_shapes[1] = r.narrow; /* the second part repeats itself */
    assert_false(pair_of("add", &r.add, "layer_norm", &r.norm, true, false));
    residual_close(&r);
    residual_open(&r, 1025); /* too wide for registers */
    assert_false(pair_of("add", &r.add, "layer_norm", &r.norm, false, false));
    residual_close(&r);
}

/* ---- in a program ---- */

/* Three residual blocks x + tanh(norm(x) w), a last norm and its mean square; the second sum is used once more. */
static int build_blocks(ablate_builder *b, const void *chosen)
{
    (void)chosen;
    ablate_value *x = ablate_read(b, "image", 0), *other = NULL;
    for (int i = 0; i < 3; i++) {
        char name[20];
        snprintf(name, sizeof name, "w%d", i);
        ablate_value *w = ablate_param(b, name, "normal 0.2", 40, 40);
        snprintf(name, sizeof name, "scale%d", i);
        ablate_value *scale = ablate_param(b, name, "uniform 1", 40);
        ablate_value *normed = ablate_op(b, "layer_norm", NULL, x, scale, scale);
        ablate_value *part = ablate_op(b, "tanh", NULL, ablate_op(b, "matmul", NULL, normed, w));
        x = ablate_op(b, "add", NULL, x, part);
        other = i == 1 ? x : other;
    }
    ablate_value *scale = ablate_param(b, "scale", "uniform 1", 40);
    ablate_value *last = ablate_op(b, "layer_norm", NULL, x, scale, scale);
    ablate_loss(b, "all", ablate_op(b, "mean", "all=1", ablate_op(b, "square", NULL, last)), 1);
    ablate_loss(b, "other", ablate_op(b, "mean", "all=1", ablate_op(b, "square", NULL, other)), 1);
    return 0;
}

static int pairs_run;

static int count_pair(device_step *s, device_step *next, uint64_t step)
{
    pairs_run++;
    return op_under_test->run_pair(s, next, step);
}

typedef struct blocks { /* a graph of them and one run's gradients and losses */
    builder_host host;
    parameters *parameters;
    graph *graph;
    builder *builder;
    float *gradients, loss[2];
} blocks;

static void blocks_open(blocks *s)
{
    static const ablate_module actor = {
        .abi = ABLATE_ABI, .name = "actor", .reads = "image", .writes = "", .build = build_blocks
    };
    *s = (blocks){ .parameters = parameters_new() };
    s->graph = graph_new(s->parameters);
    s->builder = builder_new(s->graph, &s->host, true);
    assert_non_null(builder_input(s->builder, "image", &GPU_SHAPE(50, 40)));
    if (builder_compose(s->builder, &actor, NULL) < 0)
        fail_msg("%s", complaint());
    s->gradients = op_room(s->parameters->count);
}

static void blocks_close(blocks *s)
{
    free(s->gradients);
    builder_free(s->builder);
    graph_free(s->graph);
    parameters_free(s->parameters);
}

static float *blocks_parameters(const blocks *s, const device *where)
{
    size_t bytes = (size_t)s->parameters->count * sizeof(float);
    float *first = op_room(s->parameters->count), *there = where->allocate(bytes);
    assert_int_equal(parameters_draw(s->parameters, 5, first), 0);
    assert_int_equal(where->upload(there, first, bytes), 0);
    free(first);
    return there;
}

static void blocks_run(blocks *s, const device *where, int runs)
{
    size_t bytes = (size_t)s->parameters->count * sizeof(float);
    float *values = blocks_parameters(s, where), *gradients = where->allocate(bytes);
    ablate_value *image = builder_value(s->builder, "image", 0);
    program_request request = { .graph = s->graph,
                                .device = where,
                                .constants = constants_new(where),
                                .given = &image,
                                .given_count = 1,
                                .differentiate = true,
                                .parameters = values,
                                .gradients = gradients };
    program *p = program_new(&request);
    float picture[50 * 40];
    if (!p)
        fail_msg("%s", complaint());
    op_normal(picture, 50 * 40, 77, 1, 0);
    for (int i = 0; i < runs; i++)
        if (program_put(p, image, picture) != 0 || program_run(p, 0) != 0)
            fail_msg("%s", complaint());
    for (int i = 0; i < 2; i++)
        assert_int_equal(program_get(p, s->graph->loss[i].value, &s->loss[i]), 0);
    assert_int_equal(where->download(s->gradients, gradients, bytes), 0);
    program_free(p);
    constants_free(request.constants);
    where->release(values);
    where->release(gradients);
}

/* With as little memory as there may be, where tensors give their room to the next, and with enough. */
static void test_program(void **state)
{
    (void)state;
    GPU_NEEDED();
    blocks one, two;
    device paired = *op_under_test, single = *op_under_test;
    paired.run_pair = count_pair;
    single.pair = NULL;
    for (int tight = 0; tight < 2; tight++) {
        if (tight)
            paired.record = single.record = NULL;
        blocks_open(&one);
        blocks_open(&two);
        pairs_run = 0;
        blocks_run(&one, &paired, 2);
        assert_int_equal(pairs_run, 2 * 2 * 3); /* two runs; both ways; the three sums */
        blocks_run(&two, &single, 2);
        assert_true(one.loss[0] > 0.01f && one.loss[1] > 0.01f);
        assert_memory_equal(one.loss, two.loss, sizeof one.loss);
        for (int64_t i = 0; i < one.parameters->count; i++)
            if (memcmp(&one.gradients[i], &two.gradients[i], sizeof(float)) != 0)
                fail_msg("gradient %lld is %.9g by pairs, %.9g one by one", (long long)i, (double)one.gradients[i],
                         (double)two.gradients[i]);
        blocks_close(&one);
        blocks_close(&two);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_residual_norm),
        cmocka_unit_test(test_what_is_no_pair),
        cmocka_unit_test(test_program),
    };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
