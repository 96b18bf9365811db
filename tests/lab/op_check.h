/* op_check.h: runs one operation's record directly and checks its gradients, for tests of operations.
 *
 *     op_check("matmul", "transpose_b=1", 7u, OP_SHAPES({ 2, { 3, 4 } }, { 2, { 5, 4 } }, { 1, { 5 } }));
 *
 * or step by step: op_open, op_fill (or write c.in[i] yourself), op_forward, look at c.out, op_check_gradients,
 * op_close. Everything fails the running cmocka test with a sentence. Buffers have exactly their size (so that a
 * sanitizer sees each step beyond) and are NaN before they are written, so that what a kernel leaves out is noticed. */
#ifndef OP_CHECK_H
#define OP_CHECK_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/diag.h"
#include "../../core/base/random.h"
#include "../../core/base/settings.h"
#include "../../core/device/device.h"
#include "op_device.h"

#define OP_EPS 1.1920928955078125e-7 /* FLT_EPSILON, as a double */
#define OP_SHAPES(...)                                                                                                 \
    (int)(sizeof((ablate_shape[]){ __VA_ARGS__ }) / sizeof(ablate_shape)), (const ablate_shape[])                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

typedef struct op_case { /* one record with attributes, inputs and room for everything else; owned until op_close */
    const device *device;
    const ablate_op *op; /* may be replaced by a mutant after op_open */
    void *attr;
    char *attr_text;
    int n;
    ablate_shape shape[ABLATE_INPUTS];
    ablate_layout layout;
    float *in[ABLATE_INPUTS], *out, *aux, *scratch;
    float *grad_out, *grad_in[ABLATE_INPUTS]; /* grad_in of op_backward */
    uint64_t key, step;
    bool quiet; /* mistakes are counted, not printed: they are expected */
} op_case;

static inline void op_poison(float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = NAN;
}

static inline float *op_room(int64_t n)
{
    float *x = take((size_t)n, sizeof(float), "a test");
    assert_non_null(x);
    op_poison(x, n);
    return x;
}

/* The record and its filled attributes; `line` for the complaint. */
static inline void op_find(op_case *c, const char *name, const char *attributes)
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

static inline void op_close(op_case *c)
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

/* 0 if the shapes are refused, with the reason in `why`; the length of `why` is checked to be a sentence. */
static inline int op_refuses(const char *name, const char *attributes, char why[160], int n, const ablate_shape *shapes)
{
    op_case c;
    op_find(&c, name, attributes);
    int rc = c.op->shape(shapes, n, c.attr, &c.layout);
    memcpy(why, c.layout.why, 160);
    op_close(&c);
    return rc != 0 && strlen(why) > 10;
}

static inline void op_open(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes)
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

/* Standard normal numbers times `scale`, plus `shift`: a function of (seed, position) only. */
static inline void op_normal(float *x, int64_t n, uint64_t seed, float scale, float shift)
{
    for (int64_t i = 0; i < n; i += 4) {
        float draw[4];
        random_normal4(random_draw(seed, 0, (uint64_t)i), draw);
        for (int64_t j = 0; j < 4 && i + j < n; j++)
            x[i + j] = draw[j] * scale + shift;
    }
}

static inline void op_fill(op_case *c, int input, float scale, float shift)
{
    op_normal(c->in[input], shape_size(&c->shape[input]), 77u + (uint64_t)input, scale, shift);
}

static inline ablate_call op_call(op_case *c)
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

/* Computes c->out, which keeps its old numbers for records that work in place (see op_forward). */
static inline void op_forward_in_place(op_case *c)
{
    ablate_call call = op_call(c);
    op_poison(c->scratch, c->layout.scratch);
    if (c->op->view)
        memcpy(c->out, c->in[0], (size_t)shape_size(&c->layout.out) * sizeof(float));
    else
        assert_int_equal(call_run(c->device, c->op, false, &call), 0);
}

static inline void op_forward(op_case *c)
{
    op_poison(c->out, shape_size(&c->layout.out));
    op_poison(c->aux, c->layout.aux);
    op_forward_in_place(c);
}

/* Gradients of the inputs whose bit is in `wanted` into c->grad_in. again: add to what is there; else the first time,
 * as the engine does it: over NaN if the record stores, over zeros if it always adds. */
static inline void op_backward(op_case *c, unsigned wanted, bool again)
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
static inline double op_project(op_case *c, double *size)
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
static inline double op_difference(op_case *c, int input, int64_t j, double h, double ulps, double *error)
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
static inline int64_t op_count_wrong(op_case *c, int input, const float *grad, double h, double ulps)
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
static inline int64_t op_count_unlike(const float *x, const float *y, int64_t n, double factor, double ulps)
{
    double largest = 0;
    int64_t unlike = 0;
    for (int64_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(factor * (double)y[i]));
    for (int64_t i = 0; i < n; i++)
        unlike += !(fabs((double)x[i] - factor * (double)y[i]) <= ulps * OP_EPS * largest);
    return unlike;
}

/* Mistakes in the gradients of the inputs whose bit is in `wanted`, for a random projection of the result: asked for
 * together, a second time into the same buffers (twice the first), and each alone (the same). 0: all is well. */
static inline int64_t op_count_mistakes(op_case *c, unsigned wanted, double h, double ulps)
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

/* The same as an assertion. h about 0.03 for smooth functions of numbers near 1; ulps: how many units in the last place
 * each result may be off, about sqrt(length of the sums). */
static inline void op_check_gradients(op_case *c, unsigned wanted, double h, double ulps)
{
    int64_t mistakes = op_count_mistakes(c, wanted, h, ulps);
    if (mistakes)
        fail_msg("%s: %lld mistakes in the gradients", c->op->name, (long long)mistakes);
}

/* Gradient check of an operation on standard normal inputs. */
static inline void op_check(const char *name, const char *attributes, unsigned wanted, int n,
                            const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    op_check_gradients(&c, wanted, 0.03, 4.0);
    op_close(&c);
}

/* Mutants: copies of the record with a wrong backward, which op_count_mistakes must notice. The original is kept in
 * *op_original while the mutant runs. */
typedef enum { OP_MUTANT_SIGN, OP_MUTANT_ZERO, OP_MUTANT_NAN, OP_MUTANT_STORE, OP_MUTANTS } op_mutant;
static const ablate_op *op_original;
static op_mutant op_mutation;

static inline void op_mutate(const ablate_call *call)
{
    for (int i = 0; i < call->n_in; i++) {
        int64_t n = shape_size(&call->in_shape[i]);
        for (int64_t j = 0; call->grad_in[i] && op_mutation == OP_MUTANT_STORE && j < n; j++)
            call->grad_in[i][j] = 0.0f;
    }
    op_original->backward(call);
    for (int i = 0; i < call->n_in; i++) {
        float *grad = call->grad_in[i];
        int64_t n = shape_size(&call->in_shape[i]);
        for (int64_t j = 0; grad && j < n; j++)
            if (op_mutation == OP_MUTANT_SIGN)
                grad[j] = -grad[j];
            else if (op_mutation == OP_MUTANT_ZERO)
                grad[j] = 0.0f;
        if (grad && op_mutation == OP_MUTANT_NAN)
            grad[n / 2] = NAN;
    }
}

/* Asserts that each mutant of the case's operation is noticed: flipped sign, all zero, one NaN, stored for added. */
static inline void op_check_mutants(op_case *c, unsigned wanted, double h, double ulps)
{
    ablate_op mutant = *c->op;
    mutant.backward = op_mutate;
    op_original = c->op;
    c->op = &mutant;
    c->quiet = true;
    for (int m = 0; m < OP_MUTANTS; m++) {
        op_mutation = (op_mutant)m;
        if (op_count_mistakes(c, wanted, h, ulps) == 0)
            fail_msg("%s: mutant %d of the gradient was not noticed", mutant.name, m);
    }
    c->op = op_original;
    c->quiet = false;
}

#endif
