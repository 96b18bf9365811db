/* rounded.c: the CPU, with the errors that any processor or GPU may make. Each call reads its numbers off by a little,
 * up or down at random from $ROUNDED_SEED. How far runs on it lie apart is how far two honest devices may.
 *
 * How little: a sum of n products in float32 (eps = 2^-23), in any order, is the exact sum of products that are each
 * off by at most about sqrt(n) eps / 2 of themselves (rounding errors being as often up as down; n eps / 2 if all
 * pointed the same way, which they do not). Elementary functions and their arithmetic keep 5 eps / 2 more; both in
 * whole eps, rounded up. Sums that the
 * engine makes in double count as one rounding. Whole numbers (indices, counts, ones, zeros) are exact everywhere and
 * stay. */
#include "../../core/base/random.h"
#include "../../core/device/device.h"
#include "../../core/shape.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const device *cpu;
static char core[40];
static uint64_t seed, calls;

static int open_rounded(int threads, char why[DEVICE_WHY])
{
    const char *text = getenv("ROUNDED_SEED");
    seed = text ? strtoull(text, NULL, 10) : 0;
    snprintf(core, sizeof core, "seed %llu", (unsigned long long)seed);
    cpu = device_load("cpu", threads);
    if (!cpu)
        snprintf(why, DEVICE_WHY, "there is no CPU to compute on");
    return cpu ? 0 : -1;
}

static const char *describe(void)
{
    return "the CPU, rounded for tests";
}

static const char *core_type(void) /* part of what features are cached by: each seed has its own */
{
    return core;
}

static int threads(void)
{
    return cpu->threads();
}

static void *allocate(size_t bytes)
{
    return cpu->allocate(bytes);
}

static void release(void *at)
{
    cpu->release(at);
}

static int copy(void *to, const void *from, size_t bytes)
{
    memmove(to, from, bytes);
    return 0;
}

static int clear(void *at, size_t bytes)
{
    memset(at, 0, bytes);
    return 0;
}

static bool resolve(device_step *s)
{
    return cpu->resolve(s);
}

/* The longest sum there may be: over the last axis of a tensor, or over its rows. */
static int64_t longest_sum(const ablate_op *op, const ablate_call *call)
{
    static const char *const summing[] = { "matmul",  "attention", "experts",      "patch_embed", "layer_norm",
                                           "softmax", "norm",      "normalize",    "cosine",      "top_k",
                                           "resize",  "blur",      "cross_entropy" };
    bool sums = false;
    for (size_t i = 0; i < sizeof summing / sizeof *summing; i++)
        sums = sums || strcmp(op->name, summing[i]) == 0;
    int64_t longest = 1;
    for (int i = 0; sums && i <= call->n_in; i++) {
        const ablate_shape *s = i < call->n_in ? &call->in_shape[i] : call->out_shape;
        int64_t last = s->rank ? s->dim[s->rank - 1] : 1, rows = shape_size(s) / (last ? last : 1);
        longest = last > longest ? last : longest;
        longest = rows > longest ? rows : longest;
    }
    return longest;
}

/* A copy of x, off by `error` of each number; the caller frees. */
static float *rounded(const float *x, const ablate_shape *shape, float error, uint64_t stream)
{
    int64_t n = shape_size(shape);
    float *y = x ? malloc(((size_t)n + 1) * sizeof *y) : NULL;
    if (x && !y)
        abort();
    for (int64_t first = 0; x && first < n; first += 128) {
        random_block signs = random_draw(seed, stream, (uint64_t)first);
        int64_t some = n - first < 128 ? n - first : 128;
        for (int64_t i = 0; i < some; i++) {
            float side = (signs.word[i % 4] >> (i / 4) & 1u) ? 1 + error : 1 - error, number = x[first + i];
            y[first + i] = number == rintf(number) ? number : number * side;
        }
    }
    return y;
}

static int run(device_step *s, uint64_t step)
{
    const ablate_call *call = &s->call;
    const bool backward = s->backward;
    float error = ceilf((sqrtf((float)longest_sum(s->op, call)) + 5) / 2) * 0x1p-23f;
    float *in[ABLATE_INPUTS] = { 0 };
    for (int i = 0; i < call->n_in; i++)
        in[i] = rounded(call->in[i], &call->in_shape[i], error, 16 * calls + (uint64_t)i);
    float *out = backward ? rounded(call->out, call->out_shape, error, 16 * calls + 8) : NULL;
    float *grad_out = backward ? rounded(call->grad_out, call->out_shape, error, 16 * calls + 9) : NULL;
    device_step off = *s;
    off.call.in = (const float *const *)in;
    off.call.out = backward ? out : call->out;
    off.call.grad_out = grad_out;
    int status = cpu->run(&off, step);
    for (int i = 0; i < call->n_in; i++)
        free(in[i]);
    free(out);
    free(grad_out);
    calls++;
    return status;
}

static int synchronise(void)
{
    return 0;
}

__attribute__((visibility("default"))) const device ablate_device_entry = { .version = DEVICE_VERSION,
                                                                            .name = "rounded",
                                                                            .open = open_rounded,
                                                                            .describe = describe,
                                                                            .core_type = core_type,
                                                                            .threads = threads,
                                                                            .allocate = allocate,
                                                                            .release = release,
                                                                            .upload = copy,
                                                                            .download = copy,
                                                                            .clear = clear,
                                                                            .resolve = resolve,
                                                                            .run = run,
                                                                            .synchronise = synchronise };
