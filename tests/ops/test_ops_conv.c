/* conv and conv_transposed beside their definitions, written out in double and in the order of the formula: values and
 * gradients of every branch; small cases by differences as well, and with mistakes. */
/* units: conv conv_transposed conv_product conv_depthwise conv_lay finish */
#include "../lab/mutants.h"
#include "../lab/op_light.h"

typedef struct conv_case { /* before: of the padding, above and at the left */
    const char *attributes;
    ablate_shape x, weight;
    int stride[2], before[2], dilation[2], groups; /* as the attributes say */
    int result[2];
} conv_case;

static const conv_case cases[] = {
    /* one pixel wide, as a product of rows: few and many channels */
    { "", { 4, { 2, 5, 7, 6 } }, { 4, { 9, 1, 1, 6 } }, { 1, 1 }, { 0, 0 }, { 1, 1 }, 1, { 5, 7 } },
    { "", { 4, { 1, 9, 11, 600 } }, { 4, { 530, 1, 1, 600 } }, { 1, 1 }, { 0, 0 }, { 1, 1 }, 1, { 9, 11 } },
    { "groups=3", { 4, { 2, 5, 7, 6 } }, { 4, { 9, 1, 1, 2 } }, { 1, 1 }, { 0, 0 }, { 1, 1 }, 3, { 5, 7 } },
    { "stride=2", { 4, { 2, 5, 8, 7 } }, { 4, { 5, 1, 1, 7 } }, { 2, 2 }, { 0, 0 }, { 1, 1 }, 1, { 3, 4 } },
    { "padding=2", { 4, { 2, 3, 3, 5 } }, { 4, { 4, 1, 1, 5 } }, { 1, 1 }, { 2, 2 }, { 1, 1 }, 1, { 7, 7 } },
    /* windows: joined taps, and taps apart */
    { "padding=1", { 4, { 2, 6, 7, 3 } }, { 4, { 5, 3, 3, 3 } }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1, { 6, 7 } },
    { "padding=1", { 4, { 3, 9, 13, 40 } }, { 4, { 37, 3, 3, 40 } }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 1, { 9, 13 } },
    { "stride=2 padding=3", { 4, { 1, 13, 14, 3 } }, { 4, { 8, 7, 7, 3 } }, { 2, 2 }, { 3, 3 }, { 1, 1 }, 1, { 7, 7 } },
    { "stride=2 padding=same",
      { 4, { 2, 6, 7, 4 } },
      { 4, { 5, 3, 3, 4 } },
      { 2, 2 },
      { 0, 1 },
      { 1, 1 },
      1,
      { 3, 4 } },
    { "stride=\"2,3\" padding=\"2,0,1,4\" dilation=\"1,2\"",
      { 4, { 2, 6, 9, 4 } },
      { 4, { 3, 2, 3, 4 } },
      { 2, 3 },
      { 2, 0 },
      { 1, 2 },
      1,
      { 4, 3 } },
    { "stride=4 dilation=6 padding=5",
      { 4, { 1, 12, 11, 2 } },
      { 4, { 3, 3, 3, 2 } },
      { 4, 4 },
      { 5, 5 },
      { 6, 6 },
      1,
      { 3, 3 } },
    { "stride=5", { 4, { 1, 12, 13, 2 } }, { 4, { 3, 2, 2, 2 } }, { 5, 5 }, { 0, 0 }, { 1, 1 }, 1, { 3, 3 } },
    { "padding=9", { 4, { 1, 2, 2, 2 } }, { 4, { 3, 2, 2, 2 } }, { 1, 1 }, { 9, 9 }, { 1, 1 }, 1, { 19, 19 } },
    { "groups=2 padding=1", { 4, { 2, 6, 7, 6 } }, { 4, { 4, 3, 3, 3 } }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 2, { 6, 7 } },
    { "groups=2 stride=2 padding=1",
      { 4, { 2, 6, 7, 6 } },
      { 4, { 4, 3, 3, 3 } },
      { 2, 2 },
      { 1, 1 },
      { 1, 1 },
      2,
      { 3, 4 } },
    { "groups=3", { 4, { 2, 4, 4, 3 } }, { 4, { 6, 2, 2, 1 } }, { 1, 1 }, { 0, 0 }, { 1, 1 }, 3, { 3, 3 } },
    /* depthwise: registers, half of them, single channels; tiles and edges */
    { "groups=5 padding=1", { 4, { 2, 6, 9, 5 } }, { 4, { 5, 3, 3, 1 } }, { 1, 1 }, { 1, 1 }, { 1, 1 }, 5, { 6, 9 } },
    { "groups=75 padding=1",
      { 4, { 2, 7, 11, 75 } },
      { 4, { 75, 3, 3, 1 } },
      { 1, 1 },
      { 1, 1 },
      { 1, 1 },
      75,
      { 7, 11 } },
    { "groups=48 padding=2 stride=2",
      { 4, { 2, 13, 23, 48 } },
      { 4, { 48, 5, 5, 1 } },
      { 2, 2 },
      { 2, 2 },
      { 1, 1 },
      48,
      { 7, 12 } },
    { "groups=20 padding=\"3,2,0,1\" stride=\"3,2\" dilation=\"2,3\"",
      { 4, { 1, 9, 14, 20 } },
      { 4, { 20, 3, 2, 1 } },
      { 3, 2 },
      { 3, 2 },
      { 2, 3 },
      20,
      { 3, 7 } },
    { "groups=3 stride=4", { 4, { 1, 9, 9, 3 } }, { 4, { 3, 2, 2, 1 } }, { 4, 4 }, { 0, 0 }, { 1, 1 }, 3, { 2, 2 } },
};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct truth { /* value, and the sum of the absolute values of its terms */
    double *value, *size;
} truth;

static truth truth_room(int64_t n)
{
    return (truth){ light_room(n), light_room(n) };
}

static void truth_free(truth *t)
{
    free(t->value);
    free(t->size);
}

static void truth_add(truth *t, int64_t at, double term)
{
    t->value[at] += term;
    t->size[at] += fabs(term);
}

/* Calls visit for each pair of a picture's and a map's number that a number of the weight ties. */
typedef void visitor(void *context, int64_t picture, int64_t map, int64_t weight);
static void walk(const conv_case *c, const ablate_shape *picture, const int map[2], visitor *visit, void *context)
{
    int64_t filters = c->weight.dim[0], part = c->weight.dim[3], of_group = filters / c->groups;
    int64_t h = picture->dim[1], w = picture->dim[2], channels = picture->dim[3];
    int64_t kh = c->weight.dim[1], kw = c->weight.dim[2];
    for (int64_t row = 0; row < picture->dim[0] * map[0] * map[1]; row++)
        for (int64_t t = 0; t < kh * kw; t++) {
            int64_t b = row / map[1] / map[0];
            int64_t y = row / map[1] % map[0] * c->stride[0] - c->before[0] + t / kw * c->dilation[0];
            int64_t x = row % map[1] * c->stride[1] - c->before[1] + t % kw * c->dilation[1];
            if (y < 0 || x < 0 || y >= h || x >= w)
                continue;
            for (int64_t o = 0; o < filters; o++)
                for (int64_t i = 0; i < part; i++)
                    visit(context, ((b * h + y) * w + x) * channels + o / of_group * part + i, row * filters + o,
                          (o * kh * kw + t) * part + i);
        }
}

typedef struct sums {
    const float *picture, *map, *weight;
    truth to_map, to_picture, to_weight;
} sums;

static void sum_map(void *context, int64_t picture, int64_t map, int64_t weight)
{
    sums *s = context;
    truth_add(&s->to_map, map, (double)s->picture[picture] * (double)s->weight[weight]);
}

static void sum_picture(void *context, int64_t picture, int64_t map, int64_t weight)
{
    sums *s = context;
    truth_add(&s->to_picture, picture, (double)s->map[map] * (double)s->weight[weight]);
}

static void sum_weight(void *context, int64_t picture, int64_t map, int64_t weight)
{
    sums *s = context;
    truth_add(&s->to_weight, weight, (double)s->map[map] * (double)s->picture[picture]);
}

/* A sum of n terms by itself or in runs: half a unit of all that is added, for each addition; 2 ^ -23 is a unit. */
static void compare(const char *what, const char *attributes, const float *got, const truth *want, int64_t n,
                    int64_t terms)
{
    char words[200];
    snprintf(words, sizeof words, "%s of '%s'", what, attributes);
    for (int64_t i = 0; i < n; i++)
        light_near((double)got[i], want->value[i], 0.5 * (double)(terms + 1), want->size[i] + 1e-30, words);
}

static void add_bias(truth *t, const float *bias, int64_t n, int64_t width)
{
    for (int64_t i = 0; i < n; i++)
        truth_add(t, i, (double)bias[i % width]);
}

static void sum_columns(truth *t, const float *grad, int64_t n, int64_t width)
{
    for (int64_t i = 0; i < n; i++)
        truth_add(t, i % width, (double)grad[i]);
}

static void fill(op_case *c)
{
    for (int i = 0; i < c->n; i++)
        op_fill(c, i, 1.0f, 0.0f);
    op_normal(c->grad_out, shape_size(&c->layout.out), 77u, 1.0f, 0.0f);
}

/* conv of the case, and conv_transposed of a map for the same picture. */
static void check_conv(const conv_case *of, bool biased)
{
    op_case c;
    int64_t filters = of->weight.dim[0], pictures = shape_size(&of->x), weights = shape_size(&of->weight);
    int64_t depth = weights / filters, maps = of->x.dim[0] * of->result[0] * of->result[1] * filters;
    const ablate_shape shapes[] = { of->x, of->weight, { 1, { filters } } };
    op_open(&c, "conv", of->attributes, biased ? 3 : 2, shapes);
    assert_true(c.layout.out.rank == 4 && c.layout.out.dim[1] == of->result[0] && c.layout.out.dim[2] == of->result[1]);
    fill(&c);
    sums s = { c.in[0], c.grad_out, c.in[1], truth_room(maps), truth_room(pictures), truth_room(weights) };
    truth bias = truth_room(filters);
    walk(of, &of->x, of->result, sum_map, &s);
    walk(of, &of->x, of->result, sum_picture, &s);
    walk(of, &of->x, of->result, sum_weight, &s);
    op_forward(&c);
    op_backward(&c, biased ? 7u : 3u, false);
    if (biased) {
        add_bias(&s.to_map, c.in[2], maps, filters);
        sum_columns(&bias, c.grad_out, maps, filters);
        compare("bias", of->attributes, c.grad_in[2], &bias, filters, maps / filters);
    }
    compare("value", of->attributes, c.out, &s.to_map, maps, depth + 1);
    compare("x", of->attributes, c.grad_in[0], &s.to_picture, pictures, depth * filters);
    compare("weight", of->attributes, c.grad_in[1], &s.to_weight, weights, maps / filters);
    truth_free(&s.to_map), truth_free(&s.to_picture), truth_free(&s.to_weight), truth_free(&bias);
    op_close(&c);
}

static void test_conv_definition(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        check_conv(&cases[i], i % 2);
    check_conv(&cases[5], false);
    check_conv(&cases[17], false);
}

/* The picture of a transposed case has what its attributes leave: the size of conv's picture, less what its windows do
 * not reach, which output_padding gives back. */
static void check_transposed(const conv_case *of, bool biased)
{
    op_case c;
    char attributes[200];
    ablate_shape picture = of->x, map = { 4, { of->x.dim[0], of->result[0], of->result[1], of->weight.dim[0] } };
    if (strstr(of->attributes, "same"))
        return;
    int64_t channels = of->x.dim[3];
    const ablate_shape shapes[] = { map, of->weight, { 1, { channels } } };
    snprintf(attributes, sizeof attributes, "%s%s", of->attributes,
             of->stride[0] > 1 || of->dilation[0] > 1 ? " output_padding=1" : "");
    op_open(&c, "conv_transposed", attributes, biased ? 3 : 2, shapes);
    picture = c.layout.out;
    assert_int_equal(picture.dim[3], channels);
    fill(&c);
    int64_t maps = shape_size(&map), pictures = shape_size(&picture), weights = shape_size(&of->weight);
    int64_t depth = weights / map.dim[3];
    sums s = { c.grad_out, c.in[0], c.in[1], truth_room(maps), truth_room(pictures), truth_room(weights) };
    truth bias = truth_room(channels);
    walk(of, &picture, of->result, sum_picture, &s);
    walk(of, &picture, of->result, sum_map, &s);
    walk(of, &picture, of->result, sum_weight, &s);
    op_forward(&c);
    op_backward(&c, biased ? 7u : 3u, false);
    if (biased) {
        add_bias(&s.to_picture, c.in[2], pictures, channels);
        sum_columns(&bias, c.grad_out, pictures, channels);
        compare("bias", attributes, c.grad_in[2], &bias, channels, pictures / channels);
    }
    compare("transposed value", attributes, c.out, &s.to_picture, pictures, depth * map.dim[3] + 1);
    compare("transposed x", attributes, c.grad_in[0], &s.to_map, maps, depth);
    compare("transposed weight", attributes, c.grad_in[1], &s.to_weight, weights, maps / map.dim[3]);
    truth_free(&s.to_map), truth_free(&s.to_picture), truth_free(&s.to_weight), truth_free(&bias);
    op_close(&c);
}

static void test_transposed_definition(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        check_transposed(&cases[i], i % 2);
    check_transposed(&cases[7], false);
    check_transposed(&cases[18], true);
}

/* ---- by differences, with mistakes, on any number of threads ---- */

static void test_gradients(void **state)
{
    (void)state;
    op_check("conv", "padding=1 activation=silu", 7u,
             OP_SHAPES({ 4, { 2, 3, 4, 2 } }, { 4, { 3, 3, 3, 2 } }, { 1, { 3 } }));
    op_check("conv", "groups=2 stride=2 activation=tanh", 7u,
             OP_SHAPES({ 4, { 2, 4, 5, 4 } }, { 4, { 4, 2, 2, 2 } }, { 1, { 4 } }));
    op_check("conv", "groups=3 padding=same activation=gelu", 7u,
             OP_SHAPES({ 4, { 1, 4, 5, 3 } }, { 4, { 3, 3, 2, 1 } }, { 1, { 3 } }));
    op_check("conv_transposed", "stride=2 padding=1 output_padding=1", 7u,
             OP_SHAPES({ 4, { 2, 3, 2, 3 } }, { 4, { 3, 3, 3, 2 } }, { 1, { 2 } }));
    op_check("conv_transposed", "groups=2 dilation=2", 7u,
             OP_SHAPES({ 4, { 1, 3, 2, 4 } }, { 4, { 4, 2, 2, 1 } }, { 1, { 2 } }));
    op_check("conv_transposed", "groups=3 stride=3", 7u,
             OP_SHAPES({ 4, { 1, 3, 2, 3 } }, { 4, { 3, 2, 2, 1 } }, { 1, { 3 } }));
}

static void test_mutants(void **state)
{
    (void)state;
    static const struct {
        const char *name, *attributes;
        ablate_shape shape[3];
    } subjects[] = {
        { "conv", "padding=1 activation=silu", { { 4, { 1, 3, 3, 2 } }, { 4, { 2, 2, 2, 2 } }, { 1, { 2 } } } },
        { "conv", "groups=3", { { 4, { 1, 3, 3, 3 } }, { 4, { 3, 2, 2, 1 } }, { 1, { 3 } } } },
        { "conv_transposed", "stride=2", { { 4, { 1, 2, 2, 2 } }, { 4, { 2, 2, 3, 2 } }, { 1, { 2 } } } },
        { "conv_transposed", "groups=2", { { 4, { 1, 2, 2, 2 } }, { 4, { 2, 2, 3, 1 } }, { 1, { 2 } } } },
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        op_case c;
        op_open(&c, subjects[i].name, subjects[i].attributes, 3, subjects[i].shape);
        fill(&c);
        op_check_mutants(&c, 7u, 0.03, 4.0);
        op_close(&c);
    }
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("conv", "padding=1 stride=2", 7u,
                        OP_SHAPES({ 4, { 3, 40, 41, 19 } }, { 4, { 70, 3, 3, 19 } }, { 1, { 70 } }));
    light_check_threads("conv", "activation=hardswish", 7u,
                        OP_SHAPES({ 4, { 3, 20, 21, 130 } }, { 4, { 70, 1, 1, 130 } }, { 1, { 70 } }));
    light_check_threads("conv", "groups=150 padding=2", 3u,
                        OP_SHAPES({ 4, { 2, 30, 31, 150 } }, { 4, { 150, 5, 5, 1 } }));
    light_check_threads("conv_transposed", "stride=2 groups=2", 7u,
                        OP_SHAPES({ 4, { 3, 20, 21, 34 } }, { 4, { 34, 3, 3, 20 } }, { 1, { 40 } }));
}

/* Where no backward follows nothing is kept for it, and bias and activation may be one pass: the same bits. */
static void check_without_aux(const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    assert_true(c.op->forgoes_aux && c.layout.aux > 0);
    fill(&c);
    op_forward(&c);
    size_t bytes = (size_t)shape_size(&c.layout.out) * sizeof(float);
    float *with = op_room(shape_size(&c.layout.out)), *kept = c.aux;
    memcpy(with, c.out, bytes);
    c.aux = NULL;
    c.layout.aux = 0;
    op_forward(&c);
    assert_memory_equal(with, c.out, bytes);
    c.aux = kept;
    free(with);
    op_close(&c);
}

static void test_without_aux(void **state)
{
    (void)state;
    static const char *const activations[] = { "relu", "relu6", "silu", "hardswish", "gelu", "quickgelu", "tanh" };
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
        for (int n = 2; n <= 3; n++) { /* without a bias, with one */
            char words[3][80];
            snprintf(words[0], sizeof words[0], "padding=1 activation=%s", activations[i]);
            snprintf(words[1], sizeof words[1], "groups=37 padding=1 activation=%s", activations[i]);
            snprintf(words[2], sizeof words[2], "transpose_b=1 activation=%s", activations[i]);
            check_without_aux("conv", words[0], n,
                              (const ablate_shape[]){ { 4, { 2, 7, 6, 5 } }, { 4, { 37, 3, 3, 5 } }, { 1, { 37 } } });
            check_without_aux("conv", words[1], n,
                              (const ablate_shape[]){ { 4, { 2, 7, 6, 37 } }, { 4, { 37, 3, 3, 1 } }, { 1, { 37 } } });
            check_without_aux("matmul", words[2], n,
                              (const ablate_shape[]){ { 2, { 101, 19 } }, { 2, { 530, 19 } }, { 1, { 530 } } });
        }
}

/* Where the window lies outside the picture altogether, what it gives is the bias, and what it gets is nothing. */
static void test_outside(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "conv", "padding=5 stride=5", OP_SHAPES({ 4, { 1, 1, 1, 2 } }, { 4, { 3, 1, 1, 2 } }, { 1, { 3 } }));
    fill(&c);
    op_forward(&c);
    op_backward(&c, 7u, false);
    for (int64_t i = 0; i < 27; i++)
        assert_true(i / 3 == 4 || c.out[i] == c.in[2][i % 3]);
    op_close(&c);
}

static void test_refusals(void **state)
{
    (void)state;
    const ablate_shape x = { 4, { 2, 5, 6, 4 } };
    light_refused("conv", "", "x must be (B, H, W, C) and the weight (O, KH, KW, C / groups); they are 2x5 and 2x3x3x4",
                  OP_SHAPES({ 2, { 2, 5 } }, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "",
                  "x 2x5x6x4 and weight 2x3x3x5 do not fit with groups=1: the weight is (O, KH, KW, C / groups)",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 5 } }));
    light_refused("conv", "groups=2",
                  "x 2x5x6x4 and weight 3x3x3x2 do not fit with groups=2: the weight is (O, KH, KW, C / groups)",
                  OP_SHAPES(x, { 4, { 3, 3, 3, 2 } }));
    light_refused("conv", "groups=1048576",
                  "x 2x5x6x4 and weight 3x3x3x4 do not fit with groups=1048576: the weight is (O, KH, KW, C / groups)",
                  OP_SHAPES(x, { 4, { 3, 3, 3, 4 } }));
    light_refused("conv", "", "the window reaches over 7 pixels; x 2x5x6x4 with its padding has 5 there",
                  OP_SHAPES(x, { 4, { 2, 7, 3, 4 } }));
    light_refused("conv", "dilation=\"1,65536\" padding=9",
                  "the window reaches over 65537 pixels; x 2x5x6x4 with its padding has 24 there",
                  OP_SHAPES(x, { 4, { 2, 2, 2, 4 } }));
    light_refused("conv", "", "bias 3 does not fit a result 2x3x4x2: it must have 2 numbers",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }, { 1, { 3 } }));
    light_refused("conv", "stride=0", "stride must be one number or 2, each from 1 to 65536; it is '0'",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "stride=\"1,2,3\"", "stride must be one number or 2, each from 1 to 65536; it is '1,2,3'",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "padding=\"1,1\"", "padding must be one number or 4, each from 0 to 65536; it is '1,1'",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "padding=\"0,0,0,-1\"",
                  "padding must be one number or 4, each from 0 to 65536; it is '0,0,0,-1'",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "dilation=wide",
                  "dilation must be 1 to 4 whole numbers with commas between them; it is 'wide'",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv", "padding=65536", "the result 64x131074x131075x64 is too large",
                  OP_SHAPES({ 4, { 64, 5, 6, 4 } }, { 4, { 64, 4, 4, 4 } }));
}

static void test_transposed_refusals(void **state)
{
    (void)state;
    const ablate_shape x = { 4, { 2, 5, 6, 4 } };
    light_refused("conv_transposed", "",
                  "x must be (B, H, W, C) and the weight (C, KH, KW, O / groups); they are 2x5x6x4 and 4",
                  OP_SHAPES(x, { 1, { 4 } }));
    light_refused("conv_transposed", "",
                  "x 2x5x6x4 and weight 2x3x3x4 do not fit with groups=1: the weight is (C, KH, KW, O / groups)",
                  OP_SHAPES(x, { 4, { 2, 3, 3, 4 } }));
    light_refused("conv_transposed", "padding=same",
                  "padding=same is of conv; here it is one number or \"top,left,bottom,right\"",
                  OP_SHAPES(x, { 4, { 4, 3, 3, 2 } }));
    light_refused("conv_transposed", "stride=2 output_padding=2",
                  "output_padding=2 must be less than the stride or the dilation", OP_SHAPES(x, { 4, { 4, 3, 3, 2 } }));
    light_refused("conv_transposed", "padding=4",
                  "the result of x 2x5x6x4 would have no pixels: padding takes away all",
                  OP_SHAPES(x, { 4, { 4, 3, 3, 2 } }));
    light_refused("conv_transposed", "", "bias 3 does not fit a result 2x7x8x2: it must have 2 numbers",
                  OP_SHAPES(x, { 4, { 4, 3, 3, 2 } }, { 1, { 3 } }));
}

/* A weight whose rows could be pictures' makes nobody's row its own. */
static void test_mixing(void **state)
{
    (void)state;
    const ablate_shape x = { 4, { 2, 5, 6, 4 } };
    assert_true(light_mixes("conv", "", OP_SHAPES(x, { 4, { 2, 3, 3, 4 } })));
    assert_false(light_mixes("conv", "", OP_SHAPES(x, { 4, { 3, 3, 3, 4 } })));
    assert_true(light_mixes("conv_transposed", "", OP_SHAPES(x, { 4, { 4, 3, 3, 2 } }, { 1, { 2 } })));
    assert_false(light_mixes("conv_transposed", "", OP_SHAPES(x, { 4, { 4, 3, 3, 2 } })));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_definition),
        cmocka_unit_test(test_transposed_definition),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_mutants),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_without_aux),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_transposed_refusals),
        cmocka_unit_test(test_mixing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
