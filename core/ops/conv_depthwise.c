#include "conv_depthwise.h"
#include "../device/cpu_vector.h"
#include "../device/cpu_work.h"

/* TILE: results side by side that share each number of the weight. SUMS: registers of sums. CHANNELS: that are computed
 * before the next ones, so that the rows read and the weights stay in the nearest cache. Measured on Zen 5, one thread,
 * 5x5: 14x14 of 672 channels 58 GFLOP/s with all at once, 76 with 64, 100 with 128; 7x7 of 1152 44, 56, 101. BLOCK:
 * channels of which the weight's gradient is summed in one piece. */
enum { TILE = 4, SUMS = 8, CHANNELS = 128, BLOCK = 64 };

typedef struct depthwise_work {
    const conv *c;
    const conv_axis *axis;
    const float *from, *weight;
    const finish *f;
    bool add;
    int64_t rows, band; /* rows of results; those that one piece takes */
} depthwise_work;

typedef struct span {
    int64_t first, last; /* last is one beyond */
} span;

/* The taps of a result that lie inside. */
static span taps_of(const conv_axis *a, int64_t result)
{
    int64_t at = result * a->step + a->first;
    span s = { 0, a->taps };
    while (s.first < s.last && (at + s.first * a->apart < 0 || at + s.first * a->apart >= a->from_size))
        s.first++;
    while (s.last > s.first && (at + (s.last - 1) * a->apart < 0 || at + (s.last - 1) * a->apart >= a->from_size))
        s.last--;
    return s;
}

static bool all_taps(const conv_axis *a, span s)
{
    return s.first == 0 && s.last == a->taps;
}

typedef struct tile { /* of some results in a row, whose taps i x j lie inside */
    span i, j;
    const float *from, *weight; /* where tap 0 of the first result reads, and its weight; both of channel 0 */
    int64_t from_result, from_down, from_across, weight_down, weight_across; /* numbers apart */
    const float *bias;                                                       /* or NULL */
    float *out;
    int64_t out_result;
    bool add;
} tile;

/* Channels channel .. of `vectors` registers; pixels and vectors are constants wherever this is inlined. */
__attribute__((always_inline)) static inline void tile_vectors(int pixels, int vectors, const tile *t, int64_t channel)
{
    vector_part sum[SUMS];
    for (int s = 0; s < pixels * vectors; s++)
        sum[s] = (vector_part){ 0 };
    for (int64_t i = t->i.first; i < t->i.last; i++)
        for (int64_t j = t->j.first; j < t->j.last; j++) {
            const float *weight = t->weight + i * t->weight_down + j * t->weight_across + channel;
            const float *from = t->from + i * t->from_down + j * t->from_across + channel;
            for (int p = 0; p < pixels; p++)
                for (int v = 0; v < vectors; v++)
                    sum[p * vectors + v] += vector_load(from + p * t->from_result, v) * vector_load(weight, v);
        }
    for (int p = 0; p < pixels; p++)
        for (int v = 0; v < vectors; v++) {
            int64_t at = channel + v * VECTOR_PART;
            vector_memory *to = (vector_memory *)(t->out + p * t->out_result + at);
            vector_part all = sum[p * vectors + v];
            if (t->add)
                all += *to;
            if (t->bias)
                all += vector_load(t->bias + at, 0);
            *to = all;
        }
}

static vector_part load_some(const float *x, size_t n)
{
    vector_part some = { 0 };
    memcpy(&some, x, n * sizeof *x);
    return some;
}

/* The last channels of a result, fewer than a register has, in a register nevertheless: sums of single numbers are
 * compiled in other ways on other processors. */
static void tile_rest(const tile *t, int64_t pixel, int64_t channel, size_t n)
{
    vector_part sum = { 0 };
    float *to = t->out + pixel * t->out_result + channel;
    for (int64_t i = t->i.first; i < t->i.last; i++)
        for (int64_t j = t->j.first; j < t->j.last; j++)
            sum += load_some(t->from + pixel * t->from_result + i * t->from_down + j * t->from_across + channel, n) *
                   load_some(t->weight + i * t->weight_down + j * t->weight_across + channel, n);
    if (t->add)
        sum += load_some(to, n);
    if (t->bias)
        sum += load_some(t->bias + channel, n);
    memcpy(to, &sum, n * sizeof *to);
}

__attribute__((always_inline)) static inline void tile_run(int pixels, const tile *t, work_span of)
{
    int64_t channel = of.first, channels = of.last;
    for (; channel + SUMS / pixels * VECTOR_PART <= channels; channel += SUMS / pixels * VECTOR_PART)
        tile_vectors(pixels, SUMS / pixels, t, channel);
    for (; channel + VECTOR_PART <= channels; channel += VECTOR_PART)
        tile_vectors(pixels, 1, t, channel);
    for (int p = 0; p < pixels && channel < channels; p++)
        tile_rest(t, p, channel, (size_t)(channels - channel));
}

/* Some channels of one row of results. */
static void run_row(const depthwise_work *w, int64_t batch, int64_t y, work_span of)
{
    const conv_axis *down = &w->axis[0], *across = &w->axis[1];
    int64_t channels = w->c->channels, taps_across = w->c->kernel[1];
    int64_t out_row = (batch * down->to_size + y * down->to_step + down->to_first) * across->to_size;
    tile t = { .i = taps_of(down, y),
               .from_result = across->step * channels,
               .from_down = down->apart * across->from_size * channels,
               .from_across = across->apart * channels,
               .weight_down = down->weight_step * taps_across * channels,
               .weight_across = across->weight_step * channels,
               .out_result = across->to_step * channels,
               .bias = w->add ? NULL : w->f->bias,
               .add = w->add };
    t.weight = w->weight + (down->weight_first * taps_across + across->weight_first) * channels;
    int64_t line = batch * down->from_size + y * down->step + down->first;
    for (int64_t x = 0, n; x < across->results; x += n) {
        t.j = taps_of(across, x);
        n = x + TILE <= across->results && all_taps(across, t.j) && all_taps(across, taps_of(across, x + TILE - 1))
                ? TILE
                : 1;
        int64_t at = (out_row + x * across->to_step + across->to_first) * channels;
        t.from = w->from + (line * across->from_size + x * across->step + across->first) * channels;
        t.out = w->f->out + at;
        if (n == TILE)
            tile_run(TILE, &t, of);
        else
            tile_run(1, &t, of);
        for (int64_t p = 0; p < n && !w->add && w->f->activation != ACTIVATION_NONE; p++)
            finish_values(w->f, at + p * t.out_result + of.first, of.last - of.first);
    }
}

static void run_band(void *context, int64_t piece)
{
    const depthwise_work *w = context;
    int64_t blocks = work_pieces(w->c->channels, CHANNELS);
    work_span rows = work_piece(piece / blocks, w->rows, w->band);
    work_span of = work_piece(piece % blocks, w->c->channels, CHANNELS);
    for (int64_t row = rows.first; row < rows.last; row++)
        run_row(w, row / w->axis[0].results, row % w->axis[0].results, of);
}

void depthwise_run(const ablate_cpu *cpu, const conv *c, const conv_axis axis[2], const float *from,
                   const float *weight, const finish *f, bool add)
{
    depthwise_work w = { c, axis, from, weight, f, add, c->batch * axis[0].results, 1 };
    w.band = work_rows(axis[1].results * (c->channels < CHANNELS ? c->channels : CHANNELS));
    if (w.rows > 0 && axis[1].results > 0)
        work_run(cpu, work_pieces(w.rows, w.band) * work_pieces(c->channels, CHANNELS), run_band, &w);
}

/* ---- the gradient of the weight ---- */

typedef struct weight_work {
    const conv *c;
    conv_axis axis[2];
    const float *picture, *map;
    float *weight;
    bool add;
} weight_work;

/* The results whose tap lies inside. */
static span results_of(const conv_axis *a, int64_t tap)
{
    int64_t at = a->first + tap * a->apart;
    span s = { at < 0 ? (-at + a->step - 1) / a->step : 0, a->results };
    while (s.last > s.first && at + (s.last - 1) * a->step >= a->from_size)
        s.last--;
    return s;
}

/* `n` channels of one tap: the sum of each row of the map by itself, then of all. */
static void sum_tap(const weight_work *w, int64_t i, int64_t j, int64_t channel, int64_t n, float *restrict sum)
{
    const conv_axis *down = &w->axis[0], *across = &w->axis[1];
    const span y = results_of(down, i), x = results_of(across, j);
    int64_t channels = w->c->channels;
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int64_t r = 0; r < w->c->batch * (y.last - y.first); r++) {
        int64_t batch = r / (y.last - y.first), row = y.first + r % (y.last - y.first);
        int64_t line = batch * down->from_size + row * down->step + down->first + i * down->apart;
        int64_t column = across->first + j * across->apart;
        float some[BLOCK] = { 0 };
        for (int64_t k = x.first; k < x.last; k++) {
            const float *p = w->picture + (line * across->from_size + k * across->step + column) * channels + channel;
            const float *m = w->map + ((batch * down->results + row) * across->results + k) * channels + channel;
            for (int64_t e = 0; e < n; e++)
                some[e] += p[e] * m[e];
        }
        for (int64_t e = 0; e < n; e++)
            sum[e] += some[e];
    }
}

static void weight_piece(void *context, int64_t piece)
{
    const weight_work *w = context;
    int64_t taps = w->c->kernel[0] * w->c->kernel[1], tap = piece % taps;
    work_span block = work_piece(piece / taps, w->c->channels, BLOCK);
    float sum[BLOCK];
    sum_tap(w, tap / w->c->kernel[1], tap % w->c->kernel[1], block.first, block.last - block.first, sum);
    for (int64_t e = block.first; e < block.last; e++) {
        float *to = w->weight + e * taps + tap;
        *to = w->add ? *to + sum[e - block.first] : sum[e - block.first];
    }
}

void depthwise_weight(const ablate_cpu *cpu, const conv *c, const float *picture, const float *map, float *weight,
                      bool add)
{
    weight_work w = { c, { conv_axis_map(c, 0), conv_axis_map(c, 1) }, picture, map, weight, add };
    work_run(cpu, work_pieces(c->channels, BLOCK) * c->kernel[0] * c->kernel[1], weight_piece, &w);
}
