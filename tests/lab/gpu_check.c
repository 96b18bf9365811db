#include "gpu_check.h"

#include "op_device.h"

const device *gpu_device; /* behind the test's memory */

/* Is there an object of the emulated GPU, which is built where CUDA's headers are? */
static bool gpu_emulator_exists(void)
{
    const char *folder = getenv("ABLATE_LIBRARY");
    char path[4096];
    snprintf(path, sizeof path, "%s/ablate-emulated.so", folder ? folder : "build");
    return access(path, R_OK) == 0;
}

int gpu_begin(void **state)
{
    (void)state;
    const char *asked = getenv("ABLATE_GPU");
    bool chosen = asked && *asked;
    if (!chosen && !gpu_emulator_exists()) {
        print_message("[  SKIPPED ] no GPU to test on: CUDA's headers were not there when the tests were built\n");
        return 0;
    }
    gpu_device = device_load("cpu", 0) ? op_over(chosen ? asked : "emulated") : NULL;
    if (!gpu_device)
        print_message("%s\n", complaint());
    return gpu_device ? 0 : -1;
}

void gpu_open(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_open(c, name, attributes, n, shapes);
    op_normal(c->grad_out, shape_size(&c->layout.out), 4242u, 1.0f, 0.0f);
}

float *gpu_copy(const float *x, int64_t n)
{
    float *copy = op_room(n);
    memcpy(copy, x, (size_t)n * sizeof *copy);
    return copy;
}

void gpu_near(const op_case *c, const char *what, int input, const float *got, const float *want, int64_t n,
              double factor, double ulps)
{
    double largest = 0;
    assert_non_null(got);
    if (!want)
        fail_msg("%s: there is no %s %d to compare with", c->op->name, what, input);
    for (int64_t i = 0; want && i < n; i++)
        if (isfinite(want[i]))
            largest = fmax(largest, fabs(factor * (double)want[i]));
    for (int64_t i = 0; want && i < n; i++) {
        double x = (double)got[i], y = factor * (double)want[i];
        if (x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= ulps * OP_EPS * largest)
            continue;
        fail_msg("%s: %s %d at %lld is %.9g on the GPU, %.9g on the CPU: %.1f units of %.3g, bound %.1f", c->op->name,
                 what, input, (long long)i, x, y, fabs(x - y) / (OP_EPS * largest), largest, ulps);
    }
}

static void gpu_same(const op_case *c, const char *what, const float *got, const float *want, int64_t n)
{
    if (got && want && memcmp(got, want, (size_t)n * sizeof *got) != 0)
        fail_msg("%s: %s: other bits in another order of threads", c->op->name, what);
}

gpu_reference gpu_run(op_case *c, const device *where, unsigned wanted)
{
    gpu_reference r = { NULL, { NULL } };
    c->device = where;
    op_forward(c);
    r.out = gpu_copy(c->out, shape_size(&c->layout.out));
    if (wanted)
        op_backward(c, wanted, false);
    for (int i = 0; i < c->n; i++)
        r.grad[i] = wanted & 1u << i ? gpu_copy(c->grad_in[i], shape_size(&c->shape[i])) : NULL;
    return r;
}

void gpu_release(gpu_reference *r)
{
    free(r->out);
    for (int i = 0; i < ABLATE_INPUTS; i++)
        free(r->grad[i]);
}

static void gpu_compare_with(const op_case *c, const char *how, unsigned wanted, double ulps, const gpu_reference *got,
                             const gpu_reference *want)
{
    char what[40];
    snprintf(what, sizeof what, "%sresult", how);
    gpu_near(c, what, 0, got->out, want->out, shape_size(&c->layout.out), 1, ulps);
    snprintf(what, sizeof what, "%sgradient", how);
    for (int i = 0; i < c->n; i++)
        if (wanted & 1u << i)
            gpu_near(c, what, i, got->grad[i], want->grad[i], shape_size(&c->shape[i]), 1, ulps);
}

/* A second backward adds; a gradient asked for alone is the same. */
static void gpu_compare_parts(op_case *c, unsigned wanted, double ulps, const gpu_reference *want)
{
    op_backward(c, wanted, false);
    op_backward(c, wanted, true);
    for (int i = 0; i < c->n; i++)
        if (wanted & 1u << i)
            gpu_near(c, "twice the gradient", i, c->grad_in[i], want->grad[i], shape_size(&c->shape[i]), 2, ulps);
    for (int i = 0; i < c->n; i++) {
        if (!(wanted & 1u << i))
            continue;
        op_backward(c, 1u << i, false);
        gpu_near(c, "the gradient alone", i, c->grad_in[i], want->grad[i], shape_size(&c->shape[i]), 1, ulps);
    }
}

void gpu_compare(op_case *c, unsigned wanted, double ulps)
{
    gpu_reference cpu = gpu_run(c, c->device, wanted);
    op_order(0);
    gpu_reference first = gpu_run(c, gpu_device, wanted);
    gpu_compare_with(c, "", wanted, ulps, &first, &cpu);
    for (int order = 1; order < 3; order++) {
        op_order(order);
        gpu_reference other = gpu_run(c, gpu_device, wanted);
        gpu_same(c, "the result", other.out, first.out, shape_size(&c->layout.out));
        for (int i = 0; i < c->n; i++)
            gpu_same(c, "a gradient", other.grad[i], first.grad[i], shape_size(&c->shape[i]));
        gpu_release(&other);
    }
    op_order(0);
    if (wanted)
        gpu_compare_parts(c, wanted, ulps, &cpu);
    gpu_release(&first);
    op_shift = 1; /* off every alignment but a float's */
    first = gpu_run(c, gpu_device, wanted);
    op_shift = 0;
    gpu_compare_with(c, "unaligned ", wanted, ulps, &first, &cpu);
    gpu_release(&first);
    gpu_release(&cpu);
}

void gpu_check(const char *name, const char *attributes, unsigned wanted, double ulps, int n,
               const ablate_shape *shapes)
{
    op_case c;
    gpu_open(&c, name, attributes, n, shapes);
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    gpu_compare(&c, wanted, ulps);
    op_close(&c);
}

void gpu_check_gradients(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    c.device = gpu_device;
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1.0f, 0.0f);
    op_check_gradients(&c, wanted, 0.03, 4.0);
    op_close(&c);
}
