/* random.c: dropout and noise, and their bare draws. Element e of a result uses word e % 4 of block e / 4 of the stream
 * (key, step), whatever the device and the number of threads; backward draws again instead of keeping a mask. */
#include "chunks.h"
#include "misfit.h"
#include "noise.h"
#include "vector_random.h"

enum { BLOCKS = 64, TILE = 4 * BLOCKS }; /* of one batch of draws; chunks of work hold whole tiles */

/* word[w][i]: the w-th word of block first + i of the stream. The same numbers as random_draw, but in registers of 64
 * bits throughout, which saves vector code from widening and narrowing in each round. */
static void words_draw(const ablate_call *call, uint64_t first, uint32_t word[4][BLOCKS])
{
    const uint64_t low = 0xFFFFFFFFu;
    for (int i = 0; i < BLOCKS; i++) {
        uint64_t index = first + (uint64_t)i, c0 = index & low, c1 = index >> 32, c2 = call->step & low;
        uint64_t c3 = call->step >> 32;
        uint32_t k0 = (uint32_t)call->key, k1 = (uint32_t)(call->key >> 32);
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = 0xD2511F53u * c0, p1 = 0xCD9E8D57u * c2;
            c0 = (p1 >> 32) ^ c1 ^ k0;
            c1 = p1 & low;
            c2 = (p0 >> 32) ^ c3 ^ k1;
            c3 = p0 & low;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        word[0][i] = (uint32_t)c0;
        word[1][i] = (uint32_t)c1;
        word[2][i] = (uint32_t)c2;
        word[3][i] = (uint32_t)c3;
    }
}

/* The operation whose result is the draws themselves: tile(call, first, number) draws those from element 4 first on. */
#define DRAW_FORWARD(op, tile)                                                                                         \
    static void op##_chunk(const ablate_call *call, work_span span)                                                    \
    {                                                                                                                  \
        float number[TILE];                                                                                            \
        for (int64_t first = span.first; first < span.last; first += TILE) {                                           \
            tile(call, (uint64_t)first / 4u, number);                                                                  \
            put_numbers(call->out + first, number, span.last - first < TILE ? span.last - first : TILE, false);        \
        }                                                                                                              \
    }                                                                                                                  \
    CHUNKS_FORWARD(op)

/* ---- dropout ---- */

/* factor[j]: 0, with probability p, or `kept` for element 4 first + j. */
static void factors_draw(const ablate_call *call, uint64_t first, double kept, float factor[TILE])
{
    uint32_t word[4][BLOCKS];
    float p = (float)((const dropout_attr *)call->attr)->p;
    words_draw(call, first, word);
    for (int i = 0; i < BLOCKS; i++)
        for (int w = 0; w < 4; w++)
            factor[4 * i + w] = random_uniform(word[w][i]) > p ? (float)kept : 0.0f;
}

static void dropout_put(const ablate_call *call, work_span span, const float *from, float *to, bool add)
{
    double kept = 1.0 / (1.0 - ((const dropout_attr *)call->attr)->p);
    float factor[TILE];
    for (int64_t first = span.first; first < span.last; first += TILE) {
        int64_t n = span.last - first < TILE ? span.last - first : TILE;
        factors_draw(call, (uint64_t)first / 4u, kept, factor);
        PUT_EACH(to + first, e, 0, n, add, from[first + e] * factor[e]);
    }
}

static void dropout_chunk(const ablate_call *call, work_span span)
{
    dropout_put(call, span, call->in[0], call->out, false);
}
CHUNKS_FORWARD(dropout)

static void dropout_grad_chunk(const ablate_call *call, work_span span)
{
    dropout_put(call, span, call->grad_out, call->grad_in[0], call->add & 1u);
}
CHUNKS_BACKWARD(dropout)

/* Ten rounds of the generator for four elements, and the product. */
OP_COST(dropout_flops, 20.0 * (double)shape_size(out))

static const ablate_setting dropout_attrs[] = {
    ABLATE_SET(dropout_attr, p, 0.5, 0, 0.999, "probability of a number becoming zero"), { 0 }
};

static const ablate_op dropout_record = {
    .doc = "x / (1 - p), but zero with probability p",
    OP_BOTH(dropout, shape_kept),
    OP_TAKES(1),
    .flops = dropout_flops,
    OP_ATTRS(dropout_attr, dropout_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .random = true,
    .stores = true,
};
OP_RECORD(dropout_record);

static void dropout_draw_tile(const ablate_call *call, uint64_t first, float mask[TILE])
{
    factors_draw(call, first, 1.0, mask);
}
DRAW_FORWARD(dropout_draw, dropout_draw_tile)

static const ablate_op dropout_draw_record = {
    .doc = "the mask of `dropout`: 1 where it keeps, 0 where it clears; of x only the shape is read",
    OP_FORWARD(dropout_draw, shape_kept),
    OP_TAKES(1),
    .flops = dropout_flops,
    OP_ATTRS(dropout_attr, dropout_attrs),
    .random = true,
};
OP_RECORD(dropout_draw_record);

/* ---- noise ---- */

/* normal[j]: element 4 first + j of the stream of standard normals. */
static void normals_draw(const ablate_call *call, uint64_t first, float normal[TILE])
{
    uint32_t word[4][BLOCKS];
    float part[4][BLOCKS];
    words_draw(call, first, word);
    for (int i = 0; i < BLOCKS; i++)
        vector_random_pair(word[0][i], word[1][i], &part[0][i], &part[1][i]);
    for (int i = 0; i < BLOCKS; i++)
        vector_random_pair(word[2][i], word[3][i], &part[2][i], &part[3][i]);
    for (int i = 0; i < BLOCKS; i++)
        for (int w = 0; w < 4; w++)
            normal[4 * i + w] = part[w][i];
}

static int64_t row_length(const ablate_shape *shape)
{
    return shape->rank > 0 ? shape->dim[shape->rank - 1] : 1;
}

/* Standard deviation of the noise on one row. */
static float row_scale(const noise_attr *a, const float *x, int64_t n)
{
    if (a->mode == ABSOLUTE)
        return (float)a->std;
    double square = work_sum_square(x, n, 0.0);
    return (float)(a->std * (a->mode == RELATIVE ? sqrt(square / (double)n) : sqrt(square) / (double)n));
}

/* Some whole rows, tile by tile of draws (tiles begin at multiples of TILE of the tensor), row by row within a tile. */
static void noise_rows(void *context, int64_t i)
{
    const ablate_call *call = context;
    int64_t length = row_length(call->out_shape), rows = shape_size(call->out_shape) / length, known = -1;
    work_span span = work_row_span(i, rows, length);
    float normal[TILE], scale = 0.0f;
    for (int64_t e = span.first * length; e < span.last * length;) {
        int64_t tile = e / TILE * TILE, beyond = tile + TILE;
        normals_draw(call, (uint64_t)tile / 4u, normal);
        while (e < beyond && e < span.last * length) {
            int64_t row = e / length, stop = (row + 1) * length < beyond ? (row + 1) * length : beyond;
            if (row != known)
                scale = row_scale(call->attr, call->in[0] + row * length, length);
            known = row;
            for (; e < stop; e++)
                call->out[e] = fmaf(scale, normal[e - tile], call->in[0][e]);
        }
    }
}

static void noise_forward(const ablate_call *call)
{
    int64_t length = row_length(call->out_shape);
    work_run_rows(call->cpu, shape_size(call->out_shape) / length, length, noise_rows, call);
}

/* The noise's scale counts as a constant. */
static void noise_grad_chunk(const ablate_call *call, work_span span)
{
    put_numbers(call->grad_in[0] + span.first, call->grad_out + span.first, span.last - span.first, call->add & 1u);
}
CHUNKS_BACKWARD(noise)

/* Generator, logarithm, sine, cosine. */
OP_COST(noise_flops, 50.0 * (double)shape_size(out))

static const ablate_setting noise_attrs[] = {
    ABLATE_SET(noise_attr, std, 0.2, 0, 1e6, "standard deviation, in the mode's unit"),
    ABLATE_PICK(noise_attr, mode, RELATIVE, "relative|absolute|jitter",
                "unit along the last axis (C): its root mean square; 1; its norm over C, as UniAD has it"),
    { 0 }
};

static const ablate_op noise_record = {
    .doc = "x + std s g, g standard normal, s by the mode; the gradient takes s for a constant",
    OP_BOTH(noise, shape_kept),
    OP_TAKES(1),
    .flops = noise_flops,
    OP_ATTRS(noise_attr, noise_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .random = true,
    .stores = true,
};
OP_RECORD(noise_record);

DRAW_FORWARD(noise_draw, normals_draw)

static const ablate_op noise_draw_record = {
    .doc = "the standard normals g of `noise`; of x only the shape is read",
    OP_FORWARD(noise_draw, shape_kept),
    OP_TAKES(1),
    .flops = noise_flops,
    OP_ATTRS(noise_attr, noise_attrs),
    .random = true,
};
OP_RECORD(noise_draw_record);
