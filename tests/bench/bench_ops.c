/* bench_ops.c: each heavy operation at the shapes of a decoder block (batch 8, 257 tokens, width 128, 4 heads), forward
 * and backward, beside the peak of large matrix products measured in the same run. Usage: bench_ops [THREADS] */
#include "../../core/base/diag.h"
#include "../../core/base/settings.h"
#include "../../core/shape.h"
#include "../lab/call.h"
#include "../lab/yardstick.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct subject {
    const char *name, *attributes;
    int times, n; /* times: of these in one block */
    ablate_shape shape[3];
} subject;

static const subject subjects[] = {
    { "matmul", "transpose_b=1", 1, 3, { { 3, { 8, 257, 128 } }, { 2, { 384, 128 } }, { 1, { 384 } } } },
    { "matmul", "transpose_b=1", 1, 3, { { 3, { 8, 257, 128 } }, { 2, { 128, 128 } }, { 1, { 128 } } } },
    { "matmul",
      "transpose_b=1 activation=quickgelu",
      1,
      3,
      { { 3, { 8, 257, 128 } }, { 2, { 512, 128 } }, { 1, { 512 } } } },
    { "matmul", "transpose_b=1", 1, 3, { { 3, { 8, 257, 512 } }, { 2, { 128, 512 } }, { 1, { 128 } } } },
    { "attention", "heads=4", 1, 1, { { 3, { 8, 257, 384 } } } },
    { "layer_norm", "", 2, 3, { { 3, { 8, 257, 128 } }, { 1, { 128 } }, { 1, { 128 } } } },
    { "add", "", 2, 2, { { 3, { 8, 257, 128 } }, { 3, { 8, 257, 128 } } } },
    { "attention", "heads=4 causal=1", 0, 1, { { 3, { 32, 77, 384 } } } },
    { "softmax", "", 0, 1, { { 3, { 8, 257, 257 } } } },
    { "normalize", "", 0, 1, { { 3, { 8, 257, 128 } } } },
    { "cosine", "", 0, 2, { { 3, { 8, 257, 128 } }, { 3, { 8, 257, 128 } } } },
    { "max_pool", "kernel=3 stride=2 padding=1", 0, 1, { { 4, { 8, 112, 112, 64 } } } },
    { "average_pool", "kernel=3 stride=1 padding=1", 0, 1, { { 4, { 8, 112, 112, 64 } } } },
    { "patch_embed", "", 0, 2, { { 4, { 8, 3, 128, 128 } }, { 4, { 128, 3, 8, 8 } } } },
};

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

/* The shortest of many calls, in seconds: other programs on the machine only ever add. */
static double time_of(const device *where, const ablate_op *op, bool backward, ablate_call *call)
{
    double best = 1e9, end = seconds() + 0.25;
    for (int i = 0; i < 20 || seconds() < end; i++) {
        double start = seconds();
        call_run(where, op, backward, call);
        double time = seconds() - start;
        best = time < best ? time : best;
    }
    return best;
}

/* Measures one line; adds to the block's seconds and FLOPs. */
static int measure(const device *where, const subject *s, double peak, double block[2])
{
    const ablate_op *op = device_find_op(s->name);
    ablate_layout layout = { 0 };
    char attr[256], *owned = NULL;
    if (!op ||
        settings_fill_text(s->attributes, op->attrs, attr, (ablate_at){ __FILE__, __LINE__ }, s->name, &owned) != 0 ||
        op->shape(s->shape, s->n, attr, &layout) != 0)
        return complain("bench_ops: '%s' is not there or its shapes do not fit", s->name);
    float *in[3] = { 0 }, *grad[3] = { 0 };
    for (int i = 0; i < s->n; i++) {
        in[i] = numbers(shape_size(&s->shape[i]));
        grad[i] = numbers(shape_size(&s->shape[i]));
    }
    ablate_call call = { .n_in = s->n, .in_shape = s->shape, .out_shape = &layout.out, .in = (const float **)in };
    call.out = numbers(shape_size(&layout.out));
    call.grad_out = numbers(shape_size(&layout.out));
    call.aux = numbers(layout.aux);
    call.scratch = numbers(layout.scratch);
    call.grad_in = grad;
    call.attr = attr;
    call.add = op->stores ? 0 : ~0u;
    double flops = op->flops ? op->flops(s->shape, s->n, &layout.out, attr) : (double)shape_size(&layout.out);
    double forward = time_of(where, op, false, &call), backward = time_of(where, op, true, &call);
    printf("%-12s %-36s %8.3f ms %6.1f GFLOP/s %4.0f %%  %8.3f ms %6.1f GFLOP/s %4.0f %%\n", s->name, s->attributes,
           1e3 * forward, 1e-9 * flops / forward, 100 * flops / forward / peak, 1e3 * backward, 2e-9 * flops / backward,
           200 * flops / backward / peak);
    block[0] += s->times * (forward + backward);
    block[1] += s->times * 3 * flops;
    for (int i = 0; i < s->n; i++) {
        free(in[i]);
        free(grad[i]);
    }
    free(call.out);
    free((void *)(uintptr_t)call.grad_out);
    free(call.aux);
    free(call.scratch);
    free(owned);
    return 0;
}

int main(int argc, char **argv)
{
    const device *where = device_load("cpu", argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
    if (!where) {
        fprintf(stderr, "%s\n", complaint());
        return 1;
    }
    double peak = yardstick_peak(where), block[2] = { 0 };
    printf("%s\npeak of %s: %.1f GFLOP/s\n%-49s %11s %29s\n", where->describe(), yardstick_name(), 1e-9 * peak,
           "operation", "forward", "backward");
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (measure(where, &subjects[i], peak, block) != 0) {
            fprintf(stderr, "%s\n", complaint());
            return 1;
        }
    printf("one block, forward and backward: %.3f ms, %.1f GFLOP/s, %.0f %% of the peak\n", 1e3 * block[0],
           1e-9 * block[1] / block[0], 100 * block[1] / block[0] / peak);
    return 0;
}
