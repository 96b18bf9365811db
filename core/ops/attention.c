/* attention.c: multi-head self-attention on packed queries, keys and values.
 *
 * Each pair (picture, head) is one task. It works on the packed rows where they lie (matrix products take row strides)
 * and in bands of query rows, so that the scores of a band stay in the cache and are never all in memory. Forward keeps
 * the logarithm of each row's sum of exponentials; backward makes the probabilities again from it. With
 * P = softmax(s Q K'), O = P V and delta = rowsum(dO * O):
 *     dV = P' dO    dS = P * (dO V' - delta)    dQ = s dS K    dK = s dS' Q */
#include "misfit.h"
#include "vector.h"
#include "work.h"
#include <math.h>
#include <string.h>

enum { SLOTS = 16, BAND = 160 }; /* tasks that have working room at once; most query rows of a band */

typedef struct attention_attr {
    int heads;
    bool causal;
} attention_attr;

typedef struct attention {
    const ablate_call *call;
    int64_t tokens, width, heads, depth; /* N, C, heads, C / heads */
    int64_t tasks, slots, bands, rows;   /* rows: of a band */
    int64_t stride;                      /* from row to row of a band: the tokens, rounded up to whole vectors */
    bool causal;
    float scale;
} attention;

static int64_t whole_vectors(int64_t n)
{
    return work_pieces(n, VECTOR_LANES) * VECTOR_LANES;
}

static attention attention_of(const ablate_shape *in, const attention_attr *attr)
{
    attention a = { .tokens = in->dim[1], .width = in->dim[2] / 3, .heads = attr->heads, .causal = attr->causal };
    a.depth = a.width / a.heads;
    a.tasks = in->dim[0] * a.heads;
    a.slots = a.tasks < SLOTS ? a.tasks : SLOTS;
    a.bands = work_pieces(a.tokens, BAND);
    a.rows = work_pieces(a.tokens, a.bands);
    a.stride = whole_vectors(a.tokens);
    a.scale = (float)(1.0 / sqrt((double)a.depth));
    return a;
}

static int attention_shape(const ablate_shape *in, int n, const void *attributes, ablate_layout *layout)
{
    (void)n;
    const attention_attr *attr = attributes;
    if (in->rank != 3 || in->dim[2] % (3 * (int64_t)attr->heads) != 0)
        return misfit(layout, "qkv must have 3 axes (B, N, 3C) with C a multiple of heads=%d; its shape is %s",
                      attr->heads, shape_words(in).text);
    attention a = attention_of(in, attr);
    layout->out = (ablate_shape){ 3, { in->dim[0], a.tokens, a.width } };
    layout->aux = a.tasks * a.tokens;
    layout->scratch = a.slots * 2 * a.rows * a.stride;
    return 0;
}

/* One band of one task: queries first .. last - 1 against keys 0 .. keys - 1 (all, or those a causal mask lets see). */
typedef struct band {
    int64_t first, count, keys;
    int64_t packed, plain;      /* offsets of the band's first query in qkv, of its first row in out */
    int64_t task_packed;        /* of the task's first query in qkv: keys are `width` on, values 2 * width */
    int64_t row;                /* of the first row in aux */
    float *probability, *slope; /* rows of `keys` numbers in the slot, `stride` apart */
} band;

static band band_of(const attention *a, int64_t slot, int64_t task, int64_t index)
{
    work_span span = work_piece(index, a->tokens, a->rows);
    int64_t picture = task / a->heads, head = task % a->heads;
    band b = { .first = span.first, .count = span.last - span.first, .keys = a->causal ? span.last : a->tokens };
    b.task_packed = picture * a->tokens * 3 * a->width + head * a->depth;
    b.packed = b.task_packed + b.first * 3 * a->width;
    b.plain = (picture * a->tokens + b.first) * a->width + head * a->depth;
    b.row = task * a->tokens + b.first;
    b.probability = a->call->scratch + slot * 2 * a->rows * a->stride;
    b.slope = b.probability + a->rows * a->stride;
    return b;
}

/* How many keys the r-th query of the band sees. */
static int64_t seen(const attention *a, const band *b, int64_t r)
{
    return a->causal ? b->first + r + 1 : a->tokens;
}

static void scores(const attention *a, const band *b)
{
    const float *qkv = a->call->in[0];
    a->call->cpu->gemm(false, true, b->count, b->keys, a->depth, a->scale, qkv + b->packed, 3 * a->width,
                       qkv + b->task_packed + a->width, 3 * a->width, 0, b->probability, a->stride);
}

/* ---- forward ---- */

/* Scores of one row to exponentials, and zeros from n on to `keys`; returns their sum and the largest score. The row is
 * worked on in whole vectors: those beyond n become exp(-inf). */
static float exponentials(float *restrict row, int64_t n, int64_t keys, float *largest)
{
    int64_t whole = whole_vectors(n);
    for (int64_t i = n; i < whole; i++)
        row[i] = -INFINITY;
    float top = vector_largest(row, whole);
    for (int64_t i = 0; i < whole; i++)
        row[i] = vector_exp(row[i] - top);
    for (int64_t i = whole; i < keys; i++)
        row[i] = 0;
    *largest = top;
    return vector_sum(row, whole);
}

static void forward_band(const attention *a, const band *b)
{
    const ablate_call *call = a->call;
    float inverse[BAND];
    scores(a, b);
    for (int64_t r = 0; r < b->count; r++) {
        float largest, sum = exponentials(b->probability + r * a->stride, seen(a, b, r), b->keys, &largest);
        inverse[r] = 1.0f / sum;
        if (call->aux)
            call->aux[b->row + r] = largest + logf(sum);
    }
    call->cpu->gemm(false, false, b->count, a->depth, b->keys, 1, b->probability, a->stride,
                    call->in[0] + b->task_packed + 2 * a->width, 3 * a->width, 0, call->out + b->plain, a->width);
    for (int64_t r = 0; r < b->count; r++)
        for (int64_t i = 0; i < a->depth; i++)
            call->out[b->plain + r * a->width + i] *= inverse[r];
}

static void forward_slot(void *context, int64_t slot)
{
    const attention *a = context;
    for (int64_t task = slot; task < a->tasks; task += a->slots)
        for (int64_t index = 0; index < a->bands; index++) {
            band b = band_of(a, slot, task, index);
            forward_band(a, &b);
        }
}

static void attention_forward(const ablate_call *call)
{
    attention a = attention_of(call->in_shape, call->attr);
    a.call = call;
    work_run(call->cpu, a.slots, forward_slot, &a);
}

/* ---- backward ---- */

/* probability: scores to probabilities; slope: gradient of the probabilities to gradient of the scores before their
 * scale; both zero from n on to `keys`. */
static void row_slopes(float *restrict probability, float *restrict slope, int64_t n, int64_t keys, float sum,
                       float delta, float scale)
{
    int64_t whole = whole_vectors(n);
    for (int64_t i = n; i < whole; i++) {
        probability[i] = -INFINITY;
        slope[i] = 0;
    }
    for (int64_t i = 0; i < whole; i++) {
        float p = vector_exp(probability[i] - sum);
        probability[i] = p;
        slope[i] = p * (slope[i] - delta) * scale;
    }
    for (int64_t i = whole; i < keys; i++)
        probability[i] = slope[i] = 0;
}

static void band_slopes(const attention *a, const band *b)
{
    const ablate_call *call = a->call;
    const float *grad = call->grad_out + b->plain, *out = call->out + b->plain;
    scores(a, b);
    call->cpu->gemm(false, true, b->count, b->keys, a->depth, 1, grad, a->width,
                    call->in[0] + b->task_packed + 2 * a->width, 3 * a->width, 0, b->slope, a->stride);
    for (int64_t r = 0; r < b->count; r++) {
        int64_t at = r * a->stride;
        float delta = vector_dot(grad + r * a->width, out + r * a->width, a->depth);
        row_slopes(b->probability + at, b->slope + at, seen(a, b, r), b->keys, call->aux[b->row + r], delta, a->scale);
    }
}

/* keep: factor of what is there in the gradients of the queries, and of the keys and values. */
static void backward_band(const attention *a, const band *b, float keep, float keep_keys)
{
    const ablate_call *call = a->call;
    const float *qkv = call->in[0], *grad = call->grad_out + b->plain;
    float *to = call->grad_in[0];
    int64_t packed = 3 * a->width, key = b->task_packed + a->width, value = key + a->width;
    band_slopes(a, b);
    call->cpu->gemm(false, false, b->count, a->depth, b->keys, 1, b->slope, a->stride, qkv + key, packed, keep,
                    to + b->packed, packed);
    call->cpu->gemm(true, false, b->keys, a->depth, b->count, 1, b->slope, a->stride, qkv + b->packed, packed,
                    keep_keys, to + key, packed);
    call->cpu->gemm(true, false, b->keys, a->depth, b->count, 1, b->probability, a->stride, grad, a->width, keep_keys,
                    to + value, packed);
}

/* The last band comes first: it sees every key, so that those after it only add. */
static void backward_slot(void *context, int64_t slot)
{
    const attention *a = context;
    float keep = a->call->add & 1u ? 1.0f : 0.0f;
    for (int64_t task = slot; task < a->tasks; task += a->slots)
        for (int64_t index = a->bands - 1; index >= 0; index--) {
            band b = band_of(a, slot, task, index);
            backward_band(a, &b, keep, index == a->bands - 1 ? keep : 1.0f);
        }
}

static void attention_backward(const ablate_call *call)
{
    if (!call->grad_in[0])
        return;
    attention a = attention_of(call->in_shape, call->attr);
    a.call = call;
    work_run(call->cpu, a.slots, backward_slot, &a);
}

/* Two products of `depth` and an exponential, counted as one, for each pair of tokens that see each other. */
static double attention_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attributes)
{
    (void)n, (void)out;
    const attention_attr *attr = attributes;
    attention a = attention_of(in, attr);
    double pairs = (double)a.tokens * (double)(a.causal ? a.tokens + 1 : 2 * a.tokens) / 2;
    return (double)a.tasks * pairs * (4.0 * (double)a.depth + 3);
}

static const ablate_setting attention_attrs[] = { ABLATE_SET(attention_attr, heads, 1, 1, 4096, "number of heads"),
                                                  ABLATE_SET(attention_attr, causal, 0, 0, 1,
                                                             "a token sees itself and those before it only"),
                                                  { 0 } };

static const ablate_op attention_record = {
    .name = "attention",
    .doc = "softmax(q k' / sqrt(C / heads)) v for each head, from q, k, v packed as (B, N, 3C), to (B, N, C)",
    .min_in = 1,
    .max_in = 1,
    .shape = attention_shape,
    .forward = attention_forward,
    .backward = attention_backward,
    .flops = attention_flops,
    .attr_size = sizeof(attention_attr),
    .attrs = attention_attrs,
    .stores = true
};
OP_RECORD(attention_record);
