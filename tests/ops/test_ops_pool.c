/* Pooling: against PyTorch's numbers, against its definition written out, gradients against differences, and attributes
 * that are no window. */
/* units: pool */
#include "../lab/op_golden.h"
#include "../lab/op_light.h"

/* The largest is a number of the input; a mean sums up to 20 of them and divides. Gradients: up to 9 shares each. */
static void test_goldens(void **state)
{
    (void)state;
    assert_int_equal(op_golden("max_pool", 0.5, 5), 20);
    assert_int_equal(op_golden("average_pool", 12, 12), 29);
}

typedef struct pooling { /* square windows, the same way down and across */
    int64_t kernel, stride, before, after, dilation;
    bool ceil, counted;
} pooling;

/* Windows that begin inside the picture or its padding before, and end inside the padding after unless `ceil`. */
static int64_t windows_of(const pooling *p, int64_t size)
{
    int64_t n = 0, reach = (p->kernel - 1) * p->dilation + 1;
    for (int64_t start = -p->before; start < size + (p->ceil ? 0 : p->after); start += p->stride)
        n += start + reach <= size + p->after || (p->ceil && n > 0 && start - p->stride + reach < size + p->after);
    return n;
}

static double pooled(const op_case *c, const pooling *p, bool largest, int64_t picture, int64_t y0, int64_t x0,
                     int64_t channel)
{
    const int64_t *dim = c->shape[0].dim;
    double best = -INFINITY, sum = 0, counted = 0;
    for (int64_t i = 0; i < p->kernel; i++)
        for (int64_t j = 0; j < p->kernel; j++) {
            int64_t y = y0 + i * p->dilation, x = x0 + j * p->dilation;
            bool inside = y >= 0 && x >= 0 && y < dim[1] && x < dim[2];
            double value = inside ? (double)c->in[0][((picture * dim[1] + y) * dim[2] + x) * dim[3] + channel] : 0;
            counted += inside || (p->counted && y < dim[1] + p->after && x < dim[2] + p->after);
            sum += value;
            best = inside && value > best ? value : best;
        }
    return largest ? best : sum / counted;
}

static void check_definition(const pooling *p, bool largest, ablate_shape shape)
{
    char attributes[200];
    op_case c;
    snprintf(attributes, sizeof attributes, "kernel=%d stride=%d padding=\"%d,%d,%d,%d\" ceil_mode=%d %s=%d",
             (int)p->kernel, (int)p->stride, (int)p->before, (int)p->before, (int)p->after, (int)p->after, p->ceil,
             largest ? "dilation" : "count_include_pad", largest ? (int)p->dilation : p->counted);
    op_open(&c, largest ? "max_pool" : "average_pool", attributes, 1, &shape);
    op_fill(&c, 0, 1, 0);
    op_forward(&c);
    const int64_t *out = c.layout.out.dim;
    assert_true(out[0] == shape.dim[0] && out[3] == shape.dim[3]);
    assert_true(out[1] == windows_of(p, shape.dim[1]) && out[2] == windows_of(p, shape.dim[2]));
    for (int64_t e = 0; e < shape_size(&c.layout.out); e++) {
        int64_t x = e / out[3] % out[2], y = e / out[3] / out[2] % out[1], picture = e / out[3] / out[2] / out[1];
        double want = pooled(&c, p, largest, picture, y * p->stride - p->before, x * p->stride - p->before, e % out[3]);
        light_expect(attributes, c.out + e, &want, 1, largest ? 0 : (double)(p->kernel * p->kernel));
    }
    light_threads(&c, 1u);
    op_close(&c);
}

/* Odd sizes, one channel and many, so that one picture makes several pieces of work; padding to one side only. */
static void test_definition(void **state)
{
    (void)state;
    static const pooling all[] = {
        { 2, 2, 0, 0, 1, false, true }, { 3, 2, 1, 1, 1, false, true },  { 3, 2, 0, 1, 1, true, false },
        { 3, 1, 1, 0, 1, true, true },  { 5, 3, 2, 1, 1, true, true },   { 2, 5, 1, 1, 1, true, false },
        { 1, 1, 0, 0, 1, false, true }, { 7, 7, 3, 3, 1, false, false }, { 4, 3, 1, 2, 1, true, true },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int largest = 0; largest < 2; largest++) {
            check_definition(&all[i], largest, (ablate_shape){ 4, { 2, 9, 7, 5 } });
            check_definition(&all[i], largest, (ablate_shape){ 4, { 1, 64, 31, 96 } });
            check_definition(&all[i], largest, (ablate_shape){ 4, { 3, 7, 22, 1 } });
        }
    check_definition(&(pooling){ 3, 2, 2, 2, 2, true, true }, true, (ablate_shape){ 4, { 2, 9, 7, 5 } });
    check_definition(&(pooling){ 2, 1, 2, 2, 3, false, true }, true, (ablate_shape){ 4, { 1, 5, 6, 3 } });
}

static void test_same_padding(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "max_pool", "kernel=3 stride=2 padding=same", OP_SHAPES({ 4, { 1, 8, 7, 1 } }));
    assert_true(c.layout.out.dim[1] == 4 && c.layout.out.dim[2] == 4);
    for (int i = 0; i < 56; i++)
        c.in[0][i] = (float)i;
    op_forward(&c);
    assert_true(c.out[0] == 15); /* rows 0 to 2, columns -1 to 1 */
    op_close(&c);
}

/* Numbers that lie further apart than the differences' step. */
static void test_gradients(void **state)
{
    (void)state;
    static const char *const attributes[] = { "kernel=3 stride=2 padding=1", "kernel=\"2,3\" stride=1 ceil_mode=1",
                                              "kernel=2 stride=3 padding=1 ceil_mode=1" };
    for (int i = 0; i < 3; i++) {
        op_case c;
        op_open(&c, "max_pool", attributes[i], OP_SHAPES({ 4, { 2, 5, 4, 3 } }));
        for (int e = 0; e < 120; e++)
            c.in[0][e] = 0.1f * (float)(e * 37 % 121);
        op_check_gradients(&c, 1u, 0.03, 4);
        op_close(&c);
        op_check("average_pool", attributes[i], 1u, OP_SHAPES({ 4, { 2, 5, 4, 3 } }));
    }
    op_check("average_pool", "kernel=3 padding=1 count_include_pad=0", 1u, OP_SHAPES({ 4, { 1, 6, 5, 2 } }));
}

/* NaN is seen, infinity is a number, and of equals the first has the gradient. */
static void test_special(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "max_pool", "kernel=\"1,3\"", OP_SHAPES({ 4, { 1, 1, 9, 1 } }));
    const float x[9] = { -INFINITY, -INFINITY, -INFINITY, 1, NAN, INFINITY, 2, 5, 5 };
    const float grad[9] = { 7, 0, 0, 0, 8, 0, 0, 9, 0 };
    memcpy(c.in[0], x, sizeof x);
    for (int i = 0; i < 3; i++)
        c.grad_out[i] = (float)(7 + i);
    op_forward(&c);
    assert_true(c.out[0] == -INFINITY && isnan(c.out[1]) && c.out[2] == 5);
    op_backward(&c, 1u, false);
    assert_memory_equal(c.grad_in[0], grad, sizeof grad);
    op_close(&c);
}

static void test_misfits(void **state)
{
    (void)state;
#define REFUSED(attributes, words, ...) light_refused("max_pool", attributes, words, OP_SHAPES({ __VA_ARGS__ }))
    REFUSED("", "x must have 4 axes (B, H, W, C); its shape is 3x4", 2, { 3, 4 });
    REFUSED("kernel=0", "kernel must be one number or 2, each from 1 to 65536; it is '0'", 4, { 1, 4, 4, 1 });
    REFUSED("kernel=\"2,2,2\"", "kernel must be one number or 2, each from 1 to 65536; it is '2,2,2'", 4,
            { 1, 4, 4, 1 });
    REFUSED("kernel=x", "kernel must be 1 to 4 whole numbers with commas between them; it is 'x'", 4, { 1, 4, 4, 1 });
    REFUSED("stride=0", "stride must be one number or 2, each from 1 to 65536; it is '0'", 4, { 1, 4, 4, 1 });
    REFUSED("padding=-1", "padding must be one number or 4, each from 0 to 65536; it is '-1'", 4, { 1, 4, 4, 1 });
    REFUSED("padding=2", "padding must be at most half of what a window reaches over, 1 pixels here", 4,
            { 1, 4, 4, 1 });
    REFUSED("kernel=5", "the result 1x0x0x1 would be empty", 4, { 1, 4, 4, 1 });
    REFUSED("kernel=5 ceil_mode=1", "the result 1x0x2x1 would be empty", 4, { 1, 4, 9, 1 });
    REFUSED("dilation=3 padding=2 stride=1", "window 0 holds no pixel of the 1 there are", 4, { 1, 1, 1, 1 });
    REFUSED("kernel=65536", "kernel '65536' has more than 2^24 pixels", 4, { 1, 4, 4, 1 });
#undef REFUSED
    light_refused("average_pool", "padding=9",
                  "padding must be at most half of what a window reaches over, 1 pixels here",
                  OP_SHAPES({ 4, { 1, 4, 4, 1 } }));
    assert_false(light_mixes("max_pool", "", OP_SHAPES({ 4, { 4, 4, 4, 1 } })));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens),   cmocka_unit_test(test_definition), cmocka_unit_test(test_same_padding),
        cmocka_unit_test(test_gradients), cmocka_unit_test(test_special),    cmocka_unit_test(test_misfits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
