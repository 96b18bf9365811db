/* pool.c: the largest or the mean of each window, channel by channel. Channels lie side by side, so a tap is a run of
 * numbers; backward asks for each pixel which windows took it, so that each number has one writer. */
#include "pool.h"
#include "../device/cpu_work.h"
#include "ops.h"

typedef struct pool_work {
    const ablate_call *call;
    pool pool;
} pool_work;

typedef struct pool_window { /* one window of one picture */
    pool_taps down, across;
    const float *picture; /* its pixel (0, 0) */
    int64_t row;          /* of the result, counted over all pictures */
} pool_window;

static int pool_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    pool p = { 0 };
    if (pool_read(&in[0], attr, &p, layout) < 0)
        return -1;
    layout->out = (ablate_shape){ 4, { p.batch, p.count[0], p.count[1], p.channels } };
    return size_check(&layout->out, layout);
}

/* For the numbers of the taps that were largest. */
static int max_pool_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    int status = pool_shape(in, n, attr, layout);
    layout->aux = status == 0 ? shape_size(&layout->out) : 0;
    return status;
}

static pool_window window_of(const pool_work *w, int64_t row)
{
    const pool *p = &w->pool;
    int64_t down = row / p->count[1] % p->count[0], picture = row / p->count[1] / p->count[0];
    return (pool_window){ pool_taps_of(p, 0, down), pool_taps_of(p, 1, row % p->count[1]),
                          w->call->in[0] + picture * p->size[0] * p->size[1] * p->channels, row };
}

static const float *tap_at(const pool *p, const pool_window *at, int64_t down, int64_t across)
{
    int64_t y = at->down.start + down * p->move.dilation[0], x = at->across.start + across * p->move.dilation[1];
    return at->picture + (y * p->size[1] + x) * p->channels;
}

/* Runs body(w, i) for rows of `width` numbers, pieces of which take `taps` times the work. */
typedef struct row_work {
    const pool_work *of;
    int64_t rows, cost;
    void (*body)(const pool_work *, int64_t row);
} row_work;

static void row_piece(void *context, int64_t piece)
{
    const row_work *r = context;
    work_span rows = work_row_span(piece, r->rows, r->cost);
    for (int64_t row = rows.first; row < rows.last; row++)
        r->body(r->of, row);
}

static void run_pool(const ablate_call *call, bool backward, void (*body)(const pool_work *, int64_t row))
{
    pool_work w = { call, pool_of(call) };
    const pool *p = &w.pool;
    const int64_t *rows = backward ? p->size : p->count;
    row_work r = { &w, p->batch * rows[0] * rows[1], p->channels * p->kernel[0] * p->kernel[1], body };
    work_run_rows(call->cpu, r.rows, r.cost, row_piece, &r);
}

/* ---- the largest ---- */

/* best = the larger of it and x; NaN counts as the largest, so that it is seen. */
static void larger_values(const float *restrict x, float *restrict best, int64_t n)
{
    for (int64_t c = 0; c < n; c++)
        best[c] = best[c] >= x[c] || best[c] != best[c] ? best[c] : x[c];
}

static void larger_taps(const float *restrict x, float number, float *restrict best, float *restrict tap, int64_t n)
{
    for (int64_t c = 0; c < n; c++) {
        bool stays = best[c] >= x[c] || best[c] != best[c];
        tap[c] = stays ? tap[c] : number;
        best[c] = stays ? best[c] : x[c];
    }
}

static void max_window(const pool_work *w, int64_t row)
{
    const pool *p = &w->pool;
    pool_window at = window_of(w, row);
    float *best = w->call->out + row * p->channels, *tap = w->call->aux ? w->call->aux + row * p->channels : NULL;
    memcpy(best, tap_at(p, &at, at.down.first, at.across.first), (size_t)p->channels * sizeof *best);
    for (int64_t c = 0; tap && c < p->channels; c++)
        tap[c] = (float)(at.down.first * p->kernel[1] + at.across.first);
    for (int64_t y = at.down.first; y < at.down.last; y++)
        for (int64_t x = at.across.first; x < at.across.last; x++) {
            if (tap)
                larger_taps(tap_at(p, &at, y, x), (float)(y * p->kernel[1] + x), best, tap, p->channels);
            else
                larger_values(tap_at(p, &at, y, x), best, p->channels);
        }
}

static void max_pool_forward(const ablate_call *call)
{
    run_pool(call, false, max_window);
}

/* ---- the mean ---- */

static void add_values(const float *restrict x, float *restrict sum, int64_t n)
{
    for (int64_t c = 0; c < n; c++)
        sum[c] += x[c];
}

static float divisor_of(const pool *p, int64_t row)
{
    return (float)(pool_counted(p, 0, row / p->count[1] % p->count[0]) * pool_counted(p, 1, row % p->count[1]));
}

static void average_window(const pool_work *w, int64_t row)
{
    const pool *p = &w->pool;
    pool_window at = window_of(w, row);
    float *restrict sum = w->call->out + row * p->channels, divisor = divisor_of(p, row);
    memset(sum, 0, (size_t)p->channels * sizeof *sum);
    for (int64_t y = at.down.first; y < at.down.last; y++)
        for (int64_t x = at.across.first; x < at.across.last; x++)
            add_values(tap_at(p, &at, y, x), sum, p->channels);
    for (int64_t c = 0; c < p->channels; c++)
        sum[c] /= divisor;
}

static void average_pool_forward(const ablate_call *call)
{
    run_pool(call, false, average_window);
}

/* ---- backward: what window `from`, of which the pixel is tap number `tap`, adds to the pixel's gradient ---- */

static void add_where_largest(const pool_work *w, int64_t from, int64_t tap, float *restrict to)
{
    const float *restrict grad = w->call->grad_out + from * w->pool.channels;
    const float *restrict largest = w->call->aux + from * w->pool.channels;
    float number = (float)tap;
    for (int64_t c = 0; c < w->pool.channels; c++)
        to[c] += largest[c] == number ? grad[c] : 0.0f;
}

static void add_share(const pool_work *w, int64_t from, int64_t tap, float *restrict to)
{
    (void)tap;
    const float *restrict grad = w->call->grad_out + from * w->pool.channels;
    float divisor = divisor_of(&w->pool, from);
    for (int64_t c = 0; c < w->pool.channels; c++)
        to[c] += grad[c] / divisor;
}

/* The gradient of one pixel, from its windows in the order of their taps. */
__attribute__((always_inline)) static inline void
pixel_gradient(const pool_work *w, int64_t pixel, void (*add)(const pool_work *, int64_t from, int64_t tap, float *to))
{
    const pool *p = &w->pool;
    int64_t y = pixel / p->size[1] % p->size[0], x = pixel % p->size[1], picture = pixel / p->size[1] / p->size[0];
    float *to = w->call->grad_in[0] + pixel * p->channels;
    if (!(w->call->add & 1u))
        memset(to, 0, (size_t)p->channels * sizeof *to);
    for (int64_t i = 0; i < p->kernel[0]; i++) {
        int64_t down = pool_window_at(p, 0, y, i);
        for (int64_t j = 0; down >= 0 && j < p->kernel[1]; j++) {
            int64_t across = pool_window_at(p, 1, x, j);
            if (across >= 0)
                add(w, (picture * p->count[0] + down) * p->count[1] + across, i * p->kernel[1] + j, to);
        }
    }
}

static void max_pixel(const pool_work *w, int64_t pixel)
{
    pixel_gradient(w, pixel, add_where_largest);
}

static void average_pixel(const pool_work *w, int64_t pixel)
{
    pixel_gradient(w, pixel, add_share);
}

static void max_pool_backward(const ablate_call *call)
{
    if (call->grad_in[0])
        run_pool(call, true, max_pixel);
}

static void average_pool_backward(const ablate_call *call)
{
    if (call->grad_in[0])
        run_pool(call, true, average_pixel);
}

/* ---- records ---- */

/* One a tap, whether it lies inside or not. */
static double pool_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)n;
    pool p = { 0 };
    ablate_layout unread = { 0 };
    return pool_read(&in[0], attr, &p, &unread) < 0
               ? 0
               : (double)shape_size(out) * (double)p.kernel[0] * (double)p.kernel[1];
}

#define POOL_ATTRS                                                                                                     \
    ABLATE_WORDS(pool_attr, kernel, "2", "pixels of a window: one number, or \"down,across\""),                        \
        ABLATE_WORDS(pool_attr, stride, "", "from window to window, in the same way; the kernel where it is empty"),   \
        ABLATE_WORDS(pool_attr, padding, "0", "around the picture: one number, \"top,left,bottom,right\" or \"same\"")
#define POOL_CEIL                                                                                                      \
    ABLATE_SET(pool_attr, ceil_mode, 0, 0, 1, "windows that reach beyond the padding count, if they begin inside")

static const ablate_setting max_pool_attrs[] = {
    POOL_ATTRS, ABLATE_WORDS(pool_attr, dilation, "1", "from one pixel of a window to the next"), POOL_CEIL, { 0 }
};
static const ablate_setting average_pool_attrs[] = { POOL_ATTRS,
                                                     POOL_CEIL,
                                                     ABLATE_SET(pool_attr, count_include_pad, 1, 0, 1,
                                                                "the mean is over the padding's zeros too"),
                                                     { 0 } };

static const ablate_op max_pool_record = {
    .doc = "largest of each window of x (B, H, W, C): (B, rows, columns, C); the gradient goes to the first of them",
    OP_BOTH(max_pool, max_pool_shape),
    OP_TAKES(1),
    .flops = pool_flops,
    OP_ATTRS(pool_attr, max_pool_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(max_pool_record);

static const ablate_op average_pool_record = {
    .doc = "mean of each window of x (B, H, W, C): (B, rows, columns, C)",
    OP_BOTH(average_pool, pool_shape),
    OP_TAKES(1),
    .flops = pool_flops,
    OP_ATTRS(pool_attr, average_pool_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(average_pool_record);
