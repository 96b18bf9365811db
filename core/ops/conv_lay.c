#include "conv_lay.h"

laid laid_of(const conv *c, const conv_axis axis[2], const float *from, int64_t channels)
{
    laid l = { { axis[0], axis[1] }, from, NULL, channels, channels / c->groups, false };
    l.joined = c->groups == 1 && axis[1].apart == 1;
    l.end = from ? from + c->batch * axis[0].from_size * axis[1].from_size * channels : NULL;
    return l;
}

typedef struct run {     /* terms that lie side by side, from the pixel of tap 0 on */
    int64_t line, at, n; /* lines down; numbers across; how many */
} run;

/* The runs of terms term .. term + terms - 1, the same for every result; returns how many. */
static int runs_of(const laid *l, const packed_part *p, run runs[PACKED_DEPTH])
{
    const conv_axis *down = &l->axis[0], *across = &l->axis[1];
    int64_t length = l->joined ? across->taps * l->part : l->part, unit = p->term / length, skip = p->term % length;
    int count = 0;
    for (int64_t left = p->terms; left > 0; left -= runs[count++].n, skip = 0, unit++) {
        int64_t i = l->joined ? unit : unit / across->taps, j = l->joined ? 0 : unit % across->taps;
        runs[count].line = i * down->apart;
        runs[count].at = j * across->apart * l->channels + p->batch * l->part + skip;
        runs[count].n = length - skip < left ? length - skip : left;
    }
    return count;
}

/* Few numbers are copied as so many as a register has, where there are so many: what is behind them comes later. */
static inline void lay_numbers(const laid *l, const float *from, int64_t n, float *to)
{
    if (n <= PACKED_SPARE && l->end - from >= PACKED_SPARE)
        memcpy(to, from, PACKED_SPARE * sizeof *to);
    else
        for (int64_t e = 0; e < n; e++)
            to[e] = from[e];
}

/* n numbers of a line of `length`, from number `at` on, some of which lie outside: zeros. */
static void lay_edge(const laid *l, const float *line, int64_t length, int64_t at, int64_t n, float *to)
{
    int64_t before = at < 0 ? (-at < n ? -at : n) : 0;
    int64_t inside = length - at - before < n - before ? length - at - before : n - before;
    inside = inside > 0 ? inside : 0;
    for (int64_t e = 0; e < before; e++)
        to[e] = 0;
    if (inside)
        lay_numbers(l, line + at + before, inside, to + before);
    for (int64_t e = before + inside; e < n; e++)
        to[e] = 0;
}

/* One result, whose pixel of tap 0 is (y, x) of picture `batch`. */
static inline void lay_result(const laid *l, const run *runs, int count, int64_t batch, int64_t y, int64_t x, float *to)
{
    int64_t height = l->axis[0].from_size, length = l->axis[1].from_size * l->channels;
    const float *picture = l->from + batch * height * length;
    for (int k = 0; k < count; to += runs[k++].n) {
        int64_t line = y + runs[k].line, at = x * l->channels + runs[k].at, n = runs[k].n;
        if (line < 0 || line >= height)
            memset(to, 0, (size_t)n * sizeof *to);
        else if (at >= 0 && at + n <= length)
            lay_numbers(l, picture + line * length + at, n, to);
        else
            lay_edge(l, picture + line * length, length, at, n, to);
    }
}

void laid_part(const void *source, const packed_part *p, float *to, int64_t row)
{
    const laid *l = source;
    const conv_axis *down = &l->axis[0], *across = &l->axis[1];
    int64_t x = p->row % across->results, y = p->row / across->results % down->results;
    int64_t batch = p->row / across->results / down->results;
    run runs[PACKED_DEPTH];
    int count = runs_of(l, p, runs);
    for (int64_t r = 0; r < p->rows; r++, to += row) {
        lay_result(l, runs, count, batch, y * down->step + down->first, x * across->step + across->first, to);
        if (++x == across->results) {
            x = 0;
            if (++y == down->results)
                y = 0, batch++;
        }
    }
}

void laid_across(const void *source, const packed_part *p, float *to, int64_t row)
{
    packed_part turned = { p->batch, p->term, p->terms, p->row, p->rows };
    laid_part(source, &turned, to, row);
}
