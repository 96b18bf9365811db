/* Operations that move numbers: reshape, detach, broadcast, slice, concat, transpose. */
/* units: shape slice transpose */
#include "../lab/op_light.h"

/* Fails unless out[i] = in[0][source(i)] for all i, and the gradient goes back the same way, stored and added. Each
 * number is moved or summed alone, so equality is exact for moves; sums of up to `most` numbers get their rounding. */
static void check_moves(op_case *c, int64_t (*source)(const op_case *, int64_t), int most)
{
    int64_t n = shape_size(&c->layout.out), m = shape_size(&c->shape[0]);
    double *value = light_room(n), *grad = light_room(m);
    op_fill(c, 0, 1.0f, 0.0f);
    op_normal(c->grad_out, n, 3u, 1.0f, 0.0f);
    for (int64_t i = 0; i < n; i++) {
        value[i] = (double)c->in[0][source(c, i)];
        grad[source(c, i)] += (double)c->grad_out[i];
    }
    op_forward(c);
    light_expect(c->op->name, c->out, value, n, 0);
    op_backward(c, 1u, false);
    light_expect(c->op->name, c->grad_in[0], grad, m, most > 1 ? most : 0);
    op_backward(c, 1u, true);
    for (int64_t i = 0; i < m; i++)
        grad[i] *= 2;
    light_expect(c->op->name, c->grad_in[0], grad, m, 2.0 * most);
    free(value);
    free(grad);
}

static int64_t same_place(const op_case *c, int64_t i)
{
    (void)c;
    return i;
}

static void check_reshape(const char *attributes, ablate_shape in, ablate_shape want, bool mixes)
{
    op_case c;
    op_open(&c, "reshape", attributes, 1, &in);
    assert_int_equal(c.layout.out.rank, want.rank);
    for (int i = 0; i < want.rank; i++)
        assert_int_equal(c.layout.out.dim[i], want.dim[i]);
    assert_int_equal(c.layout.mixes, mixes);
    assert_true(c.op->view);
    check_moves(&c, same_place, 1);
    op_close(&c);
}

static void test_reshape(void **state)
{
    (void)state;
    check_reshape("dims=\"0,-1\"", (ablate_shape){ 3, { 4, 3, 5 } }, (ablate_shape){ 2, { 4, 15 } }, false);
    check_reshape("dims=\"-1,5\"", (ablate_shape){ 3, { 4, 3, 5 } }, (ablate_shape){ 2, { 12, 5 } }, true);
    check_reshape("dims=\"2,3,2,5\"", (ablate_shape){ 2, { 6, 10 } }, (ablate_shape){ 4, { 2, 3, 2, 5 } }, true);
    check_reshape("", (ablate_shape){ 2, { 6, 10 } }, (ablate_shape){ 1, { 60 } }, true);
    check_reshape("dims=\"1,1\"", (ablate_shape){ 0, { 0 } }, (ablate_shape){ 2, { 1, 1 } }, true);
}

/* The kernels of a view, for devices that cannot share memory. */
static void test_view_kernels(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "reshape", "dims=\"-1\"", OP_SHAPES({ 2, { 3, 70 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    ablate_call call = op_call(&c);
    assert_int_equal(call_run(c.device, c.op, false, &call), 0);
    assert_memory_equal(c.in[0], c.out, 210 * sizeof(float));
    op_close(&c);
}

static void test_detach(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "detach", "", OP_SHAPES({ 2, { 3, 4 } }));
    assert_null(c.op->backward);
    assert_true(c.op->view);
    assert_int_equal(shape_size(&c.layout.out), 12);
    op_close(&c);
}

static void test_reshape_misfits(void **state)
{
    (void)state;
    light_refused("reshape", "dims=\"7,-1\"", "shape 3x5 cannot become 7x2: the numbers differ in count",
                  OP_SHAPES({ 2, { 3, 5 } }));
    light_refused("reshape", "dims=\"-1,-1\"", "dims may hold one -1 and no number below it",
                  OP_SHAPES({ 2, { 3, 5 } }));
    light_refused("reshape", "dims=\"3,5,0\"", "dims keeps axis 2, which shape 3x5 does not have",
                  OP_SHAPES({ 2, { 3, 5 } }));
    light_refused("reshape", "dims=\"1000000000,1000000000,1000000000\"",
                  "shape 3x5 has fewer numbers than dims asks for", OP_SHAPES({ 2, { 3, 5 } }));
    static const char *const wrong[] = { "1,2,3,4,5", "3,", "3 5", "3,x", "", "99999999999999999999", "-7" };
    for (int i = 0; i < 7; i++) {
        char attributes[60], words[160];
        snprintf(attributes, sizeof attributes, "dims=\"%s\"", wrong[i]);
        snprintf(words, sizeof words, "dims must be 1 to 4 whole numbers with commas between them; it is '%s'",
                 wrong[i]);
        light_refused("reshape", attributes, words, OP_SHAPES({ 2, { 3, 5 } }));
    }
}

static int64_t broadcast_source(const op_case *c, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int d = 1; d <= c->shape[0].rank; d++) {
        int64_t length = c->shape[0].dim[c->shape[0].rank - d], out = c->layout.out.dim[c->layout.out.rank - d];
        at += length == 1 ? 0 : i % out * step;
        i /= out;
        step *= length;
    }
    return at;
}

static void test_broadcast(void **state)
{
    (void)state;
    static const struct {
        const char *dims;
        ablate_shape in;
        int most;
    } cases[] = {
        { "dims=\"4,0\"", { 1, { 3 } }, 4 },          { "dims=\"2,3,5\"", { 3, { 2, 1, 5 } }, 3 },
        { "dims=\"2,3,5\"", { 2, { 3, 1 } }, 10 },    { "dims=\"6,0,0\"", { 2, { 7, 3 } }, 6 },
        { "dims=\"3,2\"", { 0, { 0 } }, 6 },          { "dims=\"0,0\"", { 2, { 4, 5 } }, 1 },
        { "dims=\"2,50000\"", { 2, { 2, 1 } }, 250 }, { "dims=\"300,200\"", { 1, { 200 } }, 20 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        op_case c;
        op_open(&c, "broadcast", cases[i].dims, 1, &cases[i].in);
        check_moves(&c, broadcast_source, cases[i].most);
        light_threads(&c, 1u);
        op_close(&c);
    }
    assert_false(light_mixes("broadcast", "dims=\"8,0\"", OP_SHAPES({ 1, { 3 } })));
    assert_true(light_mixes("broadcast", "dims=\"8,8\"", OP_SHAPES({ 1, { 8 } })));
    light_refused("broadcast", "dims=\"4,5\"", "shapes 3 and 4x5 do not fit", OP_SHAPES({ 1, { 3 } }));
    light_refused("broadcast", "dims=\"1,1\"", "shape 2x3 does not broadcast to 1x1", OP_SHAPES({ 2, { 2, 3 } }));
    light_refused("broadcast", "dims=\"2,-1\"", "dims may not hold negative numbers; it is '2,-1'",
                  OP_SHAPES({ 2, { 2, 3 } }));
}

/* ---- slice and concat ---- */

static int64_t slice_axis, slice_start;

static int64_t slice_source(const op_case *c, int64_t i)
{
    int64_t inner = 1;
    for (int d = (int)slice_axis + 1; d < c->shape[0].rank; d++)
        inner *= c->shape[0].dim[d];
    int64_t count = c->layout.out.dim[slice_axis], length = c->shape[0].dim[slice_axis];
    return (i / inner / count * length + slice_start + i / inner % count) * inner + i % inner;
}

static void test_slice(void **state)
{
    (void)state;
    static const struct {
        const char *attributes;
        int axis, start, count;
    } cases[] = {
        { "axis=0 start=1 count=2", 0, 1, 2 },   { "axis=1 count=1", 1, 0, 1 },  { "axis=1 start=1", 1, 1, 5 },
        { "axis=-1 start=-3 count=2", 2, 4, 2 }, { "axis=2 start=-1", 2, 6, 1 }, { "", 2, 0, 7 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        op_case c;
        op_open(&c, "slice", cases[i].attributes, OP_SHAPES({ 3, { 4, 6, 7 } }));
        slice_axis = cases[i].axis;
        slice_start = cases[i].start;
        assert_int_equal(c.layout.out.dim[slice_axis], cases[i].count);
        assert_int_equal(c.layout.mixes, slice_axis == 0);
        check_moves(&c, slice_source, 1);
        light_threads(&c, 1u);
        op_close(&c);
    }
    light_refused("slice", "axis=1 start=4 count=3", "start=4 count=3 reaches beyond axis 1 of shape 2x6",
                  OP_SHAPES({ 2, { 2, 6 } }));
    light_refused("slice", "axis=1 start=-7", "start=-7 count=0 reaches beyond axis 1 of shape 2x6",
                  OP_SHAPES({ 2, { 2, 6 } }));
    light_refused("slice", "axis=2", "shape 2x6 has no axis 2", OP_SHAPES({ 2, { 2, 6 } }));
    light_refused("slice", "axis=0", "shape scalar has no axis 0", OP_SHAPES({ 0, { 0 } }));
}

/* Three blocks along each axis, found again by slicing the result. */
static void test_concat(void **state)
{
    (void)state;
    for (int axis = 0; axis < 3; axis++) {
        static const int length[] = { 2, 1, 3 };
        ablate_shape shapes[3];
        char attributes[40];
        for (int k = 0; k < 3; k++) {
            shapes[k] = (ablate_shape){ 3, { 3, 4, 5 } };
            shapes[k].dim[axis] = length[k];
        }
        snprintf(attributes, sizeof attributes, "axis=%d", axis == 2 ? -1 : axis);
        op_case c;
        op_open(&c, "concat", attributes, 3, shapes);
        assert_int_equal(c.layout.mixes, axis == 0);
        for (int k = 0; k < 3; k++)
            op_fill(&c, k, 1.0f, (float)(10 * k));
        op_forward(&c);
        int64_t inner = axis == 0 ? 20 : axis == 1 ? 5 : 1, whole = 6 * inner;
        for (int64_t i = 0; i < shape_size(&c.layout.out); i++) {
            int64_t at = i % whole / inner, k = at < 2 ? 0 : at < 3 ? 1 : 2;
            int64_t from = i / whole * length[k] * inner + (at - (k == 0 ? 0 : k == 1 ? 2 : 3)) * inner + i % inner;
            assert_true(c.out[i] == c.in[k][from]);
        }
        op_check_gradients(&c, 7u, 0.03, 4.0);
        light_threads(&c, 7u);
        op_close(&c);
    }
    light_refused("concat", "axis=1", "shapes 2x3 and 3x3 do not fit along axis 1",
                  OP_SHAPES({ 2, { 2, 3 } }, { 2, { 3, 3 } }));
    light_refused("concat", "axis=0", "shapes 2x3 and 2 do not fit along axis 0",
                  OP_SHAPES({ 2, { 2, 3 } }, { 1, { 2 } }));
    light_refused("concat", "axis=3", "shape 2x3 has no axis 3", OP_SHAPES({ 2, { 2, 3 } }, { 2, { 2, 3 } }));
}

/* ---- transpose ---- */

static int order[4];

static int64_t transpose_source(const op_case *c, int64_t i)
{
    int64_t index[4] = { 0 }, at = 0;
    for (int d = c->layout.out.rank - 1; d >= 0; d--) {
        index[order[d]] = i % c->layout.out.dim[d];
        i /= c->layout.out.dim[d];
    }
    for (int d = 0; d < c->shape[0].rank; d++)
        at = at * c->shape[0].dim[d] + index[d];
    return at;
}

/* Every order of up to four axes, some of length 1, and sides that are no multiples of a tile. */
static void test_transpose(void **state)
{
    (void)state;
    static const ablate_shape shapes[] = { { 1, { 9 } },          { 2, { 67, 35 } },      { 3, { 3, 40, 5 } },
                                           { 4, { 3, 2, 4, 5 } }, { 4, { 1, 34, 1, 6 } }, { 4, { 5, 1, 1, 1 } },
                                           { 2, { 1, 1 } },       { 3, { 2, 1, 70 } } };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        int rank = shapes[s].rank, codes = rank * rank * rank * rank;
        for (int code = 0; code < codes; code++) {
            unsigned seen = 0;
            char attributes[40];
            for (int d = 0, left = code; d < 4; d++, left /= rank)
                if (d < rank)
                    seen |= 1u << (order[d] = left % rank);
                else if (left % rank)
                    seen = 0;
            if (seen != (1u << rank) - 1u)
                continue;
            int used = snprintf(attributes, sizeof attributes, "axes=\"%d", order[0]);
            for (int d = 1; d < rank; d++)
                used += snprintf(attributes + used, sizeof attributes - (size_t)used, ",%d", order[d]);
            snprintf(attributes + used, sizeof attributes - (size_t)used, "\"");
            op_case c;
            op_open(&c, "transpose", attributes, 1, &shapes[s]);
            assert_int_equal(c.layout.mixes, order[0] != 0);
            check_moves(&c, transpose_source, 1);
            op_close(&c);
        }
    }
    light_check_threads("transpose", "axes=\"0,2,1\"", 1u, OP_SHAPES({ 3, { 4, 90, 130 } }));
    light_check_threads("transpose", "axes=\"1,0,2\"", 1u, OP_SHAPES({ 3, { 40, 90, 13 } }));
    light_refused("transpose", "axes=\"0,2,2\"", "axes must name each of 0 to 2 once; it is '0,2,2'",
                  OP_SHAPES({ 3, { 2, 3, 4 } }));
    light_refused("transpose", "axes=\"0,1\"", "axes '0,1' names 2 axes; shape 2x3x4 has 3",
                  OP_SHAPES({ 3, { 2, 3, 4 } }));
    light_refused("transpose", "axes=\"a\"", "axes must be 1 to 4 whole numbers with commas between them; it is 'a'",
                  OP_SHAPES({ 3, { 2, 3, 4 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reshape),         cmocka_unit_test(test_view_kernels), cmocka_unit_test(test_detach),
        cmocka_unit_test(test_reshape_misfits), cmocka_unit_test(test_broadcast),    cmocka_unit_test(test_slice),
        cmocka_unit_test(test_concat),          cmocka_unit_test(test_transpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
