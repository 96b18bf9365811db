/* bench_conv.c: convolutions of EfficientNet-lite0 and WideResNet-50-2 at 224 pixels, batch 8, forward with bias and
 * activation as folding leaves them, beside the peak of large matrix products and the memory's rate measured in the
 * same run. Usage: bench_conv [THREADS] */
#include "../../core/base/diag.h"
#include "../../core/base/settings.h"
#include "../../core/shape.h"
#include "../lab/call.h"
#include "../lab/yardstick.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 8 };

typedef struct layer {
    int times, size, channels, filters, kernel, stride; /* times: of these in the network */
    bool depthwise;
    const char *activation;
} layer;

static const layer lite0[] = {
    { 1, 224, 3, 32, 3, 2, false, "relu6" },    { 1, 112, 32, 32, 3, 1, true, "relu6" },
    { 1, 112, 32, 16, 1, 1, false, "none" },    { 1, 112, 16, 96, 1, 1, false, "relu6" },
    { 1, 112, 96, 96, 3, 2, true, "relu6" },    { 1, 56, 96, 24, 1, 1, false, "none" },
    { 2, 56, 24, 144, 1, 1, false, "relu6" },   { 1, 56, 144, 144, 3, 1, true, "relu6" },
    { 1, 56, 144, 24, 1, 1, false, "none" },    { 1, 56, 144, 144, 5, 2, true, "relu6" },
    { 1, 28, 144, 40, 1, 1, false, "none" },    { 2, 28, 40, 240, 1, 1, false, "relu6" },
    { 1, 28, 240, 240, 5, 1, true, "relu6" },   { 1, 28, 240, 40, 1, 1, false, "none" },
    { 1, 28, 240, 240, 3, 2, true, "relu6" },   { 1, 14, 240, 80, 1, 1, false, "none" },
    { 3, 14, 80, 480, 1, 1, false, "relu6" },   { 2, 14, 480, 480, 3, 1, true, "relu6" },
    { 2, 14, 480, 80, 1, 1, false, "none" },    { 1, 14, 480, 480, 5, 1, true, "relu6" },
    { 1, 14, 480, 112, 1, 1, false, "none" },   { 3, 14, 112, 672, 1, 1, false, "relu6" },
    { 2, 14, 672, 672, 5, 1, true, "relu6" },   { 2, 14, 672, 112, 1, 1, false, "none" },
    { 1, 14, 672, 672, 5, 2, true, "relu6" },   { 1, 7, 672, 192, 1, 1, false, "none" },
    { 4, 7, 192, 1152, 1, 1, false, "relu6" },  { 3, 7, 1152, 1152, 5, 1, true, "relu6" },
    { 3, 7, 1152, 192, 1, 1, false, "none" },   { 1, 7, 1152, 1152, 3, 1, true, "relu6" },
    { 1, 7, 1152, 320, 1, 1, false, "none" },   { 1, 7, 320, 1280, 1, 1, false, "relu6" },
};

static const layer wide[] = {
    { 1, 224, 3, 64, 7, 2, false, "relu" },      { 1, 56, 64, 128, 1, 1, false, "relu" },
    { 3, 56, 128, 128, 3, 1, false, "relu" },    { 3, 56, 128, 256, 1, 1, false, "none" },
    { 1, 56, 64, 256, 1, 1, false, "none" },     { 2, 56, 256, 128, 1, 1, false, "relu" },
    { 1, 56, 256, 256, 1, 1, false, "relu" },    { 1, 56, 256, 256, 3, 2, false, "relu" },
    { 4, 28, 256, 512, 1, 1, false, "none" },    { 1, 56, 256, 512, 1, 2, false, "none" },
    { 3, 28, 512, 256, 1, 1, false, "relu" },    { 3, 28, 256, 256, 3, 1, false, "relu" },
    { 1, 28, 512, 512, 1, 1, false, "relu" },    { 1, 28, 512, 512, 3, 2, false, "relu" },
    { 6, 14, 512, 1024, 1, 1, false, "none" },   { 1, 28, 512, 1024, 1, 2, false, "none" },
    { 5, 14, 1024, 512, 1, 1, false, "relu" },   { 5, 14, 512, 512, 3, 1, false, "relu" },
    { 1, 14, 1024, 1024, 1, 1, false, "relu" },  { 1, 14, 1024, 1024, 3, 2, false, "relu" },
    { 3, 7, 1024, 2048, 1, 1, false, "none" },   { 1, 14, 1024, 2048, 1, 2, false, "none" },
    { 2, 7, 2048, 1024, 1, 1, false, "relu" },   { 2, 7, 1024, 1024, 3, 1, false, "relu" },
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
static double time_of(const device *where, const ablate_op *op, ablate_call *call)
{
    double best = 1e9, end = seconds() + 0.25;
    for (int i = 0; i < 10 || seconds() < end; i++) {
        double start = seconds();
        call_run(where, op, false, call);
        double time = seconds() - start;
        best = time < best ? time : best;
    }
    return best;
}


/* Measures one line; adds times, FLOPs and the floor to the network's. */
static int measure(const device *where, const layer *l, double peak, double sums[2])
{
    const ablate_op *op = device_find_op("conv");
    ablate_layout layout = { 0 };
    char attr[256], words[100], *owned = NULL;
    const ablate_shape shape[3] = { { 4, { BATCH, l->size, l->size, l->channels } },
                                    { 4, { l->filters, l->kernel, l->kernel, l->depthwise ? 1 : l->channels } },
                                    { 1, { l->filters } } };
    snprintf(words, sizeof words, "stride=%d padding=%d groups=%d activation=%s", l->stride, l->kernel / 2,
             l->depthwise ? l->channels : 1, l->activation);
    if (!op || settings_fill_text(words, op->attrs, attr, (ablate_at){ __FILE__, __LINE__ }, "conv", &owned) != 0 ||
        op->shape(shape, 3, attr, &layout) != 0)
        return complain("bench_conv: conv %s does not fit: %s", words, layout.why);
    float *in[3];
    for (int i = 0; i < 3; i++)
        in[i] = numbers(shape_size(&shape[i]));
    ablate_call call = { .n_in = 3, .in_shape = shape, .out_shape = &layout.out, .in = (const float **)in };
    call.out = numbers(shape_size(&layout.out));
    call.scratch = numbers(layout.scratch);
    call.attr = attr;
    double flops = op->flops(shape, 3, &layout.out, attr), time = time_of(where, op, &call);
    double bytes = 4.0 * (double)(shape_size(&shape[0]) + shape_size(&shape[1]) + shape_size(&layout.out));
    printf("%d x %4d %5d -> %5d  %dx%d/%d%-10s %8.3f ms %7.1f GFLOP/s %4.0f %% of the peak %6.1f GB/s\n", l->times,
           l->size, l->channels, l->filters, l->kernel, l->kernel, l->stride, l->depthwise ? " depthwise" : "",
           1e3 * time, 1e-9 * flops / time, 100 * flops / time / peak, 1e-9 * bytes / time);
    sums[0] += l->times * time;
    sums[1] += l->times * flops;
    for (int i = 0; i < 3; i++)
        free(in[i]);
    free(call.out);
    free(call.scratch);
    free(owned);
    return 0;
}

static int network(const device *where, const char *name, const layer *layers, size_t n, double peak)
{
    double sums[2] = { 0 };
    for (size_t i = 0; i < n; i++)
        if (measure(where, &layers[i], peak, sums) != 0)
            return -1;
    printf("%s: %.1f ms, %.1f GFLOP, %.1f GFLOP/s, %.0f %% of the peak\n", name, 1e3 * sums[0], 1e-9 * sums[1],
           1e-9 * sums[1] / sums[0], 100 * sums[1] / sums[0] / peak);
    return 0;
}

int main(int argc, char **argv)
{
    const device *where = device_load("cpu", argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
    if (!where) {
        fprintf(stderr, "%s\n", complaint());
        return 1;
    }
    double peak = yardstick_peak(where);
    printf("%s\npeak of %s: %.1f GFLOP/s\n", where->describe(), yardstick_name(), 1e-9 * peak);
    if (network(where, "EfficientNet-lite0", lite0, sizeof lite0 / sizeof *lite0, peak) != 0 ||
        network(where, "WideResNet-50-2", wide, sizeof wide / sizeof *wide, peak) != 0) {
        fprintf(stderr, "%s\n", complaint());
        return 1;
    }
    return 0;
}
