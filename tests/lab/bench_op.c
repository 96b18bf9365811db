#include "bench_op.h"
#include "../../core/base/diag.h"
#include "../../core/base/settings.h"
#include "../../core/shape.h"
#include "call.h"
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *numbers(int64_t n)
{
    float *x = aligned_alloc(64, ((size_t)n * sizeof *x + 127) / 64 * 64);
    for (int64_t i = 0; x && i < n; i++)
        x[i] = (float)((i * 7919) % 1009) / 1009.0f - 0.5f;
    return x;
}

int bench_op_open(bench_op *b, const char *name, const char *attributes, int n, const ablate_shape *shape)
{
    *b = (bench_op){ .op = device_find_op(name) };
    if (!b->op)
        return complain("there is no operation '%s'", name);
    b->attr = calloc(1, b->op->attr_size + 1);
    if (!b->attr)
        return complain("no memory for the attributes of '%s'", name);
    if (settings_fill_text(attributes, b->op->attrs, b->attr, (ablate_at){ __FILE__, __LINE__ }, name, &b->attr_text))
        return -1;
    if (b->op->shape(shape, n, b->attr, &b->layout) != 0)
        return complain("%s: %s", name, b->layout.why);
    bool all = true;
    for (int i = 0; i < n; i++) {
        b->in[i] = numbers(shape_size(&shape[i]));
        b->grad[i] = numbers(shape_size(&shape[i]));
        all = all && b->in[i] && b->grad[i];
    }
    b->call = (ablate_call){ .n_in = n, .in_shape = shape, .out_shape = &b->layout.out, .in = (const float **)b->in };
    b->call.out = numbers(shape_size(&b->layout.out));
    b->call.grad_out = numbers(shape_size(&b->layout.out));
    b->call.aux = numbers(b->layout.aux);
    b->call.scratch = numbers(b->layout.scratch);
    b->call.grad_in = b->grad;
    b->call.attr = b->attr;
    b->call.add = b->op->stores ? 0 : ~0u;
    b->flops = b->op->flops ? b->op->flops(shape, n, &b->layout.out, b->attr) : (double)shape_size(&b->layout.out);
    all = all && b->call.out && b->call.grad_out && b->call.aux && b->call.scratch;
    return all ? 0 : complain("no memory for the numbers of '%s'", name);
}

double bench_op_time(bench_op *b, const device *where, bool backward)
{
    double best = 1e9, end = seconds() + 0.25;
    for (int i = 0; i < 20 || seconds() < end; i++) {
        double start = seconds();
        call_run(where, b->op, backward, &b->call);
        double time = seconds() - start;
        best = time < best ? time : best;
    }
    return best;
}

void bench_op_close(bench_op *b)
{
    for (int i = 0; i < BENCH_INPUTS; i++) {
        free(b->in[i]);
        free(b->grad[i]);
    }
    free(b->call.out);
    free((void *)(uintptr_t)b->call.grad_out);
    free(b->call.aux);
    free(b->call.scratch);
    free(b->attr);
    free(b->attr_text);
}
