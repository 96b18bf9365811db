/* Element-wise operations, broadcasting, shapes and lookups on the GPU beside the CPU's.
 *
 * Bounds, in units in the last place of the largest number compared:
 *   copies and lookups            0: the same bits
 *   sums and products of numbers  2: a rounding apart where one side fuses multiplication and addition
 *   elementary functions          the CPU's are within 3 units of the truth and the GPU's within 2, hence 5 apart; each
 *                                 rounding around them is half a unit on either side, and a slope is a handful of such
 *                                 steps: 16 for all
 *   folds                         4: summed in double on both sides, so that the order does not matter (n 2^-53), and
 *                                 rounded once; added to what is there, once more; 8 for quotients, whose terms are two
 *                                 divisions and a product
 * Numbers compared alone are largest themselves, so that small results are held to the same bound. */
#include "../lab/gpu_check.h"

static void check_one(const char *op, const char *attributes, double ulps, ablate_shape a)
{
    gpu_check(op, attributes, 1, ulps, 1, &a);
}

static void check_gradients(const char *op, const char *attributes, unsigned wanted, float shift, int n,
                            const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, op, attributes, n, shapes);
    c.device = gpu_device;
    for (int i = 0; i < n; i++)
        op_fill(&c, i, shift != 0.0f ? 0.2f : 1.0f, shift);
    op_check_gradients(&c, wanted, 0.03, 4.0);
    op_close(&c);
}

/* The comparison once more, on what c.in holds now. */
static void compare_again(op_case *c, unsigned wanted, double ulps)
{
    c->device = device_load("cpu", 0);
    gpu_compare(c, wanted, ulps);
}

/* ---- functions of one number ---- */

typedef struct function {
    const char *name;
    bool positive;  /* defined for positive numbers */
    bool well;      /* its slope has a small relative error wherever it is computed */
    bool gradients; /* smooth enough for differences */
    double ulps;    /* of the value alone; 0: it is a difference of larger numbers */
} function;
static const function functions[] = {
    { "quickgelu", false, false, true, 10 }, { "gelu", false, false, true, 0 },
    { "relu", false, true, false, 0.5 },     { "relu6", false, true, false, 0.5 },
    { "silu", false, false, true, 10 },      { "hardswish", false, false, false, 3 },
    { "sigmoid", false, false, true, 8 },    { "tanh", false, false, true, 8 },
    { "exp", false, true, true, 5 },         { "log", true, true, true, 3 },
    { "sqrt", true, true, true, 1 },         { "square", false, true, true, 1 },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void compare_function(const function *f, ablate_shape shape)
{
    op_case c;
    gpu_open(&c, f->name, "", 1, &shape);
    op_fill(&c, 0, 1, 0);
    for (int64_t j = 0; f->positive && j < shape_size(&shape); j++)
        c.in[0][j] = fabsf(c.in[0][j]) + 0.1f;
    gpu_compare(&c, 1, 16);
    op_close(&c);
}

static void test_unary(void **state)
{
    (void)state;
    GPU_NEEDED();
    for (int i = 0; i < FUNCTIONS; i++) {
        compare_function(&functions[i], GPU_SHAPE(2, 257, 33));
        compare_function(&functions[i], GPU_SHAPE(8, 1021)); /* of whole blocks all but a few */
        compare_function(&functions[i], (ablate_shape){ 0 });
        if (functions[i].gradients)
            check_gradients(functions[i].name, "", 1, functions[i].positive ? 2 : 0, OP_SHAPES({ 1, { 7 } }));
    }
    compare_function(&functions[0], GPU_SHAPE(1, 257, 768));
    check_one("affine", "scale=-2.5 shift=0.75", 2, GPU_SHAPE(3, 41));
    check_one("affine", "scale=0 shift=-1", 2, GPU_SHAPE(8, 1));
    check_gradients("affine", "scale=-2.5 shift=0.75", 1, 0, OP_SHAPES({ 1, { 5 } }));
}

/* Each alone: NaN, infinity, zeros, and numbers whose results are small, saturate or leave the range of floats. */
static void test_numbers_alone(void **state)
{
    (void)state;
    GPU_NEEDED();
    const float values[] = { NAN,    INFINITY, -INFINITY, 0.0f,   -0.0f,   1e-30f, 1e-3f, -1e-3f, 0.3f,
                             -0.3f,  0.624f,   -0.626f,   1.0f,   -1.0f,   -3.0f,  10.0f, -9.0f,  30.0f,
                             -30.0f, 80.0f,    -80.0f,    100.0f, -110.0f, 1e20f,  -1e20f };
    for (int i = 0; i < FUNCTIONS; i++) {
        const function *f = &functions[i];
        op_case c;
        gpu_open(&c, f->name, "", OP_SHAPES({ 1, { 1 } }));
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            c.in[0][0] = values[j];
            bool huge = isinf(values[j]) || isnan(values[j]);
            if (f->ulps > 0)
                compare_again(&c, f->well ? 1 : 0, f->ulps + (f->well ? 1 : 0));
            else if (huge)
                compare_again(&c, 1, 0);
        }
        op_close(&c);
    }
}

/* ---- broadcasting, and folding over it ---- */

typedef struct pair {
    const char *of; /* what is folded, and how */
    ablate_shape a, b;
} pair;
static const pair pairs[] = {
    { "nothing, and all axes are one", { 3, { 2, 5, 7 } }, { 3, { 2, 5, 7 } } },
    { "a scalar with a scalar", { 0 }, { 0 } },
    { "few leading rows: a thread a result", { 3, { 8, 31, 33 } }, { 2, { 31, 33 } } },
    { "a bias: one piece of rows", { 3, { 2, 9, 130 } }, { 1, { 130 } } },
    { "a bias of mini: pieces of rows", { 3, { 1, 257, 128 } }, { 1, { 128 } } },
    { "narrow columns, the last piece short", { 2, { 1031, 5 } }, { 1, { 5 } } },
    { "a middle axis", { 3, { 3, 70, 33 } }, { 3, { 3, 1, 33 } } },
    { "two axes around one that stays", { 4, { 10, 3, 11, 33 } }, { 4, { 1, 3, 1, 33 } } },
    { "rows of rank 4, either side", { 4, { 2, 3, 5, 1 } }, { 4, { 1, 3, 1, 7 } } },
    { "the last axis, short: parts of a warp", { 2, { 301, 3 } }, { 2, { 301, 1 } } },
    { "the last axis: a warp a line", { 3, { 1, 257, 128 } }, { 3, { 1, 257, 1 } } },
    { "the last axis, few lines: a block a line", { 3, { 4, 9, 33 } }, { 3, { 4, 9, 1 } } },
    { "long lines in pieces, both sides", { 2, { 3, 1 } }, { 3, { 2, 3, 2503 } } },
    { "axes 1 and 3 of four", { 4, { 2, 100, 2, 33 } }, { 4, { 2, 1, 2, 1 } } },
    { "an outer product", { 2, { 6, 1 } }, { 2, { 1, 11 } } },
    { "everything, in pieces", { 0 }, { 3, { 3, 257, 7 } } },
    { "everything, with axes of 1", { 1, { 1 } }, { 2, { 60, 57 } } },
};

static void compare_pair(const char *op, ablate_shape a, ablate_shape b, double ulps)
{
    op_case c;
    gpu_open(&c, op, "", OP_SHAPES(a, b));
    op_fill(&c, 0, 1, 0);
    op_fill(&c, 1, strcmp(op, "div") == 0 ? 0.2f : 1, strcmp(op, "div") == 0 ? 2 : 0);
    gpu_compare(&c, 3, ulps);
    op_close(&c);
}

static void test_broadcasting(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "add", "sub", "mul", "div" };
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < sizeof pairs / sizeof *pairs; j++)
            compare_pair(names[i], pairs[j].a, pairs[j].b, i < 3 ? 4 : 8);
        check_gradients(names[i], "", 3, 2, OP_SHAPES({ 2, { 3, 4 } }, { 1, { 4 } }));
        check_gradients(names[i], "", 3, 2, OP_SHAPES({ 3, { 2, 1, 3 } }, { 2, { 4, 1 } }));
    }
}

/* Shapes of the paper's scale, one picture of its batch where that is enough. */
static void test_paper(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("broadcast", "dims=\"2056,0\"", 4, GPU_SHAPE(768)); /* its gradient is that of a bias */
    compare_pair("add", GPU_SHAPE(257, 768), GPU_SHAPE(768), 4);
    compare_pair("mul", GPU_SHAPE(1, 257, 768), GPU_SHAPE(1, 257, 1), 4);
    compare_pair("add", GPU_SHAPE(2, 257, 768), GPU_SHAPE(257, 768), 4);
    compare_pair("add", GPU_SHAPE(1, 257, 768), GPU_SHAPE(1, 257, 768), 4);
    check_one("slice", "axis=1 start=1", 0, GPU_SHAPE(1, 257, 768));
    check_one("transpose", "axes=\"0,2,1\"", 0, GPU_SHAPE(1, 257, 768));
    gpu_check("concat", "axis=-1", 7, 0,
              OP_SHAPES({ 3, { 1, 257, 768 } }, { 3, { 1, 257, 768 } }, { 3, { 1, 257, 768 } }));
    gpu_check("concat", "axis=1", 3, 0, OP_SHAPES({ 3, { 2, 1, 1024 } }, { 3, { 2, 256, 1024 } }));
    check_one("broadcast", "dims=\"8,0,0\"", 4, GPU_SHAPE(1, 1, 1024));
}

/* The gradients of inputs whose bit is in `add` are added to what is there, the others stored over NaN. */
static void backward_into(op_case *c, const device *where, unsigned add)
{
    const float *in[ABLATE_INPUTS] = { NULL };
    ablate_call call = op_call(c);
    for (int i = 0; i < c->n; i++) {
        in[i] = c->op->forgets & ABLATE_FORGET(i) ? NULL : c->in[i];
        op_normal(c->grad_in[i], shape_size(&c->shape[i]), 5, add >> i & 1u ? 1 : NAN, 0);
    }
    call.in = in;
    call.out = NULL;
    call.grad_out = c->grad_out;
    call.grad_in = c->grad_in;
    call.add = add;
    assert_int_equal(call_run(where, c->op, true, &call), 0);
}

static void compare_bits(const char *op, unsigned add, ablate_shape a, ablate_shape b)
{
    op_case c;
    float *want[2];
    gpu_open(&c, op, "", OP_SHAPES(a, b));
    op_fill(&c, 0, 1, 0);
    op_fill(&c, 1, 0.2f, 2);
    backward_into(&c, device_load("cpu", 0), add);
    for (int i = 0; i < 2; i++)
        want[i] = gpu_copy(c.grad_in[i], shape_size(&c.shape[i]));
    backward_into(&c, gpu_device, add);
    for (int i = 0; i < 2; i++) {
        gpu_near(&c, "gradient with its own bit", i, c.grad_in[i], want[i], shape_size(&c.shape[i]), 1, 8);
        free(want[i]);
    }
    op_close(&c);
}

static void test_one_bit(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "add", "sub", "mul", "div" };
    for (unsigned add = 1; add < 3; add++) {
        for (size_t i = 0; i < 4; i++) {
            compare_bits(names[i], add, GPU_SHAPE(4, 9, 33), GPU_SHAPE(4, 9, 33));
            compare_bits(names[i], add, GPU_SHAPE(4, 9, 33), GPU_SHAPE(9, 1));
            compare_bits(names[i], add, GPU_SHAPE(33), GPU_SHAPE(70, 33));
        }
        compare_bits("concat", add, GPU_SHAPE(4, 9), GPU_SHAPE(4, 5));
    }
}

/* Division by zero and what comes of NaN and infinity, where a fold meets them as well. */
static void test_broadcasting_special(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "add", "sub", "mul", "div" };
    for (size_t i = 0; i < 4; i++) {
        op_case c;
        gpu_open(&c, names[i], "", OP_SHAPES({ 2, { 40, 6 } }, { 1, { 6 } }));
        op_fill(&c, 0, 1, 0);
        const float values[6] = { NAN, INFINITY, 0.0f, -0.0f, -INFINITY, 1.0f };
        memcpy(c.in[1], values, sizeof values);
        c.in[0][5] = INFINITY;
        c.in[0][8] = NAN;
        gpu_compare(&c, 3, i < 3 ? 4 : 8);
        op_close(&c);
    }
}

/* ---- shapes ---- */

/* Views share memory where they can, so that their kernels run only if they are asked to. */
static void compare_view(const char *op, const char *attributes, unsigned wanted, ablate_shape shape)
{
    op_case c;
    gpu_open(&c, op, attributes, 1, &shape);
    op_fill(&c, 0, 1, 0);
    if (wanted)
        gpu_compare(&c, wanted, 0);
    op_poison(c.out, shape_size(&c.layout.out));
    ablate_call call = op_call(&c);
    assert_int_equal(call_run(gpu_device, c.op, false, &call), 0);
    assert_memory_equal(c.out, c.in[0], (size_t)shape_size(&shape) * sizeof(float));
    op_close(&c);
}

static void test_views(void **state)
{
    (void)state;
    GPU_NEEDED();
    compare_view("reshape", "dims=\"-1\"", 1, GPU_SHAPE(7, 11, 13, 2));
    compare_view("reshape", "dims=\"1,0,-1\"", 1, GPU_SHAPE(2, 257, 8));
    compare_view("reshape", "dims=\"1,1\"", 1, (ablate_shape){ 0 });
    compare_view("detach", "", 0, GPU_SHAPE(5, 1021));
    compare_view("detach", "", 0, (ablate_shape){ 0 });
}

static void test_broadcast(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("broadcast", "dims=\"8,257,0\"", 4, GPU_SHAPE(1, 32));
    check_one("broadcast", "dims=\"4,0,3,5\"", 4, GPU_SHAPE(7, 1, 1));
    check_one("broadcast", "dims=\"3,2\"", 4, (ablate_shape){ 0 });
    check_one("broadcast", "dims=\"0\"", 4, GPU_SHAPE(1));
    check_one("broadcast", "dims=\"9,0\"", 4, GPU_SHAPE(262147)); /* so many columns that a thread takes a whole one */
    check_gradients("broadcast", "dims=\"2,0,3\"", 1, 0, OP_SHAPES({ 2, { 4, 1 } }));
}

static void test_slice(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("slice", "axis=1 start=1 count=256", 0, GPU_SHAPE(3, 257, 5));
    check_one("slice", "axis=0 start=-2", 0, GPU_SHAPE(5, 3));
    check_one("slice", "axis=-1 start=0 count=1", 0, GPU_SHAPE(2, 3, 4, 5));
    check_one("slice", "axis=-1 start=1 count=2", 0, GPU_SHAPE(2, 3, 4, 5));
    check_one("slice", "axis=0 start=0", 0, GPU_SHAPE(1));
    check_gradients("slice", "axis=1 start=1 count=2", 1, 0, OP_SHAPES({ 3, { 2, 4, 2 } }));
}

static void test_concat(void **state)
{
    (void)state;
    GPU_NEEDED();
    gpu_check("concat", "axis=1", 7, 0, OP_SHAPES({ 3, { 2, 1, 8 } }, { 3, { 2, 3, 8 } }, { 3, { 2, 5, 8 } }));
    gpu_check("concat", "axis=0", 3, 0, OP_SHAPES({ 1, { 3 } }, { 1, { 4 } }));
    gpu_check("concat", "axis=-2", 5, 0,
              OP_SHAPES({ 4, { 2, 3, 1, 7 } }, { 4, { 2, 3, 2, 7 } }, { 4, { 2, 3, 4, 7 } }));
    gpu_check("concat", "axis=-1", 255, 0,
              OP_SHAPES({ 2, { 33, 1 } }, { 2, { 33, 2 } }, { 2, { 33, 3 } }, { 2, { 33, 4 } }, { 2, { 33, 5 } },
                        { 2, { 33, 6 } }, { 2, { 33, 7 } }, { 2, { 33, 8 } }));
    check_gradients("concat", "axis=-1", 3, 0, OP_SHAPES({ 2, { 2, 1 } }, { 2, { 2, 3 } }));
}

static void test_transpose(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("transpose", "axes=\"1,0\"", 0, GPU_SHAPE(65, 33));
    check_one("transpose", "axes=\"1,0\"", 0, GPU_SHAPE(1, 1031));
    check_one("transpose", "axes=\"0\"", 0, GPU_SHAPE(1031));
    check_one("transpose", "axes=\"0,2,1\"", 0, GPU_SHAPE(3, 16, 257));
    check_one("transpose", "axes=\"0,2,1,3\"", 0, GPU_SHAPE(2, 3, 4, 5));
    check_one("transpose", "axes=\"3,1,0,2\"", 0, GPU_SHAPE(2, 3, 4, 35));
    check_one("transpose", "axes=\"0,3,1,2\"", 0, GPU_SHAPE(2, 16, 16, 37));
    check_one("transpose", "axes=\"3,2,1,0\"", 0, GPU_SHAPE(3, 5, 2, 7));
    check_one("transpose", "axes=\"0,1\"", 0, GPU_SHAPE(1, 1));
    check_one("transpose", "axes=\"2,0,1\"", 0, GPU_SHAPE(70000, 1, 2)); /* more rows than a launch has lines */
    check_gradients("transpose", "axes=\"2,0,1\"", 1, 0, OP_SHAPES({ 3, { 2, 3, 2 } }));
}

/* ---- lookups ---- */

static void fill_indices(float *x, int64_t n, int64_t rows)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(i * 7 % rows);
}

/* An embedding's gradient is added in the order of the indices on both sides: the same bits, over what is there too. */
static void same_bits(op_case *c)
{
    gpu_reference cpu = gpu_run(c, device_load("cpu", 0), 1), there = gpu_run(c, gpu_device, 1);
    assert_memory_equal(there.grad[0], cpu.grad[0], (size_t)shape_size(&c->shape[0]) * sizeof(float));
    gpu_release(&cpu);
    gpu_release(&there);
}

static void test_embedding(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    gpu_open(&c, "embedding", "", OP_SHAPES({ 2, { 11, 33 } }, { 2, { 4, 19 } }));
    op_fill(&c, 0, 1, 0);
    fill_indices(c.in[1], 4 * 19, 11);
    gpu_compare(&c, 1, 8); /* up to 7 rows are added twice, against twice their sum */
    same_bits(&c);
    const float invalid[6] = { 11, 0.5f, -1, NAN, INFINITY, 1e30f };
    memcpy(c.in[1] + 5, invalid, sizeof invalid);
    c.in[1][0] = -0.0f;
    compare_again(&c, 1, 8);
    same_bits(&c);
    op_close(&c);
    gpu_open(&c, "embedding", "", OP_SHAPES({ 2, { 500, 768 } }, { 2, { 3, 16 } }));
    op_fill(&c, 0, 1, 0);
    fill_indices(c.in[1], 48, 500);
    c.in[1][47] = c.in[1][0];
    gpu_compare(&c, 1, 2);
    op_close(&c);
    gpu_open(&c, "embedding", "", OP_SHAPES({ 2, { 1, 1 } }, { 0 }));
    c.in[0][0] = 3, c.in[1][0] = 0;
    gpu_compare(&c, 1, 2);
    op_close(&c);
}

static void test_select(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    gpu_open(&c, "select", "", OP_SHAPES({ 3, { 5, 7, 40 } }, { 1, { 5 } }));
    op_fill(&c, 0, 1, 0);
    fill_indices(c.in[1], 5, 7);
    gpu_compare(&c, 1, 0);
    c.in[1][2] = NAN;
    c.in[1][3] = 7;
    c.in[1][4] = 2.5f;
    compare_again(&c, 1, 0);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unary),        cmocka_unit_test(test_numbers_alone),
        cmocka_unit_test(test_broadcasting), cmocka_unit_test(test_broadcasting_special),
        cmocka_unit_test(test_one_bit),      cmocka_unit_test(test_paper),
        cmocka_unit_test(test_views),        cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_slice),        cmocka_unit_test(test_concat),
        cmocka_unit_test(test_transpose),    cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_select),
    };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
