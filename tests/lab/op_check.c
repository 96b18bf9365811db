#include "op_check.h"

#include <float.h>

void op_poison(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = NAN;
}

float *op_room(int64_t n)
{
    float *x = take((size_t)n, sizeof(float), "a test");
    assert_non_null(x);
    op_poison(x, n);
    return x;
}

/* The record and its filled attributes; `line` for the complaint. */
static void op_find(op_case *c, const char *name, const char *attributes)
{
    *c = (op_case){ .key = 12345u, .step = 3u };
    const char *elsewhere = getenv("ABLATE_OP_DEVICE"); /* the same tests, on another device */
    c->device = device_load("cpu", 0);
    if (c->device && elsewhere && *elsewhere)
        c->device = op_over(elsewhere);
    if (!c->device)
        fail_msg("no device: %s", complaint());
    c->op = device_find_op(name);
    if (!c->op) {
        fail_msg("there is no operation '%s'", name);
        abort(); /* never reached: fail_msg does not come back */
    }
    c->attr = take_zeroed(1, c->op->attr_size, "attributes");
    if (settings_fill_text(attributes, c->op->attrs, c->attr, (ablate_at){ __FILE__, __LINE__ }, name, &c->attr_text) !=
        0)
        fail_msg("%s", complaint());
}

void op_close(op_case *c)
{
    free(c->attr);
    free(c->attr_text);
    for (int i = 0; i < c->n; i++) {
        free(c->in[i]);
        free(c->grad_in[i]);
    }
    free(c->out);
    free(c->aux);
    free(c->scratch);
    free(c->grad_out);
}

int op_refuses(const char *name, const char *attributes, char why[160], int n, const ablate_shape *shapes)
{
    op_case c;
    op_find(&c, name, attributes);
    int rc = c.op->shape(shapes, n, c.attr, &c.layout);
    memcpy(why, c.layout.why, 160);
    op_close(&c);
    return rc != 0 && strlen(why) > 10;
}

void op_open(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_find(c, name, attributes);
    if (c->op->shape(shapes, n, c->attr, &c->layout) != 0)
        fail_msg("%s: %s", name, c->layout.why);
    c->n = n;
    for (int i = 0; i < n; i++) {
        c->shape[i] = shapes[i];
        c->in[i] = op_room(shape_size(&shapes[i]));
        c->grad_in[i] = op_room(shape_size(&shapes[i]));
    }
    c->out = op_room(shape_size(&c->layout.out));
    c->grad_out = op_room(shape_size(&c->layout.out));
    c->aux = op_room(c->layout.aux);
    c->scratch = op_room(c->layout.scratch);
}

void op_normal(float *x, int64_t n, uint64_t seed, float scale, float shift)
{
    for (int64_t i = 0; i < n; i += 4) {
        float draw[4];
        random_normal4(random_draw(seed, 0, (uint64_t)i), draw);
        for (int64_t j = 0; j < 4 && i + j < n; j++)
            x[i + j] = draw[j] * scale + shift;
    }
}

void op_fill(op_case *c, int input, float scale, float shift)
{
    op_normal(c->in[input], shape_size(&c->shape[input]), 77u + (uint64_t)input, scale, shift);
}

ablate_call op_call(op_case *c)
{
    return (ablate_call){ .n_in = c->n,
                          .in_shape = c->shape,
                          .out_shape = &c->layout.out,
                          .in = (const float **)c->in,
                          .out = c->out,
                          .aux = c->aux,
                          .scratch = c->scratch,
                          .attr = c->attr,
                          .key = c->key,
                          .step = c->step };
}

void op_forward_in_place(op_case *c)
{
    ablate_call call = op_call(c);
    op_poison(c->scratch, c->layout.scratch);
    if (c->op->view)
        memcpy(c->out, c->in[0], (size_t)shape_size(&c->layout.out) * sizeof(float));
    else
        assert_int_equal(call_run(c->device, c->op, false, &call), 0);
}

void op_forward(op_case *c)
{
    op_poison(c->out, shape_size(&c->layout.out));
    op_poison(c->aux, c->layout.aux);
    op_forward_in_place(c);
}

void op_backward(op_case *c, unsigned wanted, bool again)
{
    const float *in[ABLATE_INPUTS] = { 0 };
    float *grad[ABLATE_INPUTS] = { 0 };
    for (int i = 0; i < c->n; i++) {
        in[i] = c->op->forgets & ABLATE_FORGET(i) ? NULL : c->in[i];
        grad[i] = wanted & (1u << i) ? c->grad_in[i] : NULL;
        for (int64_t j = 0; grad[i] && !again && j < shape_size(&c->shape[i]); j++)
            grad[i][j] = c->op->stores ? NAN : 0.0f;
    }
    ablate_call call = op_call(c);
    call.in = in;
    call.out = c->op->forgets & ABLATE_FORGET_OUT ? NULL : c->out;
    call.grad_out = c->grad_out;
    call.grad_in = grad;
    call.add = again || !c->op->stores ? ~0u : 0u;
    op_poison(c->scratch, c->layout.scratch);
    assert_int_equal(call_run(c->device, c->op, true, &call), 0);
}

/* The projection sum(grad_out * out) in double; *size receives the sum of absolute values. */
static double op_project(op_case *c, double *size)
{
    op_forward(c);
    double sum = 0;
    *size = 0;
    for (int64_t i = 0; i < shape_size(&c->layout.out); i++) {
        double term = (double)c->grad_out[i] * (double)c->out[i];
        sum += term;
        *size += fabs(term);
    }
    return sum;
}

/* Derivative of the projection by one input number: central differences at h and 2h, combined to fourth order.
 * *error receives what rounding (`ulps` units a number of the result) and truncation (a tenth of the second-order
 * term, which the combination removes) may amount to. */
static double op_difference(op_case *c, int input, int64_t j, double h, double ulps, double *error)
{
    float *x = &c->in[input][j], old = *x;
    double slope[2], size = 0, largest = 0;
    for (int k = 0; k < 2; k++) {
        double step = h * (k + 1);
        float above = (float)((double)old + step), below = (float)((double)old - step);
        *x = above;
        double up = op_project(c, &size);
        largest = fmax(largest, size);
        *x = below;
        double down = op_project(c, &size);
        largest = fmax(largest, size);
        slope[k] = (up - down) / ((double)above - (double)below);
    }
    *x = old;
    double second = (slope[1] - slope[0]) / 3.0;
    *error = 1.5 * ulps * OP_EPS * largest / h + 0.1 * fabs(second);
    return slope[0] - second;
}

/* Number of elements of gradient `input` that the differences contradict, by sign or size or as NaN; prints the first.
 * A check too coarse to see an error of a tenth of the largest gradient counts as a failure as well. */
static int64_t op_count_wrong(op_case *c, int input, const float *grad, double h, double ulps)
{
    int64_t n = shape_size(&c->shape[input]), wrong = 0;
    double scale = 0, coarse = 0;
    for (int64_t j = 0; j < n; j++) {
        double error, want = op_difference(c, input, j, h, ulps, &error);
        scale = fmax(scale, fabs(want));
        coarse = fmax(coarse, error);
        if (!(fabs((double)grad[j] - want) <= error) && wrong++ == 0 && !c->quiet)
            print_message("%s: gradient of input %d at %lld is %.9g, differences say %.9g +- %.2g\n", c->op->name,
                          input, (long long)j, (double)grad[j], want, error);
    }
    if (!(coarse <= 0.1 * scale)) {
        if (!c->quiet)
            print_message("%s: input %d: the check's error %.2g is no small part of the largest gradient %.2g\n",
                          c->op->name, input, coarse, scale);
        wrong++;
    }
    return wrong;
}

/* Number of elements where `x` is not `factor` times `y` within `ulps` units of the largest. */
static int64_t op_count_unlike(const float *x, const float *y, int64_t n, double factor, double ulps)
{
    double largest = 0;
    int64_t unlike = 0;
    for (int64_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(factor * (double)y[i]));
    for (int64_t i = 0; i < n; i++)
        unlike += !(fabs((double)x[i] - factor * (double)y[i]) <= ulps * OP_EPS * largest);
    return unlike;
}

int64_t op_count_mistakes(op_case *c, unsigned wanted, double h, double ulps)
{
    int64_t mistakes = 0;
    op_normal(c->grad_out, shape_size(&c->layout.out), 4242u, 1.0f, 0.0f);
    for (int i = 0; i < c->n; i++) {
        if (!(wanted & (1u << i)))
            continue;
        int64_t n = shape_size(&c->shape[i]);
        float *first = op_room(n);
        op_forward(c);
        op_backward(c, wanted, false);
        memcpy(first, c->grad_in[i], (size_t)n * sizeof(float));
        op_backward(c, wanted, true);
        mistakes += op_count_unlike(c->grad_in[i], first, n, 2.0, ulps);
        op_backward(c, 1u << i, false);
        mistakes += op_count_unlike(c->grad_in[i], first, n, 1.0, ulps);
        if (mistakes && !c->quiet)
            print_message("%s: input %d: the second run, or a run alone, gives another gradient\n", c->op->name, i);
        mistakes += op_count_wrong(c, i, first, h, ulps);
        free(first);
    }
    return mistakes;
}

void op_check_gradients(op_case *c, unsigned wanted, double h, double ulps)
{
    int64_t mistakes = op_count_mistakes(c, wanted, h, ulps);
    if (mistakes)
        fail_msg("%s: %lld mistakes in the gradients", c->op->name, (long long)mistakes);
}

void op_check(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    op_check_gradients(&c, wanted, 0.03, 4.0);
    op_close(&c);
}
