/* resize and blur: against PyTorch's interpolate and scipy's gaussian_filter (float64, printed to nine digits), and
 * against their definitions written out in double. */
/* units: blur resize */
#include "../lab/op_light.h"

static const float picture[12] = {
    -1.25f, 0.25f, -0.75f, 1.25f, 2.25f, 3.75f, 2.75f, -0.75f, 0.25f, 1.75f, 0.75f, 2.75f
};

typedef struct resize_golden {
    const char *attributes;
    int height, width;
    double want[30];
} resize_golden;

static const resize_golden resize_goldens[] = {
    { "height=5 width=6", 5, 6, { -1.25, -0.5, 0.0833333333, -0.583333333, 0.25, 1.25,
                                  0.15,  0.9,  1.48333333,   0.816666667,  0.55, 0.45,
                                  2.25,  3,    3.58333333,   2.91666667,   1,    -0.75,
                                  1.05,  1.8,  2.38333333,   1.71666667,   1.45, 1.35,
                                  0.25,  1,    1.58333333,   0.916666667,  1.75, 2.75 } },
    { "height=2 width=3", 2, 3, { -0.125, 0.625, 0.645833333, 1, 1.75, 1.77083333 } },
    { "height=1 width=1", 1, 1, { 3.25 } },
    { "height=5 width=6 align_corners=1", 5, 6, { -1.25, -0.35, 0.05, -0.55, 0.05, 1.25, 0.5,  1.4,   1.8,  1.2,
                                                  0.7,   0.25,  2.25, 3.15,  3.55, 2.95, 1.35, -0.75, 1.25, 2.15,
                                                  2.55,  1.95,  1.45, 1,     0.25, 1.15, 1.55, 0.95,  1.55, 2.75 } },
    { "height=2 width=3 align_corners=1", 2, 3, { -1.25, -0.25, 1.25, 0.25, 1.25, 2.75 } },
    { "height=1 width=1 align_corners=1", 1, 1, { -1.25 } },
    { "height=5 width=6 mode=bicubic",
      5,
      6,
      { -1.71620833,   -0.74225,    -0.143199074, -1.13588426, 0.08425,    1.66144444, 0.121791667, 1.09575,
        1.7478912,     0.96756713,  0.39325,      0.175993056, 2.11979167, 3.09375,    3.7974537,   3.22337963,
        0.90625,       -1.05381944, 1.14779167,   2.12175,     2.7738912,  1.99356713, 1.41925,     1.20199306,
        -0.0722083333, 0.90175,     1.50080093,   0.508115741, 1.72825,    3.30544444 } },
    { "height=2 width=3 mode=bicubic",
      2,
      3,
      { -0.154079861, 0.70135498, 0.576018157, 1.05881076, 1.91424561, 1.78890878 } },
    { "height=1 width=1 mode=bicubic", 1, 1, { 3.71875 } },
    { "height=5 width=6 mode=bicubic align_corners=1",
      5,
      6,
      { -1.25,     -0.224,    0.17,      -0.73,  -0.082, 1.25,  0.6875, 1.7135, 2.185875, 1.521,
        0.5884375, -0.078125, 2.25,      3.276,  3.802,  3.298, 1.284,  -0.75,  1.578125, 2.604125,
        3.0765,    2.411625,  1.4790625, 0.8125, 0.25,   1.276, 1.67,   0.77,   1.418,    2.75 } },
    { "height=2 width=3 mode=bicubic align_corners=1", 2, 3, { -1.25, -0.296875, 1.25, 0.25, 1.203125, 2.75 } },
    { "height=1 width=1 mode=bicubic align_corners=1", 1, 1, { -1.25 } },
};
enum { RESIZES = sizeof resize_goldens / sizeof *resize_goldens };

/* Nine digits: 5e-9 of up to 4. Weights are rounded once each, then up to 16 products are added: 20 units. */
static void test_resize_goldens(void **state)
{
    (void)state;
    for (int k = 0; k < RESIZES; k++) {
        const resize_golden *g = &resize_goldens[k];
        op_case c;
        op_open(&c, "resize", g->attributes, OP_SHAPES({ 4, { 2, 1, 3, 4 } }));
        for (int i = 0; i < 24; i++)
            c.in[0][i] = picture[i % 12] * (i < 12 ? 1.0f : -2.0f);
        op_forward(&c);
        double second[30];
        for (int i = 0; i < g->height * g->width; i++)
            second[i] = -2 * g->want[i];
        light_expect(g->attributes, c.out, g->want, (int64_t)g->height * g->width, 20);
        light_expect(g->attributes, c.out + g->height * g->width, second, (int64_t)g->height * g->width, 20);
        op_close(&c);
    }
}

static void test_resize_gradients(void **state)
{
    (void)state;
    for (int k = 0; k < RESIZES; k++)
        op_check("resize", resize_goldens[k].attributes, 1u, OP_SHAPES({ 4, { 1, 2, 3, 4 } }));
}

/* The weights of a result sum to one; the same size changes nothing. */
static void test_resize_identities(void **state)
{
    (void)state;
    static const char *const attributes[] = { "height=7 width=33", "height=7 width=33 align_corners=1",
                                              "height=7 width=33 mode=bicubic",
                                              "height=7 width=33 mode=bicubic align_corners=1" };
    for (int k = 0; k < 4; k++) {
        op_case c;
        op_open(&c, "resize", attributes[k], OP_SHAPES({ 4, { 1, 1, 7, 33 } }));
        op_fill(&c, 0, 1.0f, 0.0f);
        op_forward(&c);
        for (int i = 0; i < 7 * 33; i++)
            assert_true(c.out[i] == c.in[0][i]);
        op_close(&c);
        op_open(&c, "resize", attributes[k], OP_SHAPES({ 4, { 1, 1, 5, 64 } }));
        for (int i = 0; i < 5 * 64; i++)
            c.in[0][i] = 3.0f;
        op_forward(&c);
        for (int i = 0; i < 7 * 33; i++)
            assert_true(fabs((double)c.out[i] - 3.0) <= 20 * OP_EPS * 3.0);
        op_close(&c);
    }
}

static void test_resize_threads_and_misfits(void **state)
{
    (void)state;
    light_check_threads("resize", "height=224 width=224 align_corners=1", 1u, OP_SHAPES({ 4, { 4, 1, 16, 16 } }));
    light_check_threads("resize", "height=16 width=30 mode=bicubic", 1u, OP_SHAPES({ 4, { 2, 64, 14, 14 } }));
    light_refused("resize", "", "x must have 4 axes (B, C, H, W); its shape is 3x4", OP_SHAPES({ 2, { 3, 4 } }));
    light_refused("resize", "height=65536 width=65536", "the result 64x64x65536x65536 is too large",
                  OP_SHAPES({ 4, { 64, 64, 2, 2 } }));
}

/* ---- blur ---- */

static void test_blur_goldens(void **state)
{
    (void)state;
    static const struct {
        const char *attributes;
        double want[12];
    } cases[] = {
        { "sigma=0.6",
          { -0.404413286, 0.424700261, 0.18719052, 0.736692216, 1.57891979, 2.40103641, 1.71222373, 0.45882088,
            0.835751655, 1.6648652, 1.42735546, 1.97685716 } },
        { "sigma=1",
          { 0.358071281, 0.657916854, 0.703789199, 0.674974185, 1.0958332, 1.36267057, 1.26259637, 1.02183942,
            1.22496063, 1.5248062, 1.57067855, 1.54186354 } },
        { "",
          { 1.08245079, 1.08292079, 1.08354438, 1.08400465, 1.082559, 1.08302895, 1.08365247, 1.08411268, 1.08265221,
            1.08312221, 1.08374581, 1.08420607 } },
    };
    for (int k = 0; k < 3; k++) { /* two sums of up to 33 positive terms of mean size 1.4: 33 / 2 units of that each */
        op_case c;
        op_open(&c, "blur", cases[k].attributes, OP_SHAPES({ 3, { 1, 3, 4 } }));
        memcpy(c.in[0], picture, sizeof picture);
        op_forward(&c);
        light_expect("blur", c.out, cases[k].want, 12, 40);
        op_close(&c);
    }
}

static int64_t mirror(int64_t i, int64_t n)
{
    while (i < 0 || i >= n)
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
}

/* The definition, both axes at once, on maps larger and smaller than the kernel. Two sums of 2 radius + 1 weighted
 * numbers of size 1, their weights rounded: 2 radius + 3 units, of numbers that vary by less than twice. */
static void check_blur(int64_t maps, int64_t height, int64_t width, double sigma)
{
    char attributes[40];
    op_case c;
    snprintf(attributes, sizeof attributes, "sigma=%.17g", sigma);
    op_open(&c, "blur", attributes, OP_SHAPES({ 3, { maps, height, width } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    op_forward(&c);
    int64_t radius = (int64_t)(4 * sigma + 0.5), size = height * width;
    double *want = light_room(maps * size), sum = 0;
    for (int64_t k = -radius; k <= radius; k++)
        sum += sigma > 0 ? exp(-0.5 * (double)(k * k) / (sigma * sigma)) : 1;
    for (int64_t i = 0; i < maps * size; i++)
        for (int64_t a = -radius; a <= radius; a++)
            for (int64_t b = -radius; b <= radius; b++) {
                double weight = sigma > 0 ? exp(-0.5 * (double)(a * a + b * b) / (sigma * sigma)) / (sum * sum) : 1;
                int64_t y = mirror(i % size / width + a, height), x = mirror(i % width + b, width);
                want[i] += weight * (double)c.in[0][i / size * size + y * width + x];
            }
    light_expect("blur", c.out, want, maps * size, 4.0 * (double)(radius + 1));
    free(want);
    op_close(&c);
}

static void test_blur_definition(void **state)
{
    (void)state;
    check_blur(2, 40, 37, 1.7);
    check_blur(2, 3, 5, 2.0);
    check_blur(3, 1, 1, 4.0);
    check_blur(1, 2, 30, 4.0);
    check_blur(2, 6, 7, 0.0);
    check_blur(2, 6, 7, 0.01); /* narrower than a pixel: a copy */
}

static void test_blur_gradients(void **state)
{
    (void)state;
    op_check("blur", "sigma=0.8", 1u, OP_SHAPES({ 3, { 2, 5, 6 } }));
    op_check("blur", "sigma=2", 1u, OP_SHAPES({ 3, { 1, 3, 4 } })); /* wider than the map */
    op_check("blur", "sigma=0", 1u, OP_SHAPES({ 3, { 2, 3, 4 } }));
    light_check_threads("blur", "", 1u, OP_SHAPES({ 3, { 5, 60, 70 } }));
    light_refused("blur", "", "x must have at least 2 axes (..., H, W); its shape is 7", OP_SHAPES({ 1, { 7 } }));
    light_refused("blur", "sigma=1000 truncate=100", "sigma=1000 truncate=100 reaches farther than 65536 pixels",
                  OP_SHAPES({ 3, { 1, 3, 4 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resize_goldens),    cmocka_unit_test(test_resize_gradients),
        cmocka_unit_test(test_resize_identities), cmocka_unit_test(test_resize_threads_and_misfits),
        cmocka_unit_test(test_blur_goldens),      cmocka_unit_test(test_blur_definition),
        cmocka_unit_test(test_blur_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
