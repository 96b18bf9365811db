/* gatefuse.c: gated fusion of the layers, an example of a module that is not of the paper. In place of one large linear
 * layer over the features side by side, a gate weighs the layers, token by token: with scores s_i = v_i f_i + c_i and
 * weights a = softmax(s), the result is sum_i a_i f_i. It brings an operation of its own, gatefuse.mix. */
#include "module.h"
#include <stdio.h>
#include <string.h>

enum { LAYERS_MAX = ABLATE_INPUTS - 1 };

/* ---- gatefuse.mix: weights (..., L) and L tensors (..., C) -> (..., C), each row the weighted sum of L rows ---- */

static int mix_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)attr;
    int last = in[0].rank - 1;
    bool fits = last >= 1 && in[0].dim[last] == n - 1;
    for (int i = 1; fits && i < n; i++) {
        fits = in[i].rank == in[0].rank && in[i].dim[last] == in[1].dim[last];
        for (int d = 0; fits && d < last; d++)
            fits = in[i].dim[d] == in[0].dim[d];
    }
    layout->out = in[1];
    if (!fits)
        snprintf(layout->why, sizeof layout->why, "weights (..., %d) and as many tensors (..., C) are needed", n - 1);
    return fits ? 0 : -1;
}

enum { BLOCK = 64 }; /* rows a thread takes at a time */

static int64_t row_count(const ablate_call *call)
{
    int64_t rows = 1;
    for (int d = 0; d < call->out_shape->rank - 1; d++)
        rows *= call->out_shape->dim[d];
    return rows;
}

static int64_t block_end(const ablate_call *call, int64_t block)
{
    int64_t rows = row_count(call), end = (block + 1) * BLOCK;
    return end < rows ? end : rows;
}

static void forward_block(void *context, int64_t block)
{
    const ablate_call *call = context;
    int64_t layers = call->n_in - 1, c = call->out_shape->dim[call->out_shape->rank - 1];
    for (int64_t row = block * BLOCK; row < block_end(call, block); row++) {
        const float *weight = call->in[0] + row * layers;
        float *out = call->out + row * c;
        memset(out, 0, (size_t)c * sizeof *out);
        for (int64_t i = 0; i < layers; i++)
            for (int64_t j = 0; j < c; j++)
                out[j] += weight[i] * call->in[1 + i][row * c + j];
    }
}

static void mix_forward(const ablate_call *call)
{
    call->cpu->parallel((row_count(call) + BLOCK - 1) / BLOCK, forward_block, (void *)call);
}

/* Adds grad_out . f_i to the gradient of weight i, and the weighted grad_out to that of f_i. */
static void backward_row(const ablate_call *call, int64_t row)
{
    int64_t layers = call->n_in - 1, c = call->out_shape->dim[call->out_shape->rank - 1];
    const float *grad = call->grad_out + row * c;
    for (int64_t i = 0; i < layers; i++) {
        const float *f = call->in[1 + i] + row * c, weight = call->in[0][row * layers + i];
        float *to = call->grad_in[1 + i], product = 0;
        for (int64_t j = 0; to && j < c; j++)
            to[row * c + j] += weight * grad[j];
        for (int64_t j = 0; j < c; j++)
            product += grad[j] * f[j];
        if (call->grad_in[0])
            call->grad_in[0][row * layers + i] += product;
    }
}

static void backward_block(void *context, int64_t block)
{
    const ablate_call *call = context;
    for (int64_t row = block * BLOCK; row < block_end(call, block); row++)
        backward_row(call, row);
}

static void mix_backward(const ablate_call *call)
{
    call->cpu->parallel((row_count(call) + BLOCK - 1) / BLOCK, backward_block, (void *)call);
}

static const ablate_op ops[] = {
    { .name = "gatefuse.mix",
      .doc = "weights (..., L), L tensors (..., C): each row the weighted sum of their rows",
      .min_in = 2,
      .max_in = ABLATE_INPUTS,
      .shape = mix_shape,
      .forward = mix_forward,
      .backward = mix_backward,
      .forgets = ABLATE_FORGET_OUT },
    { 0 },
};

/* ---- the module ---- */

typedef struct gatefuse_settings {
    double temperature;
} gatefuse_settings;

static int build(ablate_builder *b, const void *settings)
{
    const gatefuse_settings *s = settings;
    int n = ablate_count(b, "perturbed");
    ablate_value *mixed[1 + LAYERS_MAX], *scores = NULL;
    if (n < 1 || n > LAYERS_MAX)
        return ablate_fail(b, "gatefuse: fuses 1 to %d layers, the encoder gives %d", LAYERS_MAX, n);
    for (int i = 0; i < n; i++) {
        ablate_value *f = mixed[1 + i] = ablate_read(b, "perturbed", i);
        ablate_shape shape = ablate_shape_of(b, f);
        ablate_value *v = ablate_param(b, ablate_text(b, "%d.weight", i), "zeros", 1, shape.dim[shape.rank - 1]);
        ablate_value *score = ablate_op(b, "matmul", "transpose_b=1", f, v, /* zero: begins as the plain mean */
                                        ablate_param(b, ablate_text(b, "%d.bias", i), "zeros", 1));
        scores = i ? ablate_op(b, "concat", "axis=-1", scores, score) : score;
    }
    scores = ablate_op(b, "affine", ablate_text(b, "scale=%.17g", 1 / s->temperature), scores);
    mixed[0] = ablate_op(b, "softmax", NULL, scores);
    ablate_write(b, "bottleneck", 0, b->api->apply(b, __FILE__, __LINE__, "gatefuse.mix", NULL, 1 + n, mixed));
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(gatefuse_settings, temperature, 1, 0.01, 100, "temperature of the softmax over layers"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "gatefuse",
    .doc = "gated fusion: a softmax gate weighs the encoder's layers for each token",
    .paper = "not of the paper: an example of a module of one's own",
    .reads = "perturbed",
    .writes = "bottleneck",
    .settings_size = sizeof(gatefuse_settings),
    .settings = settings_table,
    .ops = ops,
    .build = build,
};
