/* What is computed of a picture depends on that picture alone: for every operation whose rows (first axis) stand alone,
 * the bits of a row are the same in batches of one to nine and at each place in them. The rows are those of one batch
 * of nine; windows of it are computed anew. */
#include "../lab/op_check.h"

enum { ROWS = 9 };

typedef struct subject {
    const char *name, *attributes;
    int n;
    unsigned batched, whole; /* bit i: input i has rows of the batch; holds whole numbers from 0 to 2 */
    ablate_shape shape[6];   /* of one row where batched */
} subject;

/* Odd sizes, so that rows begin anywhere in a vector; some large enough for several blocks. */
static const subject subjects[] = {
    { "matmul", "", 3, 1, 0, { { 3, { 1, 37, 70 } }, { 2, { 70, 50 } }, { 1, { 50 } } } },
    { "matmul", "transpose_b=1", 2, 1, 0, { { 3, { 1, 101, 300 } }, { 2, { 530, 300 } } } },
    { "matmul",
      "transpose_b=1 activation=gelu",
      3,
      1,
      0,
      { { 3, { 1, 257, 128 } }, { 2, { 40, 128 } }, { 1, { 40 } } } },
    { "matmul", "transpose_b=1", 2, 1, 0, { { 2, { 1, 130 } }, { 2, { 5, 130 } } } },
    { "matmul", "activation=quickgelu", 2, 1, 0, { { 2, { 1, 257 } }, { 2, { 257, 65 } } } },
    { "matmul", "transpose_a=1", 2, 3, 0, { { 3, { 1, 30, 41 } }, { 3, { 1, 30, 17 } } } },
    { "matmul", "transpose_b=1", 2, 3, 0, { { 4, { 1, 2, 19, 21 } }, { 4, { 1, 2, 35, 21 } } } },
    { "matmul", "transpose_a=1 activation=tanh", 2, 1, 0, { { 3, { 1, 30, 41 } }, { 2, { 30, 17 } } } },
    { "experts",
      "k=2",
      6,
      3,
      0,
      { { 2, { 1, 33 } },
        { 2, { 1, 3 } },
        { 3, { 3, 29, 33 } },
        { 2, { 3, 29 } },
        { 3, { 3, 33, 29 } },
        { 2, { 3, 33 } } } },
    { "patch_embed", "", 2, 1, 0, { { 4, { 1, 3, 21, 21 } }, { 4, { 19, 3, 3, 3 } } } },
    { "conv",
      "padding=1 activation=silu",
      3,
      1,
      0,
      { { 4, { 1, 11, 13, 35 } }, { 4, { 21, 3, 3, 35 } }, { 1, { 21 } } } },
    { "conv", "", 2, 1, 0, { { 4, { 1, 5, 13, 35 } }, { 4, { 45, 1, 1, 35 } } } },
    { "conv", "groups=5 stride=2", 2, 1, 0, { { 4, { 1, 9, 13, 35 } }, { 4, { 15, 3, 3, 7 } } } },
    { "conv", "groups=37 padding=1", 2, 1, 0, { { 4, { 1, 9, 13, 37 } }, { 4, { 37, 3, 3, 1 } } } },
    { "conv_transposed",
      "stride=2 padding=1",
      3,
      1,
      0,
      { { 4, { 1, 7, 5, 35 } }, { 4, { 35, 4, 4, 19 } }, { 1, { 19 } } } },
    { "conv_transposed", "", 2, 1, 0, { { 4, { 1, 7, 5, 35 } }, { 4, { 35, 3, 3, 19 } } } },
    { "conv_transposed", "groups=37 stride=2", 2, 1, 0, { { 4, { 1, 7, 5, 37 } }, { 4, { 37, 3, 3, 1 } } } },
    { "attention", "heads=3", 1, 1, 0, { { 3, { 1, 101, 63 } } } },
    { "attention", "heads=1 causal=1", 1, 1, 0, { { 3, { 1, 13, 21 } } } },
    { "layer_norm", "", 3, 1, 0, { { 3, { 1, 3, 37 } }, { 1, { 37 } }, { 1, { 37 } } } },
    { "group_norm", "groups=3", 3, 1, 0, { { 4, { 1, 5, 7, 39 } }, { 1, { 39 } }, { 1, { 39 } } } },
    { "batch_norm",
      "",
      5,
      1,
      4,
      { { 4, { 1, 3, 2, 37 } }, { 1, { 37 } }, { 1, { 37 } }, { 1, { 37 } }, { 1, { 37 } } } },
    { "softmax", "", 1, 1, 0, { { 3, { 1, 5, 37 } } } },
    { "normalize", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "norm", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "cosine", "", 2, 3, 0, { { 2, { 1, 3001 } }, { 2, { 1, 3001 } } } },
    { "nearest", "", 2, 1, 0, { { 3, { 1, 37, 21 } }, { 2, { 2500, 21 } } } },
    { "kth_largest", "", 2, 1, 0, { { 3, { 1, 7, 37 } }, { 1, { 1 } } } },
    { "top_k", "k=2 renormalize=softmax", 1, 1, 0, { { 2, { 1, 5 } } } },
    { "cross_entropy", "", 2, 3, 2, { { 2, { 1, 3 } }, { 1, { 1 } } } },
    { "embedding", "", 2, 2, 2, { { 2, { 3, 7 } }, { 2, { 1, 5 } } } },
    { "select", "", 2, 3, 2, { { 3, { 1, 3, 7 } }, { 1, { 1 } } } },
    { "slice", "axis=1 start=1", 1, 1, 0, { { 3, { 1, 4, 7 } } } },
    { "concat", "axis=1", 2, 3, 0, { { 3, { 1, 4, 7 } }, { 3, { 1, 2, 7 } } } },
    { "resize", "height=23 width=31", 1, 1, 0, { { 4, { 1, 2, 9, 11 } } } },
    { "resize", "height=7 width=31 mode=bicubic", 1, 1, 0, { { 4, { 1, 1, 9, 11 } } } },
    { "max_pool", "kernel=3 stride=2 padding=1", 1, 1, 0, { { 4, { 1, 9, 11, 7 } } } },
    { "average_pool", "kernel=3 stride=2 ceil_mode=1", 1, 1, 0, { { 4, { 1, 10, 11, 21 } } } },
    { "blur", "sigma=2", 1, 1, 0, { { 3, { 1, 29, 31 } } } },
    { "sum", "axis=1", 1, 1, 0, { { 3, { 1, 37, 7 } } } },
    { "sum", "axis=-1", 1, 1, 0, { { 3, { 1, 7, 37 } } } },
    { "mean", "axis=1", 1, 1, 0, { { 2, { 1, 40001 } } } },
    { "mean", "axis=1", 1, 1, 0, { { 4, { 1, 37, 1, 3 } } } },
    { "max", "axis=1", 1, 1, 0, { { 3, { 1, 37, 7 } } } },
    { "variance", "axis=-1", 1, 1, 0, { { 3, { 1, 7, 37 } } } },
    { "variance", "axis=1", 1, 1, 0, { { 3, { 1, 37, 7 } } } },
    { "transpose", "axes=\"0,2,1\"", 1, 1, 0, { { 3, { 1, 7, 37 } } } },
    { "broadcast", "dims=\"0,4,7\"", 1, 1, 0, { { 3, { 1, 1, 7 } } } },
    { "reshape", "dims=\"0,-1\"", 1, 1, 0, { { 3, { 1, 4, 7 } } } },
    { "detach", "", 1, 1, 0, { { 2, { 1, 7 } } } },
    { "affine", "scale=1.3 shift=0.7", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "add", "", 2, 1, 0, { { 3, { 1, 3, 37 } }, { 1, { 37 } } } },
    { "sub", "", 2, 3, 0, { { 2, { 1, 37 } }, { 2, { 1, 37 } } } },
    { "mul", "", 2, 3, 0, { { 3, { 1, 3, 37 } }, { 3, { 1, 3, 1 } } } },
    { "div", "", 2, 3, 0, { { 2, { 1, 37 } }, { 2, { 1, 37 } } } },
    { "exp", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "log", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "sqrt", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "square", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "tanh", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "relu", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "gelu", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "quickgelu", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "relu6", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "silu", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "hardswish", "", 1, 1, 0, { { 2, { 1, 37 } } } },
    { "sigmoid", "", 1, 1, 0, { { 2, { 1, 37 } } } },
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* A case of `rows` rows; the caller fills and closes it. */
static void open_rows(op_case *c, const subject *s, int64_t rows)
{
    ablate_shape shape[6];
    for (int i = 0; i < s->n; i++) {
        shape[i] = s->shape[i];
        if (s->batched & (1u << i))
            shape[i].dim[0] = rows;
    }
    op_open(c, s->name, s->attributes, s->n, shape);
}

static void fill_input(op_case *c, const subject *s, int input)
{
    op_fill(c, input, 1, 0);
    for (int64_t j = 0; j < shape_size(&c->shape[input]) && s->whole & (1u << input); j++)
        c->in[input][j] = (float)(j * j % 3);
    if (strcmp(s->name, "experts") == 0 && input == 1) /* another pair of three experts for each row */
        for (int64_t row = 0; row < c->shape[1].dim[0]; row++)
            c->in[1][3 * row + row * row % 3] = 0;
}

/* Rows first .. first + rows - 1 of `all`, computed by themselves. */
static void check_window(op_case *all, const subject *s, int64_t rows, int64_t first)
{
    op_case few;
    open_rows(&few, s, rows);
    for (int i = 0; i < s->n; i++) {
        bool batched = s->batched & (1u << i);
        int64_t n = shape_size(&few.shape[i]), at = batched ? first * (n / rows) : 0;
        memcpy(few.in[i], all->in[i] + at, (size_t)n * sizeof(float));
    }
    op_forward(&few);
    int64_t n = shape_size(&few.layout.out), row = n / rows;
    for (int64_t e = 0; e < n; e++)
        if (memcmp(&few.out[e], &all->out[first * row + e], sizeof(float)) != 0 && !isnan(few.out[e]))
            fail_msg("%s %s: number %lld of row %lld is %.9g in a batch of nine, %.9g in one of %lld from row %lld on",
                     s->name, s->attributes, (long long)(e % row), (long long)(first + e / row),
                     (double)all->out[first * row + e], (double)few.out[e], (long long)rows, (long long)first);
    op_close(&few);
}

static void test_rows_stand_alone(void **state)
{
    (void)state;
    for (int i = 0; i < SUBJECTS; i++) {
        op_case all;
        open_rows(&all, &subjects[i], ROWS);
        if (all.layout.mixes)
            fail_msg("%s %s mixes rows by its own word", subjects[i].name, subjects[i].attributes);
        for (int j = 0; j < all.n; j++)
            fill_input(&all, &subjects[i], j);
        op_forward(&all);
        for (int64_t rows = 1; rows <= ROWS; rows++)
            for (int64_t first = 0; first + rows <= ROWS; first++)
                check_window(&all, &subjects[i], rows, first);
        op_close(&all);
    }
}

/* No operation is left out, but those whose draws depend on the place, the optimiser's, a batch's moments, and a choice
 * among all rows. */
static void test_every_operation_is_asked(void **state)
{
    (void)state;
    int count = 0;
    const ablate_op *const *list = device_all_ops(&count);
    for (int i = 0; i < count; i++) {
        bool asked = list[i]->random || strstr(list[i]->name, "_draw") || strcmp(list[i]->name, "adam") == 0 ||
                     strcmp(list[i]->name, "store") == 0 || strcmp(list[i]->name, "moments") == 0 ||
                     strcmp(list[i]->name, "k_center") == 0;
        for (int j = 0; j < SUBJECTS && !asked; j++)
            asked = strcmp(list[i]->name, subjects[j].name) == 0;
        if (!asked)
            fail_msg("'%s' is not asked whether its rows stand alone", list[i]->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows_stand_alone),
                                        cmocka_unit_test(test_every_operation_is_asked) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
