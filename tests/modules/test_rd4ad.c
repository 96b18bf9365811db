/* Reverse distillation's ocbe and deresnet beyond their arithmetic, which test_others.c has: sizes with the encoder
 * that the paper names, first values, and what does not fit is refused in a sentence. */
#include "../lab/paper_stage.h"

static const char *const teachers[] = { "teacher.0", "teacher.1", "teacher.2" };

/* Layers of these sides, each of `c` channels. */
static void open_layers(stage *s, int n, const int *side, int c, int b)
{
    stage_open(s, true);
    for (int i = 0; i < n; i++)
        stage_give(s, teachers[i], ABLATE_SHAPE(b, 1 + side[i] * side[i], c), NULL);
}

static void expect_refused(stage *s, const char *module, const char *why)
{
    assert_int_equal(stage_try(s, module), -1);
    if (!strstr(complaint(), why))
        fail_msg("'%s' does not say '%s'", complaint(), why);
    stage_close(s);
}

static void expect_shape(const stage *s, const char *name, int index, ablate_shape shape)
{
    ablate_value *value = builder_value(s->builder, name, index);
    require(value);
    assert_true(shape_same(&value->shape, &shape));
}

/* ---- sizes ---- */

static int64_t trained(const stage *s, const char *module)
{
    int64_t numbers = 0;
    for (int i = 0; i < s->parameters->entries; i++)
        if (!s->parameters->entry[i].buffer && strncmp(s->parameters->entry[i].name, module, strlen(module)) == 0)
            numbers += s->parameters->entry[i].count;
    return numbers;
}

/* Behind the three stages of wide_resnet50_2, of pictures of 256 pixels: 30.83 M trained numbers of the bottleneck as
 * ADer has it, 58.89 M as the authors, 24.92 M of the student. */
static void sizes_of_the_wide_resnet(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        stage s;
        stage_open(&s, true);
        stage_give(&s, "teacher.0", ABLATE_SHAPE(2, 1 + 64 * 64, 256), NULL);
        stage_give(&s, "teacher.1", ABLATE_SHAPE(2, 1 + 32 * 32, 512), NULL);
        stage_give(&s, "teacher.2", ABLATE_SHAPE(2, 1 + 16 * 16, 1024), NULL);
        stage_set(&s, wide ? "ocbe.base=128" : "ocbe.base=64");
        stage_play(&s, "ocbe");
        stage_play(&s, "deresnet");
        expect_shape(&s, "bottleneck", 0, ABLATE_SHAPE(2, 1 + 8 * 8, 2048));
        expect_shape(&s, "student", 0, ABLATE_SHAPE(2, 1 + 64 * 64, 256));
        expect_shape(&s, "student", 2, ABLATE_SHAPE(2, 1 + 16 * 16, 1024));
        assert_int_equal((trained(&s, "ocbe.") + 5000) / 10000, wide ? 5889 : 3083);
        assert_int_equal((trained(&s, "deresnet.") + 5000) / 10000, 2492);
        stage_close(&s);
    }
}

/* ---- first values ---- */

/* N(0, std): mean square within 5 deviations of its distribution. */
static void expect_normal(const stage *s, const char *name, int n, double std)
{
    const float *w = stage_parameter(s, name);
    double squares = 0;
    for (int k = 0; k < n; k++)
        squares += (double)w[k] * (double)w[k] / n;
    stage_near(squares / (std * std), 1, 5 * sqrt(2.0 / n), name, 0);
}

/* All |w| <= bound, and the largest of the n nearly reaches it; a failure by chance: e^-12. */
static void expect_uniform(const stage *s, const char *name, int n, double bound)
{
    const float *w = stage_parameter(s, name);
    double most = 0;
    for (int k = 0; k < n; k++)
        most = fmax(most, fabs((double)w[k]));
    stage_near(most, bound, bound * 12 / n, name, 0);
}

static void begins_as_pytorch(void **state)
{
    (void)state;
    stage s;
    open_layers(&s, 2, (const int[]){ 8, 4 }, 16, 2);
    stage_set(&s, "deresnet.blocks=1 1");
    stage_play(&s, "ocbe");
    stage_play(&s, "deresnet");
    stage_settle(&s);
    expect_normal(&s, "ocbe.fuse.0.0.conv.weight", 32 * 9 * 16, sqrt(2.0 / (9 * 32)));
    expect_normal(&s, "ocbe.0.conv1.weight", 8 * 48, sqrt(2.0 / 8));
    expect_normal(&s, "ocbe.0.beside.0.weight", 32 * 48, sqrt(2.0 / 32));
    expect_normal(&s, "deresnet.layer1.0.conv3.weight", 16 * 8, sqrt(2.0 / 16));
    expect_uniform(&s, "deresnet.layer1.0.conv2.weight", 8 * 4 * 8, 1 / sqrt(4 * 8));
    expect_uniform(&s, "deresnet.layer1.0.beside.0.weight", 32 * 4 * 16, 1 / sqrt(4 * 16));
    assert_true(stage_parameter(&s, "ocbe.0.bn3.weight")[0] == 1 && stage_parameter(&s, "ocbe.0.bn3.bias")[0] == 0);
    stage_close(&s);
}

/* ---- refusals ---- */

static void bottleneck_refusals(void **state)
{
    (void)state;
    stage s;
    open_layers(&s, 2, (const int[]){ 7, 3 }, 8, 2);
    expect_refused(&s, "ocbe", "halving does not lead from layer 0's 7 x 7 patches to the last one's 3 x 3");
    open_layers(&s, 2, (const int[]){ 4, 8 }, 8, 2);
    expect_refused(&s, "ocbe", "halving does not lead from layer 0's 4 x 4 patches to the last one's 8 x 8");
    open_layers(&s, 1, (const int[]){ 4 }, 8, 2);
    stage_set(&s, "ocbe.base=15");
    expect_refused(&s, "ocbe", "ocbe: base = 15 leaves no channel of the last layer's 8; take a larger one");
    open_layers(&s, 1, (const int[]){ 1 }, 8, 1);
    expect_refused(&s, "ocbe", "one number a channel has no variance; take a larger batch");
    for (int tokens = 1; tokens <= 3; tokens += 2) { /* only a class token; no square behind it */
        stage_open(&s, true);
        stage_give(&s, "teacher.0", ABLATE_SHAPE(2, tokens, 8), NULL);
        expect_refused(&s, "ocbe", "features must be pictures x (1 + a square grid of patches) x channels");
    }
}

/* The student of layers of these sides, of a bottleneck of `from` x `from`, with a setting. */
static void student_refused(const int side[2], int from, const char *set, const char *why)
{
    stage s;
    open_layers(&s, 2, side, 8, 2);
    stage_give(&s, "bottleneck.0", ABLATE_SHAPE(2, 1 + from * from, 16), NULL);
    stage_set(&s, "deresnet.blocks=1 1");
    if (set)
        stage_set(&s, set);
    expect_refused(&s, "deresnet", why);
}

static void student_refusals(void **state)
{
    (void)state;
    static const int falling[] = { 4, 2 }, uneven[] = { 5, 2 }, rising[] = { 2, 4 };
    student_refused(uneven, 1, NULL, "keeps a grid or doubles it, but 2 x 2 patches are to become 5 x 5");
    student_refused(rising, 2, NULL, "keeps a grid or doubles it, but 4 x 4 patches are to become 2 x 2");
    student_refused(falling, 4, NULL, "keeps a grid or doubles it, but 4 x 4 patches are to become 2 x 2");
    student_refused(falling, 1, "deresnet.base=31", "deresnet: base = 31 leaves no channel of a layer's 8");
    static const char *const odd[] = { "deresnet.blocks=3 4 6", "deresnet.blocks=3",    "deresnet.blocks=3 0",
                                       "deresnet.blocks=3 x",   "deresnet.blocks=1 65", "deresnet.blocks=1,1" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        student_refused(falling, 1, odd[i], "give 2 numbers from 1 to 64, one for each layer, the deepest first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_the_wide_resnet),
        cmocka_unit_test(begins_as_pytorch),
        cmocka_unit_test(bottleneck_refusals),
        cmocka_unit_test(student_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
