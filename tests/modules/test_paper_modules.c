/* What the paper's modules do beyond its equations, which test_equations.c has: draws have the deviations that were
 * asked for, first values are PyTorch's, features are handed on, and what does not fit is refused in a sentence. */
#include "../lab/paper_stage.h"

enum { B = 2, N = 5, C = 6 };

/* The stage with features that look random, before the first module plays. */
static void open_small(stage *s, bool training)
{
    stage_open(s, training);
    stage_give_features(s, B, N, C);
}

static void check_refused(stage *s, const char *module, const char *why)
{
    assert_int_equal(stage_try(s, module), -1);
    if (!strstr(complaint(), why))
        fail_msg("'%s' does not say '%s'", complaint(), why);
    stage_close(s);
}

/* All |w| <= bound, and the largest of the n nearly reaches it; a failure by chance: e^-12. */
static void check_uniform(const stage *s, const char *name, int n, double bound)
{
    const float *w = stage_parameter(s, name);
    double most = 0;
    for (int k = 0; k < n; k++)
        most = fmax(most, fabs((double)w[k]));
    if (!(most <= bound * (1 + STAGE_EPS) && most >= bound * (1 - 12.0 / n)))
        fail_msg("%s: the largest of %d is %g, expected nearly %g", name, n, most, bound);
}

/* ---- grids ---- */

/* Layers of 2 x 2 and 3 x 3 patches: what needs them on one grid says so. */
static void layers_on_grids_of_their_own_are_refused(void **state)
{
    (void)state;
    static const char *const modules[] = { "mlf", "decoder", "neighbour" };
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        char why[200];
        stage s;
        stage_open(&s, false);
        for (int k = 0; k < 4; k++)
            stage_give(&s, (const char *const[]){ "teacher.0", "teacher.1", "perturbed.0", "perturbed.1" }[k],
                       ABLATE_SHAPE(B, k % 2 ? 1 + 9 : 1 + 4, C), NULL);
        stage_give(&s, "image.0", ABLATE_SHAPE(B, 3, 8, 8), NULL);
        snprintf(why, sizeof why,
                 "%s: all layers must be on one grid, but one has 4 patches and another 9; set own_grid", modules[i]);
        check_refused(&s, modules[i], why);
    }
}

/* ---- noise ---- */

static void noise_is_silent_when_scoring(void **state)
{
    (void)state;
    stage s;
    open_small(&s, false);
    stage_play(&s, "noise");
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(builder_value(s.builder, "perturbed", i), builder_value(s.builder, "teacher", i));
    stage_close(&s);
}

/* Mean square of the noise over that of its scale, over many tokens: 1 within 5 deviations of its distribution. */
static double noise_share(const char *mode, double std)
{
    enum { ROWS = 8 * 33, WIDTH = 32 };
    char assignment[40];
    double sum = 0;
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(8, 33, WIDTH), NULL);
    snprintf(assignment, sizeof assignment, "noise.std=%g", std);
    stage_set(&s, assignment);
    snprintf(assignment, sizeof assignment, "noise.mode=%s", mode);
    stage_set(&s, assignment);
    stage_play(&s, "noise");
    stage_settle(&s);
    float *out = stage_board(&s, "perturbed", 0);
    const float *f = stage_parameter(&s, "actor.teacher.0");
    for (int r = 0; r < ROWS; r++) {
        double norm = 0, noise = 0;
        for (int j = 0; j < WIDTH; j++) {
            double x = (double)f[r * WIDTH + j], d = (double)out[r * WIDTH + j] - x;
            norm += x * x;
            noise += d * d;
        }
        double scale = strcmp(mode, "relative") == 0   ? std * sqrt(norm / WIDTH)
                       : strcmp(mode, "absolute") == 0 ? std
                                                       : std * sqrt(norm) / WIDTH;
        sum += noise / (scale * scale * WIDTH);
    }
    free(out);
    stage_close(&s);
    return sum / ROWS;
}

static void noise_has_its_deviation(void **state)
{
    (void)state;
    double five = 5 * sqrt(2.0 / (8 * 33 * 32)); /* mean of n squared normals: deviation sqrt(2 / n) */
    stage_near(noise_share("relative", 0.2), 1, five, "relative", 0);
    stage_near(noise_share("absolute", 0.3), 1, five, "absolute", 0);
    stage_near(noise_share("jitter", 20), 1, five, "jitter", 0);
}

/* ---- mlf ---- */

static int zeros_of_mlf(bool training)
{
    int zeros = 0;
    stage s;
    stage_open(&s, training);
    stage_give_features(&s, 8, 17, 32);
    stage_set(&s, "mlf.dropout=0.1");
    stage_play(&s, "mlf");
    stage_settle(&s);
    float *got = stage_board(&s, "bottleneck", 0);
    for (int i = 0; i < 8 * 17 * 32; i++)
        zeros += got[i] == 0;
    free(got);
    stage_close(&s);
    return zeros;
}

static void mlf_drops_while_training(void **state)
{
    (void)state;
    double n = 8 * 17 * 32;
    assert_int_equal(zeros_of_mlf(false), 0);
    stage_near(zeros_of_mlf(true), 0.1 * n, 5 * sqrt(n * 0.09), "zeros", 0);
}

static void mlf_begins_as_pytorch(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true);
    stage_give_features(&s, 1, 5, 64);
    stage_play(&s, "mlf");
    stage_settle(&s);
    check_uniform(&s, "mlf.weight", 64 * 3 * 64, 1 / sqrt(3 * 64));
    check_uniform(&s, "mlf.bias", 64, 1 / sqrt(3 * 64));
    stage_close(&s);
}

static void mlf_refuses_one_layer(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true);
    stage_give(&s, "perturbed.0", ABLATE_SHAPE(B, N, C), NULL);
    check_refused(&s, "mlf", "mlf: fuses 2 to 8 layers, the encoder gives 1; choose other layers");
}

/* ---- moe ---- */

/* Router and experts, each as a Linear of its own: 5 experts, hidden layer of 96. */
static void moe_begins_as_pytorch(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true);
    stage_give_features(&s, 1, 5, 64);
    stage_set(&s, "moe.ratio=1.5");
    stage_play(&s, "moe");
    stage_settle(&s);
    check_uniform(&s, "moe.router.weight", 5 * 64, 1 / sqrt(64));
    check_uniform(&s, "moe.w1", 5 * 96 * 64, 1 / sqrt(64));
    check_uniform(&s, "moe.b1", 5 * 96, 1 / sqrt(64));
    check_uniform(&s, "moe.w2", 5 * 64 * 96, 1 / sqrt(96));
    check_uniform(&s, "moe.b2", 5 * 64, 1 / sqrt(96));
    stage_close(&s);
}

static void moe_refuses_too_many(void **state)
{
    (void)state;
    stage s;
    open_small(&s, true);
    stage_set(&s, "moe.experts=2");
    stage_set(&s, "moe.top=3");
    check_refused(&s, "moe", "moe.top = 3 is more than moe.experts = 2; keep K <= T");
}

/* ---- decoder ---- */

/* PyTorch's first values, of Linear and MultiheadAttention; biases of attention are zero. */
static void decoder_begins_as_pytorch(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true);
    stage_give_features(&s, 1, 5, 64);
    stage_play(&s, "decoder");
    stage_settle(&s);
    check_uniform(&s, "decoder.1.attn.in_proj_weight", 3 * 64 * 64, sqrt(6.0 / (64 + 3 * 64)));
    check_uniform(&s, "decoder.1.attn.out_proj.weight", 64 * 64, 1 / sqrt(64));
    check_uniform(&s, "decoder.1.mlp.c_fc.weight", 4 * 64 * 64, 1 / sqrt(64));
    check_uniform(&s, "decoder.1.mlp.c_fc.bias", 4 * 64, 1 / sqrt(64));
    check_uniform(&s, "decoder.1.mlp.c_proj.weight", 4 * 64 * 64, 1 / sqrt(256));
    check_uniform(&s, "decoder.1.mlp.c_proj.bias", 64, 1 / sqrt(256));
    check_uniform(&s, "decoder.1.attn.in_proj_bias", 3 * 64, 0);
    check_uniform(&s, "decoder.1.attn.out_proj.bias", 64, 0);
    stage_close(&s);
}

/* ---- cnc ---- */

/* Features, and a text tower of tokens as wide as 32. */
static void open_texts(stage *s)
{
    open_small(s, true);
    stage_give(s, "words.object.0", ABLATE_SHAPE(3, 32), NULL);
    stage_give(s, "words.damaged_object.0", ABLATE_SHAPE(4, 32), NULL);
    stage_give(s, "tower.rows.0", ABLATE_SHAPE(16), NULL);
    stage_give(s, "tower.out.0", ABLATE_SHAPE(32, C), NULL);
}

/* Without promotion the features are handed on. */
static void cnc_can_leave_features_alone(void **state)
{
    (void)state;
    ablate_value *before[6];
    stage s;
    open_texts(&s);
    stage_set(&s, "cnc.lambda=none");
    stage_play(&s, "noise");
    for (int i = 0; i < 6; i++)
        before[i] = builder_value(s.builder, i < 3 ? "teacher" : "student", i % 3);
    stage_play(&s, "cnc");
    for (int i = 0; i < 6; i++)
        assert_ptr_equal(builder_value(s.builder, i < 3 ? "teacher" : "student", i % 3), before[i]);
    stage_close(&s);
}

/* The learnt tokens begin as N(0, 0.02): mean square within 5 deviations of its distribution. */
static void cnc_begins_as_coop(void **state)
{
    (void)state;
    enum { NUMBERS = 3 * 12 * 32 };
    static const char *const names[] = { "cnc.normal", "cnc.abnormal" };
    stage s;
    open_texts(&s);
    stage_play(&s, "cnc");
    stage_settle(&s);
    for (int i = 0; i < 2; i++) {
        const float *v = stage_parameter(&s, names[i]);
        double squares = 0;
        for (int k = 0; k < NUMBERS; k++)
            squares += (double)v[k] * (double)v[k] / NUMBERS;
        stage_near(squares / (0.02 * 0.02), 1, 5 * sqrt(2.0 / NUMBERS), names[i], 0);
    }
    stage_close(&s);
}

/* What the normal prompts say does not depend on how many ends make them as long as the others: no token of a causal
 * tower sees those. */
static void cnc_pads_any_difference(void **state)
{
    (void)state;
    float *said[2][3];
    for (int more = 0; more < 2; more++) {
        stage s;
        open_small(&s, true);
        stage_give(&s, "words.object.0", ABLATE_SHAPE(3, 32), NULL);
        stage_give(&s, "words.damaged_object.0", ABLATE_SHAPE(more ? 8 : 3, 32), NULL);
        stage_give(&s, "tower.rows.0", ABLATE_SHAPE(16), NULL);
        stage_give(&s, "tower.out.0", ABLATE_SHAPE(32, C), NULL);
        stage_set(&s, "cnc.length=4");
        stage_play(&s, "cnc");
        stage_settle(&s);
        for (int i = 0; i < 3; i++)
            said[more][i] = stage_board(&s, "spoken", 2 * i); /* of g_n^i */
        stage_close(&s);
    }
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < C; k++) /* sums of 7 tokens and 32 channels */
            stage_near((double)said[1][i][k], (double)said[0][i][k], 40 * STAGE_EPS, "spoken", k);
        free(said[0][i]);
        free(said[1][i]);
    }
}

/* ---- distill ---- */

static void distill_refuses_no_square(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, false);
    stage_give_features(&s, B, 4, C);
    check_refused(&s, "distill", "a square grid of patches");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_on_grids_of_their_own_are_refused),
        cmocka_unit_test(noise_is_silent_when_scoring),
        cmocka_unit_test(noise_has_its_deviation),
        cmocka_unit_test(mlf_drops_while_training),
        cmocka_unit_test(mlf_begins_as_pytorch),
        cmocka_unit_test(mlf_refuses_one_layer),
        cmocka_unit_test(moe_begins_as_pytorch),
        cmocka_unit_test(moe_refuses_too_many),
        cmocka_unit_test(decoder_begins_as_pytorch),
        cmocka_unit_test(cnc_begins_as_coop),
        cmocka_unit_test(cnc_can_leave_features_alone),
        cmocka_unit_test(cnc_pads_any_difference),
        cmocka_unit_test(distill_refuses_no_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
