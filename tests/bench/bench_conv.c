/* bench_conv.c: convolutions of EfficientNet-lite0 and WideResNet-50-2 at 224 pixels, batch 8, forward with bias and
 * activation as folding leaves them, beside the machine's own peaks, measured in the same run. Bytes are what is read
 * and written at least; a floor is what products at the peak, or copying, would take. Usage: bench_conv [THREADS] */
#include "../../core/base/diag.h"
#include "../../core/shape.h"
#include "../lab/bench_op.h"
#include "../lab/yardstick.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 8 };

typedef struct machine {
    double flops, copying; /* a second: of large matrix products; bytes read and written */
} machine;

typedef struct layer {
    int times, size, channels, filters, kernel, stride; /* times: of these in the network */
    bool depthwise;
    const char *activation;
} layer;

static const layer lite0[] = {
    { 1, 224, 3, 32, 3, 2, false, "relu6" },   { 1, 112, 32, 32, 3, 1, true, "relu6" },
    { 1, 112, 32, 16, 1, 1, false, "none" },   { 1, 112, 16, 96, 1, 1, false, "relu6" },
    { 1, 112, 96, 96, 3, 2, true, "relu6" },   { 1, 56, 96, 24, 1, 1, false, "none" },
    { 2, 56, 24, 144, 1, 1, false, "relu6" },  { 1, 56, 144, 144, 3, 1, true, "relu6" },
    { 1, 56, 144, 24, 1, 1, false, "none" },   { 1, 56, 144, 144, 5, 2, true, "relu6" },
    { 1, 28, 144, 40, 1, 1, false, "none" },   { 2, 28, 40, 240, 1, 1, false, "relu6" },
    { 1, 28, 240, 240, 5, 1, true, "relu6" },  { 1, 28, 240, 40, 1, 1, false, "none" },
    { 1, 28, 240, 240, 3, 2, true, "relu6" },  { 1, 14, 240, 80, 1, 1, false, "none" },
    { 3, 14, 80, 480, 1, 1, false, "relu6" },  { 2, 14, 480, 480, 3, 1, true, "relu6" },
    { 2, 14, 480, 80, 1, 1, false, "none" },   { 1, 14, 480, 480, 5, 1, true, "relu6" },
    { 1, 14, 480, 112, 1, 1, false, "none" },  { 3, 14, 112, 672, 1, 1, false, "relu6" },
    { 2, 14, 672, 672, 5, 1, true, "relu6" },  { 2, 14, 672, 112, 1, 1, false, "none" },
    { 1, 14, 672, 672, 5, 2, true, "relu6" },  { 1, 7, 672, 192, 1, 1, false, "none" },
    { 4, 7, 192, 1152, 1, 1, false, "relu6" }, { 3, 7, 1152, 1152, 5, 1, true, "relu6" },
    { 3, 7, 1152, 192, 1, 1, false, "none" },  { 1, 7, 1152, 1152, 3, 1, true, "relu6" },
    { 1, 7, 1152, 320, 1, 1, false, "none" },  { 1, 7, 320, 1280, 1, 1, false, "relu6" },
};

static const layer wide[] = {
    { 1, 224, 3, 64, 7, 2, false, "relu" },     { 1, 56, 64, 128, 1, 1, false, "relu" },
    { 3, 56, 128, 128, 3, 1, false, "relu" },   { 3, 56, 128, 256, 1, 1, false, "none" },
    { 1, 56, 64, 256, 1, 1, false, "none" },    { 2, 56, 256, 128, 1, 1, false, "relu" },
    { 1, 56, 256, 256, 1, 1, false, "relu" },   { 1, 56, 256, 256, 3, 2, false, "relu" },
    { 4, 28, 256, 512, 1, 1, false, "none" },   { 1, 56, 256, 512, 1, 2, false, "none" },
    { 3, 28, 512, 256, 1, 1, false, "relu" },   { 3, 28, 256, 256, 3, 1, false, "relu" },
    { 1, 28, 512, 512, 1, 1, false, "relu" },   { 1, 28, 512, 512, 3, 2, false, "relu" },
    { 6, 14, 512, 1024, 1, 1, false, "none" },  { 1, 28, 512, 1024, 1, 2, false, "none" },
    { 5, 14, 1024, 512, 1, 1, false, "relu" },  { 5, 14, 512, 512, 3, 1, false, "relu" },
    { 1, 14, 1024, 1024, 1, 1, false, "relu" }, { 1, 14, 1024, 1024, 3, 2, false, "relu" },
    { 3, 7, 1024, 2048, 1, 1, false, "none" },  { 1, 14, 1024, 2048, 1, 2, false, "none" },
    { 2, 7, 2048, 1024, 1, 1, false, "relu" },  { 2, 7, 1024, 1024, 3, 1, false, "relu" },
};

/* Measures one line; adds to the network's seconds, FLOPs and floor: what products and copies alone would take. */
static int measure(const device *where, const layer *l, machine of, double sums[3])
{
    char words[100];
    const ablate_shape shape[3] = { { 4, { BATCH, l->size, l->size, l->channels } },
                                    { 4, { l->filters, l->kernel, l->kernel, l->depthwise ? 1 : l->channels } },
                                    { 1, { l->filters } } };
    snprintf(words, sizeof words, "stride=%d padding=%d groups=%d activation=%s", l->stride, l->kernel / 2,
             l->depthwise ? l->channels : 1, l->activation);
    bench_op b;
    int status = bench_op_open(&b, "conv", words, 3, shape);
    if (status == 0) {
        free(b.call.aux);
        b.call.aux = NULL; /* frozen: nothing is kept for backward */
        double time = bench_op_time(&b, where, false);
        double bytes = 4.0 * (double)(shape_size(&shape[0]) + shape_size(&shape[1]) + shape_size(&b.layout.out));
        double floor = fmax(b.flops / of.flops, bytes / of.copying);
        printf(
            "%d x %4d %5d -> %5d  %dx%d/%d%-10s %8.3f ms, floor %8.3f  %7.1f GFLOP/s %4.0f %% of the peak %6.1f GB/s\n",
            l->times, l->size, l->channels, l->filters, l->kernel, l->kernel, l->stride,
            l->depthwise ? " depthwise" : "", 1e3 * time, 1e3 * floor, 1e-9 * b.flops / time,
            100 * b.flops / time / of.flops, 1e-9 * bytes / time);
        sums[0] += l->times * time;
        sums[1] += l->times * b.flops;
        sums[2] += l->times * floor;
    }
    bench_op_close(&b);
    return status;
}

static int network(const device *where, const char *name, const layer *layers, size_t n, machine of)
{
    double sums[3] = { 0 };
    for (size_t i = 0; i < n; i++)
        if (measure(where, &layers[i], of, sums) != 0)
            return -1;
    printf("%s: %.1f ms, floor %.1f ms, %.1f GFLOP, %.1f GFLOP/s, %.0f %% of the peak\n", name, 1e3 * sums[0],
           1e3 * sums[2], 1e-9 * sums[1], 1e-9 * sums[1] / sums[0], 100 * sums[1] / sums[0] / of.flops);
    return 0;
}

int main(int argc, char **argv)
{
    const device *where = device_load("cpu", argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0);
    if (!where) {
        fprintf(stderr, "%s\n", complaint());
        return 1;
    }
    machine of = { yardstick_peak(where), yardstick_copying() };
    printf("%s\npeak of %s: %.1f GFLOP/s, copying %.1f GB/s\n", where->describe(), yardstick_name(), 1e-9 * of.flops,
           1e-9 * of.copying);
    if (network(where, "EfficientNet-lite0", lite0, sizeof lite0 / sizeof *lite0, of) != 0 ||
        network(where, "WideResNet-50-2", wide, sizeof wide / sizeof *wide, of) != 0) {
        fprintf(stderr, "%s\n", complaint());
        return 1;
    }
    return 0;
}
