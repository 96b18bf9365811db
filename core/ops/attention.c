/* attention.c: multi-head self-attention on packed queries, keys and values.
 *
 * Each pair (picture, head) is one task, done on one thread. Its queries, keys and values are first copied to where
 * they lie densely, keys and values once more transposed, so that all its products run on whole vectors out of the
 * nearest caches. Query rows are taken in bands, so that the scores of a band stay there and are never all in memory.
 * Forward keeps the logarithm of each row's sum of exponentials; backward makes the probabilities again from it. With
 * P = softmax(s Q K'), O = P V and delta = rowsum(dO * O):
 *     dV = P' dO    dS = P * (dO V' - delta)    dQ = s dS K    dK = s dS' Q */
#include "attention.h"
#include "../device/cpu_product.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <math.h>
#include <string.h>

enum { SLOTS = 16, BAND = 96 }; /* tasks that have working room at once; most query rows of a band */

typedef struct attention {
    const ablate_call *call;
    int64_t tokens, width, heads, depth; /* N, C, heads, C / heads */
    int64_t tasks, slots, bands, rows;   /* rows: of a band */
    int64_t stride, wide;                /* tokens and depth, rounded up to whole vectors */
    bool causal;
    float scale;
} attention;

/* Working room of one slot. What is rounded up is zero there, but in the scores. */
typedef struct room {
    float *key_across, *value_across; /* (depth, stride): transposed */
    float *key, *value;               /* (tokens, wide) */
    float *grad_key, *grad_value;     /* (tokens, wide) */
    float *query, *grad;              /* (rows, wide): of a band; grad: dO */
    float *result;                    /* (rows, wide): O or dQ of a band */
    float *probability, *slope;       /* (rows, stride) */
} room;

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
    a.wide = whole_vectors(a.depth);
    a.scale = (float)(1.0 / sqrt((double)a.depth));
    return a;
}

static int64_t room_size(const attention *a)
{
    return 2 * a->depth * a->stride + 4 * a->tokens * a->wide + a->rows * (3 * a->wide + 2 * a->stride);
}

static room room_of(const attention *a, int64_t slot)
{
    room r = { .key_across = a->call->scratch + slot * room_size(a) };
    r.value_across = r.key_across + a->depth * a->stride;
    r.key = r.value_across + a->depth * a->stride;
    r.value = r.key + a->tokens * a->wide;
    r.grad_key = r.value + a->tokens * a->wide;
    r.grad_value = r.grad_key + a->tokens * a->wide;
    r.query = r.grad_value + a->tokens * a->wide;
    r.grad = r.query + a->rows * a->wide;
    r.result = r.grad + a->rows * a->wide;
    r.probability = r.result + a->rows * a->wide;
    r.slope = r.probability + a->rows * a->stride;
    return r;
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
    layout->scratch = a.slots * room_size(&a);
    return 0;
}

/* One band of one task: queries first .. first + count - 1 against keys 0 .. keys - 1 (all, or those a causal mask lets
 * see). */
typedef struct band {
    int64_t first, count, keys;
    int64_t packed, plain; /* offsets of the band's first query in qkv, of its first row in out */
    int64_t row;           /* of the first row in aux */
} band;

/* Offset of the task's first query in qkv; keys are `width` on, values 2 * width. */
static int64_t task_start(const attention *a, int64_t task)
{
    return task / a->heads * a->tokens * 3 * a->width + task % a->heads * a->depth;
}

static band band_of(const attention *a, int64_t task, int64_t index)
{
    work_span span = work_piece(index, a->tokens, a->rows);
    band b = { .first = span.first, .count = span.last - span.first, .keys = a->causal ? span.last : a->tokens };
    b.packed = task_start(a, task) + b.first * 3 * a->width;
    b.plain = (task / a->heads * a->tokens + b.first) * a->width + task % a->heads * a->depth;
    b.row = task * a->tokens + b.first;
    return b;
}

/* How many keys the r-th query of the band sees. */
static int64_t seen(const attention *a, const band *b, int64_t r)
{
    return a->causal ? b->first + r + 1 : a->tokens;
}

/* ---- to where it lies densely, and back ---- */

/* Rows of `depth` numbers, `apart` from each other, times a factor. */
static void copy_rows(const attention *a, const float *from, int64_t apart, int64_t rows, float factor, float *to)
{
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t i = 0; i < a->depth; i++)
            to[r * a->wide + i] = factor * from[r * apart + i];
        for (int64_t i = a->depth; i < a->wide; i++)
            to[r * a->wide + i] = 0;
    }
}

static void transpose_rows(const attention *a, const float *from, int64_t apart, float *to)
{
    for (int64_t r = 0; r < a->tokens; r++)
        for (int64_t i = 0; i < a->depth; i++)
            to[i * a->stride + r] = from[r * apart + i];
    for (int64_t i = 0; i < a->depth; i++)
        for (int64_t r = a->tokens; r < a->stride; r++)
            to[i * a->stride + r] = 0;
}

static void return_rows(const attention *a, const float *from, int64_t rows, bool add, float *to, int64_t apart)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < a->depth; i++)
            to[r * apart + i] = (add ? to[r * apart + i] : 0) + from[r * a->wide + i];
}

/* probability (count x keys) = s Q K' */
static void scores(const attention *a, const room *r, const band *b)
{
    copy_rows(a, a->call->in[0] + b->packed, 3 * a->width, b->count, a->scale, r->query);
    product_run((product_matrix){ r->query, a->wide, 1 }, r->key_across, a->stride, r->probability, a->stride, b->count,
                whole_vectors(b->keys), a->depth, false);
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

static void forward_band(const attention *a, const room *r, const band *b)
{
    const ablate_call *call = a->call;
    float inverse[BAND];
    scores(a, r, b);
    for (int64_t i = 0; i < b->count; i++) {
        float largest, sum = exponentials(r->probability + i * a->stride, seen(a, b, i), b->keys, &largest);
        inverse[i] = 1.0f / sum;
        if (call->aux)
            call->aux[b->row + i] = largest + logf(sum);
    }
    product_run((product_matrix){ r->probability, a->stride, 1 }, r->value, a->wide, r->result, a->wide, b->count,
                a->wide, b->keys, false);
    for (int64_t i = 0; i < b->count; i++)
        for (int64_t c = 0; c < a->depth; c++)
            call->out[b->plain + i * a->width + c] = inverse[i] * r->result[i * a->wide + c];
}

static void forward_slot(void *context, int64_t slot)
{
    const attention *a = context;
    room r = room_of(a, slot);
    for (int64_t task = slot; task < a->tasks; task += a->slots) {
        const float *query = a->call->in[0] + task_start(a, task);
        transpose_rows(a, query + a->width, 3 * a->width, r.key_across);
        copy_rows(a, query + 2 * a->width, 3 * a->width, a->tokens, 1, r.value);
        for (int64_t index = 0; index < a->bands; index++) {
            band b = band_of(a, task, index);
            forward_band(a, &r, &b);
        }
    }
}

static void attention_forward(const ablate_call *call)
{
    attention a = attention_of(call->in_shape, call->attr);
    a.call = call;
    work_run(call->cpu, a.slots, forward_slot, &a);
}

/* ---- backward ---- */

/* probability: scores to probabilities; slope: gradient of the probabilities to gradient of the scores; both zero from
 * n on to `keys`. */
static void row_slopes(float *restrict probability, float *restrict slope, int64_t n, int64_t keys, float sum,
                       float delta)
{
    int64_t whole = whole_vectors(n);
    for (int64_t i = n; i < whole; i++) {
        probability[i] = -INFINITY;
        slope[i] = 0;
    }
    for (int64_t i = 0; i < whole; i++) {
        float p = vector_exp(probability[i] - sum);
        probability[i] = p;
        slope[i] = p * (slope[i] - delta);
    }
    for (int64_t i = whole; i < keys; i++)
        probability[i] = slope[i] = 0;
}

static void band_slopes(const attention *a, const room *r, const band *b)
{
    const ablate_call *call = a->call;
    const float *grad = call->grad_out + b->plain, *out = call->out + b->plain;
    scores(a, r, b);
    copy_rows(a, grad, a->width, b->count, 1, r->grad);
    product_run((product_matrix){ r->grad, a->wide, 1 }, r->value_across, a->stride, r->slope, a->stride, b->count,
                whole_vectors(b->keys), a->depth, false);
    for (int64_t i = 0; i < b->count; i++) {
        float delta = vector_dot(grad + i * a->width, out + i * a->width, a->depth);
        row_slopes(r->probability + i * a->stride, r->slope + i * a->stride, seen(a, b, i), b->keys,
                   call->aux[b->row + i], delta);
    }
}

/* `query` holds s Q, so the scale of dK is in it already. */
static void backward_band(const attention *a, const room *r, const band *b, bool first)
{
    float *to = a->call->grad_in[0] + b->packed;
    band_slopes(a, r, b);
    product_run((product_matrix){ r->slope, 1, a->stride }, r->query, a->wide, r->grad_key, a->wide, b->keys, a->wide,
                b->count, !first);
    product_run((product_matrix){ r->probability, 1, a->stride }, r->grad, a->wide, r->grad_value, a->wide, b->keys,
                a->wide, b->count, !first);
    product_run((product_matrix){ r->slope, a->stride, 1 }, r->key, a->wide, r->result, a->wide, b->count, a->wide,
                b->keys, false);
    return_rows(a, r->result, b->count, a->call->add & 1u, to, 3 * a->width);
}

/* The last band comes first: it sees every key, so that those after it only add. */
static void backward_task(const attention *a, const room *r, int64_t task)
{
    int64_t packed = 3 * a->width, start = task_start(a, task);
    const float *key = a->call->in[0] + start + a->width, *value = key + a->width;
    transpose_rows(a, key, packed, r->key_across);
    transpose_rows(a, value, packed, r->value_across);
    copy_rows(a, key, packed, a->tokens, a->scale, r->key);
    for (int64_t index = a->bands - 1; index >= 0; index--) {
        band b = band_of(a, task, index);
        backward_band(a, r, &b, index == a->bands - 1);
    }
    float *grad_key = a->call->grad_in[0] + start + a->width;
    return_rows(a, r->grad_key, a->tokens, a->call->add & 1u, grad_key, packed);
    return_rows(a, r->grad_value, a->tokens, a->call->add & 1u, grad_key + a->width, packed);
}

static void backward_slot(void *context, int64_t slot)
{
    const attention *a = context;
    room r = room_of(a, slot);
    for (int64_t task = slot; task < a->tasks; task += a->slots)
        backward_task(a, &r, task);
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
    .doc = "softmax(q k' / sqrt(C / heads)) v for each head, from q, k, v packed as (B, N, 3C), to (B, N, C)",
    OP_BOTH(attention, attention_shape),
    OP_TAKES(1),
    .flops = attention_flops,
    OP_ATTRS(attention_attr, attention_attrs),
    .stores = true,
};
OP_RECORD(attention_record);
