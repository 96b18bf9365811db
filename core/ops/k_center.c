/* k_center.c: rows that lie so that none is far from the nearest of them: the greedy choice (Gonzalez 1985; a coreset
 * in Sener and Savarese 2018), which takes the row that is farthest from all it has, again and again.
 *
 * Distances to what is chosen only shrink, so the last one known bounds the one of now from above. The rows lie in
 * tiles; a tile learns of the rows chosen meanwhile only when its bound is the greatest, then of all of them at once,
 * while it is in the cache. The choice is the same as with every tile up to date. */
#include "k_center.h"
#include "../device/cpu_vector.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <math.h>

enum { TILE = 64, ROUND = 8 }; /* rows of a tile; tiles that are brought up to date at once */

typedef struct k_center_work {
    const ablate_call *call;
    int64_t rows, width, tiles, known; /* known: how many are chosen */
    float *tile, *least, *bound;       /* (tiles, width, TILE); (tiles, TILE) squares, -1: chosen; (tiles) */
    float *seen;                       /* (tiles): of how many chosen rows a tile knows */
    int64_t stale[ROUND];
    int stales;
} k_center_work;

static int k_center_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const k_center_attr *a = attr;
    if (in[0].rank != 2)
        return misfit(layout, "x must have 2 axes (rows, width); its shape is %s", shape_words(&in[0]).text);
    if (in[0].dim[0] > 1 << 24) /* indices are kept in floats */
        return misfit(layout, "x %s has too many rows; the most are 2^24", shape_words(&in[0]).text);
    if (a->count > in[0].dim[0] || a->start >= in[0].dim[0])
        return misfit(layout, "count=%d or start=%d is beyond the %lld rows of x", a->count, a->start,
                      (long long)in[0].dim[0]);
    layout->out = (ablate_shape){ 1, { a->count } };
    layout->scratch = work_pieces(in[0].dim[0], TILE) * (TILE * (in[0].dim[1] + 1) + 2);
    layout->mixes = true;
    return size_check(&in[0], layout);
}

/* ---- tiles ---- */

/* Rows beyond the last count as chosen. */
static void fill_tile(void *context, int64_t t)
{
    const k_center_work *w = context;
    const float *from = w->call->in[0] + t * TILE * w->width;
    float *to = w->tile + t * TILE * w->width, *least = w->least + t * TILE;
    for (int64_t j = 0; j < TILE; j++) {
        const bool there = t * TILE + j < w->rows;
        least[j] = there ? INFINITY : -1.0f;
        for (int64_t d = 0; d < w->width; d++)
            to[d * TILE + j] = there ? from[j * w->width + d] : 0.0f;
    }
    w->bound[t] = INFINITY;
    w->seen[t] = 0;
}

/* Each distance is summed by itself, from the first number on. */
static void learn(const float *restrict tile, const float *restrict chosen, int64_t width, float *restrict least)
{
    float square[TILE] = { 0 };
    for (int64_t d = 0; d < width; d++, tile += TILE)
        for (int j = 0; j < TILE; j++)
            square[j] += (tile[j] - chosen[d]) * (tile[j] - chosen[d]);
    for (int j = 0; j < TILE; j++)
        least[j] = square[j] < least[j] ? square[j] : least[j];
}

static void bring_up_to_date(void *context, int64_t i)
{
    const k_center_work *w = context;
    const int64_t t = w->stale[i];
    for (int64_t k = (int64_t)w->seen[t]; k < w->known; k++)
        learn(w->tile + t * TILE * w->width, w->call->in[0] + (int64_t)w->call->out[k] * w->width, w->width,
              w->least + t * TILE);
    w->bound[t] = vector_largest(w->least + t * TILE, TILE);
    w->seen[t] = (float)w->known;
}

/* ---- the next row ---- */

/* The tiles of the greatest bounds, the first of equals first, down to one that is up to date. */
static void list_stale(k_center_work *w)
{
    int64_t greatest[ROUND + 1];
    int count = 0;
    for (int64_t t = 0; t < w->tiles; t++) {
        if (count == ROUND && w->bound[t] <= w->bound[greatest[ROUND - 1]])
            continue;
        int at = count < ROUND ? count++ : ROUND - 1;
        for (; at > 0 && w->bound[t] > w->bound[greatest[at - 1]]; at--)
            greatest[at] = greatest[at - 1];
        greatest[at] = t;
    }
    w->stales = 0;
    while (w->stales < count && (int64_t)w->seen[greatest[w->stales]] < w->known) {
        w->stale[w->stales] = greatest[w->stales];
        w->stales++;
    }
    if (w->stales == 0)
        w->stale[0] = greatest[0]; /* which holds the next */
}

static int64_t find_next(k_center_work *w)
{
    for (list_stale(w); w->stales > 0; list_stale(w))
        work_run(w->call->cpu, w->stales, bring_up_to_date, w);
    const float *least = w->least + w->stale[0] * TILE;
    int64_t j = 0;
    while (least[j] != w->bound[w->stale[0]])
        j++;
    return w->stale[0] * TILE + j;
}

static void k_center_forward(const ablate_call *call)
{
    const k_center_attr *a = call->attr;
    k_center_work w = { .call = call, .rows = call->in_shape[0].dim[0], .width = call->in_shape[0].dim[1] };
    w.tiles = work_pieces(w.rows, TILE);
    w.tile = call->scratch;
    w.least = w.tile + w.tiles * TILE * w.width;
    w.bound = w.least + w.tiles * TILE;
    w.seen = w.bound + w.tiles;
    work_run(call->cpu, w.tiles, fill_tile, &w);
    for (int64_t next = a->start; w.known < a->count; next = find_next(&w)) {
        call->out[w.known++] = (float)next;
        w.least[next] = -1.0f;
        if (w.known == a->count)
            break;
    }
}

/* Each row with each that is chosen: a difference, a product, a sum. */
OP_COST(k_center_flops, 3.0 * (double)shape_size(&in[0]) * (double)shape_size(out))

static const ablate_setting k_center_attrs[] = { ABLATE_SET(k_center_attr, count, 1, 1, 1 << 24, "rows to choose"),
                                                 ABLATE_SET(k_center_attr, start, 0, 0, (1 << 24) - 1,
                                                            "the row to begin with"),
                                                 { 0 } };

static const ablate_op k_center_record = {
    .doc = "x (N, C) -> (count): indices of rows, each the farthest from those before it; of equals the first; none "
           "twice. No gradient passes",
    OP_FORWARD(k_center, k_center_shape),
    OP_TAKES(1),
    .flops = k_center_flops,
    OP_ATTRS(k_center_attr, k_center_attrs),
};
OP_RECORD(k_center_record);
