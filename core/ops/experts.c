/* experts.c: a mixture of two-layer perceptrons. Rows are grouped by expert, so that the work follows the number of
 * non-zero gates, and each expert multiplies one matrix. Sums over a row's experts run by ascending expert. */
#include "experts.h"
#include "../device/cpu_packed.h"
#include "../device/cpu_work.h"
#include "activation.h"
#include "misfit.h"
#include "routing.h"

/* ---- shape ---- */

static int check_shapes(const ablate_shape *in, ablate_layout *layout)
{
    static const char *const what[] = { "x (R, C)",  "gates (R, T)", "w1 (T, H, C)",
                                        "b1 (T, H)", "w2 (T, C, H)", "b2 (T, C)" };
    static const int rank[] = { 2, 2, 3, 2, 3, 2 };
    for (int i = 0; i < INPUTS; i++)
        if (in[i].rank != rank[i])
            return misfit(layout, "%s must have %d axes; its shape is %s", what[i], rank[i], shape_words(&in[i]).text);
    int64_t rows = in[X].dim[0], width = in[X].dim[1], experts = in[GATES].dim[1], hidden = in[W1].dim[1];
    const int64_t want[INPUTS][3] = { { rows, width },     { rows, experts },          { experts, hidden, width },
                                      { experts, hidden }, { experts, width, hidden }, { experts, width } };
    for (int i = 0; i < INPUTS; i++)
        for (int d = 0; d < rank[i]; d++)
            if (in[i].dim[d] != want[i][d])
                return misfit(layout, "%s has the shape %s; with x %s, gates %s and %lld hidden it does not fit",
                              what[i], shape_words(&in[i]).text, shape_words(&in[X]).text, shape_words(&in[GATES]).text,
                              (long long)hidden);
    return 0;
}

/* Room of one expert's products: with its weights, and of the gradients of these, whose depth is all rows at most. */
static int64_t largest_room(const experts_sizes *s)
{
    const packed_product all[] = { { .batches = 1, .columns = s->hidden, .depth = s->width },
                                   { .batches = 1, .columns = s->width, .depth = s->hidden },
                                   { .batches = 1, .columns = s->hidden, .depth = s->rows },
                                   { .batches = 1, .columns = s->width, .depth = s->rows } };
    return packed_room(all, 4);
}

static int experts_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    if (check_shapes(in, layout) < 0)
        return -1;
    experts_sizes s = sizes_of(in, attr);
    double entries = (double)s.rows * (double)s.most;
    if (entries * 3.0 + (double)s.experts > 2e9 || entries * (double)(s.width + s.hidden) > 1e12)
        return misfit(layout, "x %s with k=%lld is too large", shape_words(&in[X]).text, (long long)s.most);
    layout->out = in[X];
    layout->aux = routing_size(s.rows, s.experts, s.most) + s.rows * s.most * s.hidden;
    layout->scratch = 2 * s.rows * s.most * (s.width + s.hidden) + largest_room(&s);
    layout->mixes = rows_alike(&in[W1], &layout->out);
    return 0;
}

/* ---- work common to both directions ---- */

typedef struct experts_work { /* matrices have a row an entry */
    const ablate_call *call;
    experts_sizes size;
    routing route;
    int64_t count;
    activation_kind activation;
    float *pre;          /* (H) before the activation; kept in aux */
    float *hidden;       /* (H) after it; backward: times the gate, once the gate's gradient is known */
    float *pre_grad;     /* (H) */
    float *wide, *grads; /* (C) gathered x, then results or gradients of x; gathered gradients of the result */
    float *pack;         /* room of one product */
} experts_work;

static experts_work work_of(const ablate_call *call)
{
    const experts_attr *a = call->attr;
    experts_sizes s = sizes_of(call->in_shape, a);
    int64_t most = s.rows * s.most;
    experts_work w = { .call = call, .size = s, .activation = (activation_kind)a->activation };
    w.route = routing_at(call->aux, s.rows, s.experts, s.most);
    w.pre = call->aux + routing_size(s.rows, s.experts, s.most);
    w.wide = call->scratch;
    w.grads = w.wide + most * s.width;
    w.hidden = w.grads + most * s.width;
    w.pre_grad = w.hidden + most * s.hidden;
    w.pack = w.pre_grad + most * s.hidden;
    return w;
}

static float gate_of(const experts_work *w, int64_t e)
{
    return w->call->in[GATES][w->route.row[e] * w->size.experts + w->route.expert[e]];
}

typedef struct gather {
    const routing *route;
    const float *from; /* (rows, width) */
    float *to;         /* (entries, width) */
    int64_t width;
} gather;

static void gather_rows(void *context, int64_t i)
{
    const gather *g = context;
    work_span span = work_row_span(i, routing_count(g->route), g->width);
    for (int64_t e = span.first; e < span.last; e++)
        memcpy(g->to + e * g->width, g->from + g->route->row[e] * g->width, (size_t)g->width * sizeof *g->to);
}

static void gather_run(const experts_work *w, const float *from, float *to)
{
    gather g = { &w->route, from, to, w->size.width };
    work_run_rows(w->call->cpu, w->count, w->size.width, gather_rows, &g);
}

/* Each expert's rows times its weight: to (n, out) = from (n, in) op(weight). */
static void multiply_groups(const experts_work *w, const float *from, int64_t in, int input, bool transposed, float *to,
                            int64_t out)
{
    for (int64_t t = 0; t < w->size.experts; t++) {
        int64_t first = w->route.begin[t];
        packed_product p = { .batches = 1, .rows = w->route.begin[t + 1] - first, .columns = out, .depth = in };
        p.left = (packed_matrix){ from + first * in, in, 1, 0 };
        p.right = (packed_matrix){ w->call->in[input] + t * in * out, transposed ? 1 : out, transposed ? in : 1, 0 };
        p.out = to + first * out;
        p.out_row = out;
        if (p.rows > 0)
            packed_run(w->call->cpu, &p, w->pack);
    }
}

/* ---- forward ---- */

static void activate_entries(void *context, int64_t i)
{
    const experts_work *w = context;
    int64_t hidden = w->size.hidden;
    work_span span = work_row_span(i, w->count, hidden);
    for (int64_t e = span.first; e < span.last; e++) {
        const float *bias = w->call->in[B1] + w->route.expert[e] * hidden;
        for (int64_t h = 0; h < hidden; h++)
            w->pre[e * hidden + h] += bias[h];
        activation_values(w->activation, w->pre + e * hidden, w->hidden + e * hidden, hidden);
    }
}

static void combine_results(void *context, int64_t i)
{
    const experts_work *w = context;
    int64_t width = w->size.width;
    work_span span = work_row_span(i, w->size.rows, width * w->size.most);
    for (int64_t r = span.first; r < span.last; r++) {
        const int32_t *entry = w->route.entry + r * w->size.most;
        float *out = w->call->out + r * width;
        for (int64_t c = 0; c < width; c++)
            out[c] = 0.0f;
        for (int64_t j = 0; j < w->size.most && entry[j] >= 0; j++) {
            const float *y = w->wide + entry[j] * width;
            const float *bias = w->call->in[B2] + w->route.expert[entry[j]] * width;
            float gate = gate_of(w, entry[j]);
            for (int64_t c = 0; c < width; c++)
                out[c] += gate * (y[c] + bias[c]);
        }
    }
}

static void experts_forward(const ablate_call *call)
{
    experts_work w = work_of(call);
    experts_sizes s = w.size;
    routing_fill(&w.route, call->in[GATES]);
    w.count = routing_count(&w.route);
    gather_run(&w, call->in[X], w.wide);
    multiply_groups(&w, w.wide, s.width, W1, true, w.pre, s.hidden);
    work_run_rows(call->cpu, w.count, s.hidden, activate_entries, &w);
    multiply_groups(&w, w.hidden, s.hidden, W2, true, w.wide, s.width);
    work_run_rows(call->cpu, s.rows, s.width * s.most, combine_results, &w);
}

/* ---- backward ---- */

static void recall_entries(void *context, int64_t i)
{
    const experts_work *w = context;
    int64_t hidden = w->size.hidden;
    work_span span = work_row_span(i, w->count, hidden);
    activation_values(w->activation, w->pre + span.first * hidden, w->hidden + span.first * hidden,
                      (span.last - span.first) * hidden);
}

/* With u = w2^T g (in pre_grad): the gate's gradient is u . hidden + g . b2, that of `pre` is gate u activation'. */
static void differentiate_entries(void *context, int64_t i)
{
    const experts_work *w = context;
    int64_t hidden = w->size.hidden, width = w->size.width;
    work_span span = work_row_span(i, w->count, hidden + width);
    for (int64_t e = span.first; e < span.last; e++) {
        float *u = w->pre_grad + e * hidden, *act = w->hidden + e * hidden, gate = gate_of(w, e);
        int64_t row = w->route.row[e], expert = w->route.expert[e];
        if (w->call->grad_in[GATES])
            w->call->grad_in[GATES][row * w->size.experts + expert] +=
                vector_dot(u, act, hidden) + vector_dot(w->grads + e * width, w->call->in[B2] + expert * width, width);
        for (int64_t h = 0; h < hidden; h++) {
            u[h] *= gate;
            act[h] *= gate;
        }
        activation_slopes(w->activation, w->pre + e * hidden, u, u, hidden);
    }
}

/* Each expert's weight: grad (out, in) += d^T x over its rows, d (n, out) being gradients and x (n, in) inputs. */
static void weight_gradients(const experts_work *w, int input, const float *d, int64_t out, const float *x, int64_t in)
{
    for (int64_t t = 0; w->call->grad_in[input] && t < w->size.experts; t++) {
        int64_t first = w->route.begin[t];
        packed_product p = { .batches = 1, .rows = out, .columns = in, .depth = w->route.begin[t + 1] - first };
        p.left = (packed_matrix){ d + first * out, 1, out, 0 };
        p.right = (packed_matrix){ x + first * in, in, 1, 0 };
        p.out = w->call->grad_in[input] + t * out * in;
        p.out_row = in;
        p.add = true;
        if (p.depth > 0)
            packed_run(w->call->cpu, &p, w->pack);
    }
}

enum { COLUMNS = 64 };

typedef struct bias_work {
    const experts_work *work;
    const float *d; /* (entries, width) */
    float *grad;    /* (T, width) */
    int64_t width;
    bool gated;
} bias_work;

/* Some columns of one expert's bias: the sum of its rows, in double. */
static void sum_bias(void *context, int64_t i)
{
    const bias_work *b = context;
    const routing *route = &b->work->route;
    int64_t tiles = work_pieces(b->width, COLUMNS), t = i / tiles;
    work_span columns = work_piece(i % tiles, b->width, COLUMNS);
    double sum[COLUMNS] = { 0 };
    for (int64_t e = route->begin[t]; e < route->begin[t + 1]; e++) {
        double gate = b->gated ? (double)gate_of(b->work, e) : 1.0;
        const float *d = b->d + e * b->width + columns.first;
        for (int64_t c = 0; c < columns.last - columns.first; c++)
            sum[c] += gate * (double)d[c];
    }
    for (int64_t c = columns.first; c < columns.last; c++)
        b->grad[t * b->width + c] += (float)sum[c - columns.first];
}

static void bias_gradients(const experts_work *w, int input, const float *d, int64_t width, bool gated)
{
    bias_work b = { w, d, w->call->grad_in[input], width, gated };
    if (b.grad)
        work_run(w->call->cpu, w->size.experts * work_pieces(width, COLUMNS), sum_bias, &b);
}

static void combine_gradients(void *context, int64_t i)
{
    const experts_work *w = context;
    int64_t width = w->size.width;
    work_span span = work_row_span(i, w->size.rows, width * w->size.most);
    for (int64_t r = span.first; r < span.last; r++) {
        const int32_t *entry = w->route.entry + r * w->size.most;
        float *to = w->call->grad_in[X] + r * width;
        for (int64_t j = 0; j < w->size.most && entry[j] >= 0; j++)
            for (int64_t c = 0; c < width; c++)
                to[c] += w->wide[entry[j] * width + c];
    }
}

static void experts_backward(const ablate_call *call)
{
    experts_work w = work_of(call);
    experts_sizes s = w.size;
    w.count = routing_count(&w.route);
    gather_run(&w, call->grad_out, w.grads);
    work_run_rows(call->cpu, w.count, s.hidden, recall_entries, &w);
    multiply_groups(&w, w.grads, s.width, W2, false, w.pre_grad, s.hidden);
    work_run_rows(call->cpu, w.count, s.hidden + s.width, differentiate_entries, &w);
    weight_gradients(&w, W2, w.grads, s.width, w.hidden, s.hidden);
    bias_gradients(&w, B2, w.grads, s.width, true);
    bias_gradients(&w, B1, w.pre_grad, s.hidden, false);
    if (call->grad_in[W1])
        gather_run(&w, call->in[X], w.wide);
    weight_gradients(&w, W1, w.pre_grad, s.hidden, w.wide, s.width);
    if (!call->grad_in[X])
        return;
    multiply_groups(&w, w.pre_grad, s.hidden, W1, false, w.wide, s.width);
    work_run_rows(call->cpu, s.rows, s.width * s.most, combine_gradients, &w);
}

/* ---- record ---- */

static double experts_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)n, (void)out;
    experts_sizes s = sizes_of(in, attr);
    return 4.0 * (double)s.rows * (double)s.most * (double)s.width * (double)s.hidden;
}

static double experts_bytes(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    experts_sizes s = sizes_of(in, attr);
    double floats = (double)s.rows * (double)s.most * (double)(2 * s.width + 2 * s.hidden) + (double)shape_size(out);
    for (int i = 0; i < n; i++)
        floats += (double)shape_size(&in[i]);
    return sizeof(float) * floats;
}

static const ablate_setting experts_attrs[] = {
    ABLATE_SET(experts_attr, k, 2, 1, 4096, "the most non-zero gates of a row; further ones are ignored"),
    ABLATE_PICK(experts_attr, activation, ACTIVATION_GELU, ACTIVATION_CHOICES, "between the two layers"),
    { 0 }
};

static const ablate_op experts_record = {
    .doc = "x (R, C), gates (R, T), w1 (T, H, C), b1 (T, H), w2 (T, C, H), b2 (T, C) -> (R, C): sum over t of gates "
           "(w2 act(w1 x + b1) + b2), work only for non-zero gates, of which a row's first k count",
    OP_BOTH(experts, experts_shape),
    OP_TAKES(INPUTS),
    .flops = experts_flops,
    .bytes = experts_bytes,
    OP_ATTRS(experts_attr, experts_attrs),
    .forgets = ABLATE_FORGET(B1) | ABLATE_FORGET_OUT,
};
OP_RECORD(experts_record);
