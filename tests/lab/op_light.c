#include "op_light.h"

void light_near(double got, double want, double units, double size, const char *what)
{
    if (!(fabs(got - want) <= units * OP_EPS * size))
        fail_msg("%s: %.9g, not %.9g", what, got, want);
}

void light_expect(const char *what, const float *x, const double *want, int64_t n, double tolerance)
{
    for (int64_t i = 0; i < n; i++) {
        double error = fabs((double)x[i] - want[i]);
        bool fits = error <= tolerance * OP_EPS * (1.0 + fabs(want[i]));
        if (!fits && !(isnan(x[i]) && isnan(want[i])))
            fail_msg("%s: number %lld is %.9g, not %.9g", what, (long long)i, (double)x[i], want[i]);
    }
}

double *light_room(int64_t n)
{
    double *x = take_zeroed((size_t)n, sizeof *x, "a test");
    assert_non_null(x);
    return x;
}

void light_threads(op_case *c, unsigned wanted)
{
    static const int threads[] = { 1, 2, 3, 7 };
    int64_t n = shape_size(&c->layout.out);
    float *out = op_room(n), *grad[ABLATE_INPUTS] = { 0 };
    char why[160];
    op_normal(c->grad_out, n, 4242u, 1.0f, 0.0f);
    for (int t = 0; t < 4; t++) {
        assert_int_equal(c->device->open(threads[t], why), 0);
        op_forward(c);
        if (t == 0)
            memcpy(out, c->out, (size_t)n * sizeof *out);
        assert_memory_equal(out, c->out, (size_t)n * sizeof *out);
        if (c->op->backward)
            op_backward(c, wanted, false);
        for (int i = 0; c->op->backward && i < c->n; i++) {
            size_t bytes = (size_t)shape_size(&c->shape[i]) * sizeof(float);
            if (!(wanted & (1u << i)))
                continue;
            if (t == 0) {
                grad[i] = op_room(shape_size(&c->shape[i]));
                memcpy(grad[i], c->grad_in[i], bytes);
            }
            assert_memory_equal(grad[i], c->grad_in[i], bytes);
        }
    }
    assert_int_equal(c->device->open(0, why), 0);
    for (int i = 0; i < c->n; i++)
        free(grad[i]);
    free(out);
}

void light_check_threads(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    light_threads(&c, wanted);
    op_close(&c);
}

void light_refused(const char *name, const char *attributes, const char *words, int n, const ablate_shape *shapes)
{
    char why[160] = "";
    if (!op_refuses(name, attributes, why, n, shapes))
        fail_msg("%s %s was not refused: '%s'", name, attributes, why);
    if (strcmp(why, words) != 0)
        fail_msg("%s %s: said '%s', not '%s'", name, attributes, why, words);
}

bool light_mixes(const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    bool mixes = c.layout.mixes;
    op_close(&c);
    return mixes;
}
