/* The gradient checker itself: it must accept every operation as it is and reject each with a spoilt gradient. */
#include "../lab/mutants.h"

typedef struct mutant_case {
    const char *name, *attributes;
    unsigned wanted;
    int n;
    ablate_shape shape[5];
    void (*fill)(op_case *); /* NULL: standard normal inputs */
} mutant_case;

static void fill_apart(op_case *c) /* numbers further apart than the differences' step */
{
    int64_t n = shape_size(&c->shape[0]);
    for (int64_t i = 0; i < n; i++)
        c->in[0][i] = 0.3f + 0.2f * (float)(i * 7 % n);
}

static void fill_divisor(op_case *c)
{
    op_fill(c, 0, 1.0f, 0.0f);
    op_fill(c, 1, 0.2f, 2.0f);
}

static void fill_variance(op_case *c)
{
    for (int i = 0; i < 5; i++)
        op_fill(c, i, i == 2 ? 0.2f : 1.0f, i == 2 ? 2.0f : 0.0f);
}

static void fill_indices(op_case *c)
{
    int64_t n = shape_size(&c->shape[1]);
    int input = strcmp(c->op->name, "cross_entropy") == 0 || strcmp(c->op->name, "select") == 0 ? 1 : 0;
    op_fill(c, 0, 1.0f, 0.0f);
    for (int64_t i = 0; i < n; i++)
        c->in[1][i] = (float)(i * 2 % c->shape[0].dim[input]);
}

static const mutant_case cases[] = {
    { "quickgelu", "", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "gelu", "", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "silu", "", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "relu6", "", 1u, 1, { { 2, { 4, 5 } } }, fill_apart },
    { "hardswish", "", 1u, 1, { { 2, { 4, 5 } } }, fill_apart },
    { "tanh", "", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "sqrt", "", 1u, 1, { { 2, { 4, 5 } } }, fill_apart },
    { "affine", "scale=3", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "add", "", 3u, 2, { { 2, { 4, 5 } }, { 1, { 5 } } }, NULL },
    { "sub", "", 3u, 2, { { 2, { 4, 5 } }, { 2, { 4, 1 } } }, NULL },
    { "mul", "", 3u, 2, { { 2, { 4, 5 } }, { 2, { 4, 5 } } }, NULL },
    { "div", "", 3u, 2, { { 2, { 4, 5 } }, { 1, { 5 } } }, fill_divisor },
    { "dropout", "p=0.3", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "noise", "mode=absolute", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "slice", "axis=1 start=1 count=3", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "concat", "axis=1", 3u, 2, { { 2, { 4, 5 } }, { 2, { 4, 2 } } }, NULL },
    { "transpose", "axes=\"1,0\"", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "broadcast", "dims=\"3,4,5\"", 1u, 1, { { 2, { 4, 1 } } }, NULL },
    { "sum", "axis=1", 1u, 1, { { 3, { 2, 3, 4 } } }, NULL },
    { "mean", "axis=1", 1u, 1, { { 3, { 2, 3, 4 } } }, NULL },
    { "max", "", 1u, 1, { { 2, { 4, 5 } } }, fill_apart },
    { "variance", "", 1u, 1, { { 2, { 4, 5 } } }, NULL },
    { "embedding", "", 1u, 2, { { 2, { 5, 3 } }, { 1, { 4 } } }, fill_indices },
    { "select", "", 1u, 2, { { 3, { 3, 4, 2 } }, { 1, { 3 } } }, fill_indices },
    { "cross_entropy", "", 1u, 2, { { 2, { 4, 3 } }, { 1, { 4 } } }, fill_indices },
    { "top_k", "k=2 renormalize=softmax", 1u, 1, { { 2, { 3, 4 } } }, fill_apart },
    { "resize", "height=5 width=7", 1u, 1, { { 4, { 1, 1, 3, 4 } } }, NULL },
    { "max_pool", "kernel=3 stride=2 padding=1", 1u, 1, { { 4, { 1, 4, 5, 2 } } }, fill_apart },
    { "average_pool", "kernel=3 stride=2 padding=1", 1u, 1, { { 4, { 1, 4, 5, 2 } } }, NULL },
    { "blur", "sigma=1", 1u, 1, { { 3, { 1, 4, 5 } } }, NULL },
    { "matmul", "transpose_b=1", 7u, 3, { { 2, { 4, 3 } }, { 2, { 5, 3 } }, { 1, { 5 } } }, NULL },
    { "moments", "", 1u, 1, { { 2, { 4, 3 } } }, NULL },
    { "batch_norm",
      "",
      1u | 8u | 16u,
      5,
      { { 2, { 4, 3 } }, { 1, { 3 } }, { 1, { 3 } }, { 1, { 3 } }, { 1, { 3 } } },
      fill_variance },
    { "group_norm", "groups=2", 7u, 3, { { 3, { 2, 3, 4 } }, { 1, { 4 } }, { 1, { 4 } } }, NULL },
    { "layer_norm", "", 7u, 3, { { 2, { 4, 7 } }, { 1, { 7 } }, { 1, { 7 } } }, NULL },
    { "softmax", "", 1u, 1, { { 2, { 3, 5 } } }, NULL },
};

/* "garbage" is wrong only for records that are told to store. */
static void check_case(const mutant_case *m, mutant_kind kind)
{
    op_case c;
    op_open(&c, m->name, m->attributes, m->n, m->shape);
    for (int i = 0; i < m->n && !m->fill; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    if (m->fill)
        m->fill(&c);
    ablate_op mutant = mutant_make(c.op, kind);
    bool harmless = kind == MUTANT_NONE || (kind == MUTANT_GARBAGE && !c.op->stores);
    c.op = &mutant;
    int64_t mistakes = op_count_mistakes(&c, m->wanted, 0.02, 8.0);
    if (harmless && mistakes)
        fail_msg("%s, which is right, was rejected", m->name);
    if (!harmless && !mistakes)
        fail_msg("%s with mutation '%s' was accepted", m->name, mutant_names[kind]);
    op_close(&c);
}

static void test_right_records_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i], MUTANT_NONE);
}

static void test_mutants_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int kind = MUTANT_SIGN; kind < MUTANTS; kind++)
            check_case(&cases[i], (mutant_kind)kind);
}

/* The checker's own mutants (see op_check.h). */
static void test_built_in_mutants(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "matmul", "", OP_SHAPES({ 2, { 3, 4 } }, { 2, { 4, 2 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    op_fill(&c, 1, 1.0f, 0.0f);
    op_check_mutants(&c, 3u, 0.03, 4.0);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_records_pass),
        cmocka_unit_test(test_mutants_fail),
        cmocka_unit_test(test_built_in_mutants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
