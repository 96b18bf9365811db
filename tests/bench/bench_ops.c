/* bench_ops.c: each heavy operation at the shapes of a decoder block (batch 8, 257 tokens, width 128, 4 heads), forward
 * and backward, beside the peak of large matrix products measured in the same run. Usage: bench_ops [THREADS] */
#include "../../core/base/diag.h"
#include "../lab/bench_op.h"
#include "../lab/yardstick.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct subject {
    const char *name, *attributes;
    int times, n; /* times: of these in one block */
    ablate_shape shape[5];
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
    { "moments", "", 0, 1, { { 4, { 8, 56, 56, 64 } } } },
    { "batch_norm",
      "",
      0,
      5,
      { { 4, { 8, 56, 56, 64 } }, { 1, { 64 } }, { 1, { 64 } }, { 1, { 64 } }, { 1, { 64 } } } },
    { "group_norm", "groups=8", 0, 3, { { 4, { 8, 56, 56, 64 } }, { 1, { 64 } }, { 1, { 64 } } } },
    { "nearest", "", 0, 2, { { 3, { 8, 256, 384 } }, { 2, { 6144, 384 } } } },
    { "patch_embed", "", 0, 2, { { 4, { 8, 3, 128, 128 } }, { 4, { 128, 3, 8, 8 } } } },
};

/* Measures one line; adds to the block's seconds and FLOPs. */
static int measure(const device *where, const subject *s, double peak, double block[2])
{
    bench_op b;
    int status = bench_op_open(&b, s->name, s->attributes, s->n, s->shape);
    if (status == 0) {
        double forward = bench_op_time(&b, where, false), backward = bench_op_time(&b, where, true);
        printf("%-12s %-36s %8.3f ms %6.1f GFLOP/s %4.0f %%  %8.3f ms %6.1f GFLOP/s %4.0f %%\n", s->name, s->attributes,
               1e3 * forward, 1e-9 * b.flops / forward, 100 * b.flops / forward / peak, 1e3 * backward,
               2e-9 * b.flops / backward, 200 * b.flops / backward / peak);
        block[0] += s->times * (forward + backward);
        block[1] += s->times * 3 * b.flops;
    }
    bench_op_close(&b);
    return status;
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
