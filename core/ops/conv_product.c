#include "conv_product.h"
#include "../device/cpu_work.h"
#include "chunks.h"
#include "conv_depthwise.h"
#include "conv_lay.h"

/* ---- the three products ---- */

/* The map's: the batches are groups. */
static packed_product map_product(const conv *c, const laid *l, const float *weight, float *map)
{
    int64_t depth = conv_depth(c), filters = conv_filters(c);
    packed_product p = { .batches = c->groups,
                         .rows = conv_map_rows(c),
                         .columns = filters,
                         .depth = depth,
                         .left = { l->from, c->channels, 1, conv_part(c) },
                         .right = { weight, 1, depth, c->groups > 1 ? filters * depth : 0 },
                         .out = map,
                         .out_row = c->filters,
                         .out_step = filters };
    p.lay = conv_pointwise(c) ? NULL : laid_part;
    p.source = l;
    return p;
}

/* Those of a picture that leave the same rest over the stride: `weight` is (group, tap, filter, channel). */
static packed_product picture_product(const conv *c, const laid *l, const float *weight, float *out)
{
    int64_t depth = l->axis[0].taps * l->axis[1].taps * conv_filters(c), part = conv_part(c);
    packed_product p = { .batches = c->groups,
                         .rows = c->batch * l->axis[0].results * l->axis[1].results,
                         .columns = part,
                         .depth = depth,
                         .left = { l->from, c->filters, 1, conv_filters(c) },
                         .right = { weight, part, 1, c->groups > 1 ? depth * part : 0 },
                         .out = out,
                         .out_row = c->channels,
                         .out_step = part };
    p.lay = conv_pointwise(c) ? NULL : laid_part;
    p.source = l;
    return p;
}

/* The weight's, transposed: (group, tap x channel, filter). */
static packed_product weight_product(const conv *c, const laid *l, const float *map, float *out)
{
    int64_t depth = conv_depth(c), filters = conv_filters(c);
    packed_product p = { .batches = c->groups,
                         .rows = depth,
                         .columns = filters,
                         .depth = conv_map_rows(c),
                         .left = { l->from, 1, c->channels, conv_part(c) },
                         .right = { map, c->filters, 1, c->groups > 1 ? filters : 0 },
                         .out = out,
                         .out_row = filters,
                         .out_step = depth * filters };
    p.lay = conv_pointwise(c) ? NULL : laid_across;
    p.source = l;
    p.across = true;
    return p;
}

/* ---- room ---- */

static bool strided(const conv *c)
{
    return c->move.stride[0] > 1 || c->move.stride[1] > 1;
}

static int64_t weight_size(const conv *c)
{
    return c->filters * conv_depth(c);
}

/* Results of the largest rest over the stride, where they need a place of their own. */
static int64_t rest_size(const conv *c)
{
    conv_axis down = conv_axis_picture(c, 0, 0), across = conv_axis_picture(c, 1, 0);
    return strided(c) ? c->batch * down.results * across.results * c->channels : 0;
}

int64_t conv_room(const conv *c)
{
    const conv_axis whole[2] = { conv_axis_map(c, 0), conv_axis_map(c, 1) };
    laid map = laid_of(c, whole, NULL, c->channels), picture = map;
    if (conv_depthwise(c))
        return weight_size(c);
    for (int i = 0; i < 2; i++) /* as many taps as there may be */
        picture.axis[i] = (conv_axis){ .results = c->size[i], .taps = c->kernel[i] };
    packed_product forth = map_product(c, &map, NULL, NULL), back = picture_product(c, &picture, NULL, NULL);
    packed_product both = weight_product(c, &map, NULL, NULL);
    int64_t most = packed_room(&forth, 1), rest = packed_room(&back, 1) + weight_size(c) + rest_size(c);
    int64_t last = packed_room(&both, 1) + weight_size(c);
    most = rest > most ? rest : most;
    return last > most ? last : most;
}

/* ---- the map ---- */

/* (channel, tap) -> (tap, channel). */
static void turn_depthwise(const conv *c, const float *weight, float *to)
{
    int64_t taps = c->kernel[0] * c->kernel[1];
    for (int64_t channel = 0; channel < c->channels; channel++)
        for (int64_t tap = 0; tap < taps; tap++)
            to[tap * c->channels + channel] = weight[channel * taps + tap];
}

void conv_map(const ablate_cpu *cpu, const conv *c, const float *picture, const float *weight, const finish *f,
              bool add, float *room)
{
    const conv_axis axis[2] = { conv_axis_map(c, 0), conv_axis_map(c, 1) };
    if (conv_depthwise(c)) {
        turn_depthwise(c, weight, room);
        depthwise_run(cpu, c, axis, picture, room, f, add);
        return;
    }
    laid l = laid_of(c, axis, picture, c->channels);
    packed_product p = map_product(c, &l, weight, f->out);
    p.add = add;
    p.finish = !add && finish_needed(f) ? finish_block : NULL;
    p.context = f;
    packed_run(cpu, &p, room);
}

/* ---- the picture ---- */

/* Weights of the taps of one rest: (group, tap, filter, channel). */
static void take_weights(const conv *c, const conv_axis axis[2], const float *weight, float *to)
{
    int64_t part = conv_part(c), filters = conv_filters(c), depth = conv_depth(c);
    for (int64_t group = 0; group < c->groups; group++)
        for (int64_t i = 0; i < axis[0].taps; i++)
            for (int64_t j = 0; j < axis[1].taps; j++) {
                int64_t row = axis[0].weight_first + i * axis[0].weight_step;
                int64_t tap = row * c->kernel[1] + axis[1].weight_first + j * axis[1].weight_step;
                for (int64_t filter = group * filters; filter < (group + 1) * filters; filter++, to += part)
                    memcpy(to, weight + filter * depth + tap * part, (size_t)part * sizeof *to);
            }
}

typedef struct landing { /* where the results of one rest come to lie */
    const conv *c;
    const conv_axis *axis;
    const float *from;
    const finish *f;
    bool add;
} landing;

static void land_block(const void *context, const packed_block *b)
{
    const landing *l = context;
    const conv_axis *down = &l->axis[0], *across = &l->axis[1];
    int64_t channels = l->c->channels, column = b->batch * conv_part(l->c) + b->column, n = b->last_column - b->column;
    for (int64_t r = b->row; r < b->last_row; r++) {
        int64_t x = r % across->results * across->to_step + across->to_first;
        int64_t y = r / across->results % down->results * down->to_step + down->to_first;
        int64_t batch = r / across->results / down->results;
        int64_t at = ((batch * down->to_size + y) * across->to_size + x) * channels + column;
        put_numbers(l->f->out + at, l->from + r * channels + column, n, l->add);
        if (!l->add && finish_needed(l->f))
            finish_row(l->f, at, column, n);
    }
}

/* Nothing of the map reaches these numbers. */
static void land_zeros(const landing *l, float *zeros, int64_t rows)
{
    const packed_block all = { 0, 0, rows, 0, l->c->channels };
    memset(zeros, 0, (size_t)(rows * l->c->channels) * sizeof *zeros);
    land_block(l, &all);
}

/* The numbers of one rest. */
static void picture_rest(const ablate_cpu *cpu, const conv *c, const conv_axis axis[2], const float *map,
                         const float *weight, const finish *f, bool add, float *room)
{
    laid l = laid_of(c, axis, map, c->filters);
    float *weights = room, *own = weights + weight_size(c), *rest = own + rest_size(c);
    landing to = { c, axis, own, f, add };
    int64_t rows = c->batch * axis[0].results * axis[1].results;
    take_weights(c, axis, weight, weights);
    packed_product p = picture_product(c, &l, weights, strided(c) ? own : f->out);
    if (strided(c)) {
        p.finish = land_block;
        p.context = &to;
    } else {
        p.add = add;
        p.finish = !add && finish_needed(f) ? finish_block : NULL;
        p.context = f;
    }
    if (rows > 0 && p.depth > 0)
        packed_run(cpu, &p, rest);
    else if (rows > 0)
        land_zeros(&to, own, rows);
}

void conv_picture(const ablate_cpu *cpu, const conv *c, const float *map, const float *weight, const finish *f,
                  bool add, float *room)
{
    bool depthwise = conv_depthwise(c);
    if (depthwise)
        turn_depthwise(c, weight, room);
    for (int64_t y = 0; y < c->move.stride[0] && y < c->size[0]; y++)
        for (int64_t x = 0; x < c->move.stride[1] && x < c->size[1]; x++) {
            const conv_axis axis[2] = { conv_axis_picture(c, 0, y), conv_axis_picture(c, 1, x) };
            if (depthwise)
                depthwise_run(cpu, c, axis, map, room, f, add);
            else
                picture_rest(cpu, c, axis, map, weight, f, add, room);
        }
}

/* ---- the weight ---- */

/* (group, tap x channel, filter) -> (filter, tap x channel). */
static void put_weights(const conv *c, const float *from, float *weight, bool add)
{
    int64_t depth = conv_depth(c), filters = conv_filters(c);
    for (int64_t filter = 0; filter < c->filters; filter++) {
        const float *column = from + filter / filters * depth * filters + filter % filters;
        PUT_EACH(weight + filter * depth, e, 0, depth, add, column[e * filters]);
    }
}

void conv_weight(const ablate_cpu *cpu, const conv *c, const float *picture, const float *map, float *weight, bool add,
                 float *room)
{
    const conv_axis axis[2] = { conv_axis_map(c, 0), conv_axis_map(c, 1) };
    if (conv_depthwise(c)) {
        depthwise_weight(cpu, c, picture, map, weight, add);
        return;
    }
    laid l = laid_of(c, axis, picture, c->channels);
    packed_product p = weight_product(c, &l, map, room);
    packed_run(cpu, &p, room + weight_size(c));
    put_weights(c, room, weight, add);
}
