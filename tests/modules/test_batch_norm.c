/* modules/batch_norm.h: two steps beside PyTorch's BatchNorm, on the CPU and on an emulated GPU; a test's module that
 * has it in a run, killed and gone on with, on another device, traced and predicted from; and the frozen one, which
 * leaves nothing to run but its convolution. */
#include "../../core/engine.h"
#include "../../core/graph/program.h"
#include "../../modules/batch_norm.h"
#include "../lab/hostile_stage.h"
#include "../lab/module_build.h"
#include "../lab/op_golden.h"

/* ---- beside PyTorch ---- */

enum { MOST = 512 };

typedef struct normed {
    engine *engine;
    ablate_value *factor, *shift, *slope, *x, *weight, *bias, *mean, *variance, *y;
} normed;

/* y = batch norm of x factor + shift, x being a parameter, so that its gradient can be asked for. */
static void open_normed(normed *n, const char *where, ablate_shape shape, double eps, double momentum)
{
    engine *e = n->engine = engine_open(where, 2, 1);
    assert_non_null(e);
    ablate_builder *b = engine_builder(e);
    int64_t c = shape.dim[shape.rank - 1];
    n->factor = engine_input(e, "factor", 1);
    n->shift = engine_input(e, "shift", 1);
    n->slope = engine_add_input(e, "slope", shape);
    n->x = ablate_paramv(b, "x", "zeros", shape);
    n->y = batch_norm(b, "bn", eps, momentum, op_add(b, op_mul(b, n->x, n->factor), n->shift));
    n->weight = ablate_param(b, "bn.weight", "ones", c);
    n->bias = ablate_param(b, "bn.bias", "zeros", c);
    n->mean = ablate_buffer(b, "bn.running_mean", "zeros", c);
    n->variance = ablate_buffer(b, "bn.running_var", "ones", c);
    ablate_loss(b, "projection", op_sum_all(b, op_mul(b, n->y, n->slope)), 1);
    if (engine_ready(e, "rate=0", 0) < 0)
        fail_msg("%s", engine_trouble());
}

static void put_golden(const normed *n, const ablate_value *value, int input)
{
    float numbers[MOST];
    for (int64_t e = 0; e < shape_size(&value->shape); e++)
        numbers[e] = input < 0 ? op_golden_slope(e) : op_golden_input(input, e);
    assert_int_equal(engine_put(n->engine, value, numbers), 0);
}

static void put_one(const normed *n, const ablate_value *value, float number)
{
    assert_int_equal(engine_put(n->engine, value, &number), 0);
}

typedef int getter(engine *, const ablate_value *, float *);

/* Units of 1 + the largest: sums of up to 70 numbers that are each a handful of roundings, divided by deviations. */
static void expect_line(const normed *n, const char *of, const char *word, const ablate_value *value, getter *get)
{
    double want[MOST], largest = 0;
    float got[MOST];
    int64_t count = shape_size(&value->shape);
    assert_int_equal(op_golden_line(of, word, want, MOST), count);
    assert_int_equal(get(n->engine, value, got), 0);
    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(want[i]));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)got[i] - want[i]) <= 70 * OP_EPS * (1 + largest)))
            fail_msg("%s: %s[%lld] is %.9g, not %.9g", of, word, (long long)i, (double)got[i], want[i]);
}

static void check_golden(const char *where, ablate_shape shape, double eps, double momentum, const char *of)
{
    normed n;
    open_normed(&n, where, shape, eps, momentum);
    put_golden(&n, n.x, 0);
    put_golden(&n, n.weight, 1);
    put_golden(&n, n.bias, 2);
    put_golden(&n, n.slope, -1);
    for (int step = 0; step < 2; step++) {
        put_one(&n, n.factor, step ? 0.5f : 1.0f);
        put_one(&n, n.shift, (float)step);
        if (engine_step(n.engine, NULL) < 0)
            fail_msg("%s", engine_trouble());
    }
    expect_line(&n, of, "out", n.y, engine_get);
    expect_line(&n, of, "grad0", n.x, engine_gradient);
    expect_line(&n, of, "grad1", n.weight, engine_gradient);
    expect_line(&n, of, "grad2", n.bias, engine_gradient);
    expect_line(&n, of, "running_mean", n.mean, engine_get);
    expect_line(&n, of, "running_var", n.variance, engine_get);
    engine_close(n.engine);
}

static void test_two_steps_are_pytorchs(void **state)
{
    (void)state;
    engine *emulated = engine_open("emulated", 0, 1);
    engine_close(emulated);
    engine_trouble_clear();
    for (int other = 0; other < (emulated ? 2 : 1); other++) {
        const char *where = other ? "emulated" : "cpu";
        check_golden(where, ABLATE_SHAPE(2, 5, 7, 3), 1e-5, 0.1, "trained_norm|eps=1e-05 momentum=0.1");
        check_golden(where, ABLATE_SHAPE(6, 17), 1e-3, 0.01, "trained_norm|eps=0.001 momentum=0.01");
        check_golden(where, ABLATE_SHAPE(3, 1, 2, 4), 1e-5, 1.0, "trained_norm|eps=1e-05 momentum=1.0");
    }
}

/* ---- frozen: folded into the convolution before it ---- */

enum { SIDE = 5, IN = 3, OUT = 4 };

static int build_frozen(ablate_builder *b, const void *folded)
{
    float taps[OUT * 9 * IN], row[4][OUT];
    for (int i = 0; i < OUT * 9 * IN; i++)
        taps[i] = op_golden_input(0, i) / 8;
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < OUT; i++)
            row[k][i] = k == 3 ? 0.5f + (float)i : op_golden_input(k, i);
    ablate_value *x = ablate_read(b, "image", 0), *weight = ablate_constant(b, taps, OUT, 3, 3, IN), *of[4], *y;
    for (int k = 0; k < 4; k++)
        of[k] = ablate_constant(b, row[k], OUT); /* weight, bias, mean, variance */
    if (*(const bool *)folded) {
        norm_line line = batch_norm_line(b, of[0], of[1], of[2], of[3], 1e-3);
        y = op_conv(b, x, batch_norm_weight(b, weight, &line), line.shift, .padding = 1, .activation = "relu6");
    } else {
        y = op_conv(b, x, weight, .padding = 1);
        y = op_relu6(b, op_batch_norm(b, y, of[2], of[3], of[0], of[1], 1e-3));
    }
    ablate_write(b, "value", 0, y);
    return 0;
}

static int run_frozen(bool folded, float out[SIDE * SIDE * OUT])
{
    static const ablate_module actor = {
        .abi = ABLATE_ABI, .name = "actor", .reads = "image", .writes = "value", .build = build_frozen
    };
    const builder_host host = { NULL };
    const ablate_shape shape = ABLATE_SHAPE(1, SIDE, SIDE, IN);
    const device *where = device_load("cpu", 1);
    graph *g = graph_new(NULL);
    builder *b = builder_new(g, &host, false);
    constants *frozen = constants_new(where);
    float x[SIDE * SIDE * IN];
    for (int i = 0; i < SIDE * SIDE * IN; i++)
        x[i] = op_golden_input(4, i);
    ablate_value *image = builder_input(b, "image", &shape);
    assert_int_equal(builder_compose(b, &actor, &folded), 0);
    ablate_value *y = builder_value(b, "value", 0);
    const program_request wanted = { .graph = g,
                                     .device = where,
                                     .constants = frozen,
                                     .wanted = &y,
                                     .wanted_count = 1,
                                     .given = &image,
                                     .given_count = 1 };
    program *p = program_new(&wanted);
    if (!p || program_put(p, image, x) < 0 || program_run(p, 0) < 0 || program_get(p, y, out) < 0)
        fail_msg("%s", complaint());
    int steps = program_cost_of(p).forward;
    program_free(p);
    constants_free(frozen);
    builder_free(b);
    graph_free(g);
    return steps;
}

/* One step instead of three. Sums of 27 products up to 1.3, of which there are two, then a scale up to 4.5. */
static void test_frozen_is_folded(void **state)
{
    (void)state;
    float folded[SIDE * SIDE * OUT], apart[SIDE * SIDE * OUT];
    int inside = 0;
    assert_int_equal(run_frozen(true, folded), 1);
    assert_int_equal(run_frozen(false, apart), 3);
    for (int i = 0; i < SIDE * SIDE * OUT; i++) {
        assert_true(fabs((double)folded[i] - (double)apart[i]) <= 28 * OP_EPS * 27 * 1.3 * 4.5);
        inside += folded[i] > 0 && folded[i] < 6;
    }
    assert_true(inside > 10);
}

/* ---- what is refused ---- */

static int build_lonely(ablate_builder *b, const void *unused)
{
    (void)unused;
    batch_norm(b, "bn", 1e-5, 0.1, ablate_constant(b, ((float[]){ 1, 2 }), 1, 2));
    return 0;
}

static int build_again(ablate_builder *b, const void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++)
        batch_norm(b, "bn", 1e-5, 0.1 + i, ablate_read(b, "image", 0));
    return 0;
}

static void test_refused(void **state)
{
    (void)state;
    hostile h;
    hostile_open(&h, true);
    h.module.build = build_lonely;
    assert_int_equal(builder_compose(h.builder, &h.module, NULL), -1);
    expect_words(complaint(), "bn: one number a channel has no variance; take a larger batch");
    hostile_close(&h);
    hostile_open(&h, true);
    h.module.build = build_again;
    assert_int_equal(builder_compose(h.builder, &h.module, NULL), -1);
    expect_words(complaint(), "buffer 'hostile.bn.running_mean' is updated twice");
    hostile_close(&h);
}

/* ---- in a run ---- */

#define NORMED "tests/inputs/normed.ini --scale mini --row normed --seeds 1 --modules $in "

static int begin(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    build_module("-Imodules tests/modules/normed/normed.c", folder, "normed");
    return shell("cd %s && mkdir $in/lib && ln -s $PWD/ablate-cpu.so $PWD/modules $PWD/tests/devices/ablate-walled.so "
                 "$in/lib",
                 build_place());
}

static void fingerprint(const char *out, char text[64])
{
    must_work("cd $in/%s/runs/normed/normed/seed-*/ && cat parameters.safetensors losses.tsv | sha256sum", out);
    snprintf(text, 64, "%.63s", said);
}

/* On a device of its own memory, and killed as soon as there is a checkpoint: the same bits. */
static void test_runs_are_the_same(void **state)
{
    (void)state;
    char whole[64], other[64];
    must_work("$ablate run " NORMED "--out $in/whole --cache $in/cache");
    fingerprint("whole", whole);
    must_work("ABLATE_LIBRARY=$in/lib $ablate run " NORMED "--out $in/walled --cache $in/cache-walled --device walled");
    fingerprint("walled", other);
    assert_string_equal(whole, other);
    must_work("$ablate run " NORMED "--out $in/killed --cache $in/cache >/dev/null 2>&1 & until ls "
              "$in/killed/runs/normed/normed/*/checkpoint >/dev/null 2>&1; do sleep 0.01; done; kill -9 $!; "
              "wait 2>/dev/null; $ablate run " NORMED "--out $in/killed --cache $in/cache 2>&1");
    assert_non_null(strstr(said, "goes on at step"));
    fingerprint("killed", other);
    assert_string_equal(whole, other);
}

/* The averages are in the file of parameters, and are not where they began; a picture is scored with them. */
static void test_averages_are_kept(void **state)
{
    (void)state;
    must_work("$ablate weights $in/whole/runs/normed/normed/seed-*/parameters.safetensors");
    expect_words(said, "normed.bn0.running_mean");
    expect_words(said, "normed.bn0.running_var");
    must_work("$ablate predict $in/whole/runs/normed/normed/seed-* tests/golden/images/rgb8.png --modules $in --cache "
              "$in/cache --false-alarms 0.0625 --out $in/maps 2>&1");
    must_work("$ablate graph tests/inputs/normed.ini --scale mini --row normed --modules $in");
    expect_words(said, "keep  normed.bn0.running_mean");
    expect_words(said, "numbers kept in 2 buffers");
}

static void test_trace_has_buffers(void **state)
{
    (void)state;
    must_work("$ablate trace tests/inputs/normed.ini --scale mini --row normed --steps 2 --modules $in --out $in/trace "
              "--cache $in/cache 2>&1 && head -c 400000 $in/trace | tr -c '[:print:]' '\\n' | grep -o "
              "'\"[0-9]*/[a-z]*/normed[^\"]*'");
    expect_words(said, "0/buffer/normed.bn0.running_mean");
    expect_words(said, "2/buffer/normed.bn0.running_var");
    expect_words(said, "1/gradient/normed.bn0.weight");
    assert_null(strstr(said, "gradient/normed.bn0.running_mean"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_steps_are_pytorchs),
        cmocka_unit_test(test_frozen_is_folded),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_runs_are_the_same),
        cmocka_unit_test(test_averages_are_kept),
        cmocka_unit_test(test_trace_has_buffers),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
