/* conv_product.cuh: the three sums of a convolution on the GPU (conv.h): the map from the picture, the picture from the
 * map, the weight from both. Windows are laid as rows of (group, pixel, tap, channel), some pictures at a time, and the
 * rest is a matrix product; what windows of one pixel read lies as it is. Depthwise ones sum a few terms a number, a
 * thread each, neighbouring threads at neighbouring channels. Every sum has a fixed order; nothing is scattered: a
 * pixel fetches what windows have of it. Measured: not yet on a GPU. */
#ifndef ABLATE_OPS_CONV_PRODUCT_CUH
#define ABLATE_OPS_CONV_PRODUCT_CUH
#include "../gpu.cuh"
#include "conv.h"

namespace
{

constexpr int64_t CONV_ROOM = INT64_C(1) << 24; /* numbers of windows laid at a time, unless one picture has more */
enum { CONV_ROWS = 8 };                         /* rows of a map that one thread sums for a depthwise weight */

/* A number's index, taken apart from the last axis on. */
template <class Index> struct conv_index {
    Index rest;
    __device__ int64_t take(int64_t length)
    {
        Index n = static_cast<Index>(length), index = rest % n;
        rest /= n;
        return static_cast<int64_t>(index);
    }
};

/* Where tap t of window i lies in the picture along an axis; -1: outside. */
__device__ inline int64_t conv_pixel(const conv &c, int axis, int64_t i, int64_t t)
{
    int64_t at = i * c.move.stride[axis] - c.move.before[axis] + t * c.move.dilation[axis];
    return at < c.size[axis] ? at : -1; /* what is negative stays so */
}

/* Which window's tap t lies on pixel i; -1: none. */
__device__ inline int64_t conv_window(const conv &c, int axis, int64_t i, int64_t t)
{
    int64_t at = i + c.move.before[axis] - t * c.move.dilation[axis], stride = c.move.stride[axis];
    return at >= 0 && at % stride == 0 && at / stride < c.count[axis] ? at / stride : -1;
}

/* ---- rows of windows ---- */

inline int64_t conv_row_numbers(const conv &c) /* of one picture */
{
    return c.count[0] * c.count[1] * c.kernel[0] * c.kernel[1] * c.channels;
}

inline int64_t conv_at_once(const conv &c)
{
    int64_t pictures = CONV_ROOM / conv_row_numbers(c);
    return pictures < 1 ? 1 : pictures < c.batch ? pictures : c.batch;
}

inline int64_t conv_rows_room(const conv &c)
{
    return conv_pointwise(&c) || conv_depthwise(&c) ? 0 : conv_at_once(c) * conv_row_numbers(c);
}

/* Number e of the rows of some pictures: (group, picture, y, x, tap down, tap across, channel). */
struct conv_lay {
    conv c;
    const float *picture;
    float *rows;
    int64_t pictures;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t channel = i.take(conv_part(&c)), across = i.take(c.kernel[1]), down = i.take(c.kernel[0]);
        int64_t x = conv_pixel(c, 1, i.take(c.count[1]), across), y = conv_pixel(c, 0, i.take(c.count[0]), down);
        int64_t batch = i.take(pictures), group = static_cast<int64_t>(i.rest);
        int64_t at = ((batch * c.size[0] + y) * c.size[1] + x) * c.channels + group * conv_part(&c) + channel;
        rows[e] = x >= 0 && y >= 0 ? picture[at] : 0.0f;
    }
};

/* Number e of some pictures, from the rows of all windows that it lies in; and the bias, if there is one. */
struct conv_fetch {
    conv c;
    const float *rows, *bias;
    float *picture;
    int64_t pictures;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t channel = i.take(c.channels), x = i.take(c.size[1]), y = i.take(c.size[0]), part = conv_part(&c);
        int64_t batch = static_cast<int64_t>(i.rest), group = channel / part;
        float sum = 0;
        for (int64_t down = 0; down < c.kernel[0]; down++)
            for (int64_t across = 0; across < c.kernel[1]; across++) {
                int64_t row = conv_window(c, 0, y, down), column = conv_window(c, 1, x, across);
                if (row < 0 || column < 0)
                    continue;
                int64_t window = ((group * pictures + batch) * c.count[0] + row) * c.count[1] + column;
                sum += rows[((window * c.kernel[0] + down) * c.kernel[1] + across) * part + channel % part];
            }
        gpu_put(&picture[e], bias ? sum + bias[channel] : sum, add);
    }
};

struct conv_add_bias {
    const float *bias;
    float *to;
    int64_t n;
    template <class Index> __device__ void operator()(Index e) const
    {
        to[e] += bias[e % static_cast<Index>(n)];
    }
};

/* ---- depthwise ---- */

struct depthwise_map {
    conv c;
    const float *picture, *weight, *bias;
    float *map;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t channel = i.take(c.channels), x = i.take(c.count[1]), y = i.take(c.count[0]);
        int64_t batch = static_cast<int64_t>(i.rest), taps = c.kernel[0] * c.kernel[1];
        float sum = 0;
        for (int64_t tap = 0; tap < taps; tap++) {
            int64_t row = conv_pixel(c, 0, y, tap / c.kernel[1]), column = conv_pixel(c, 1, x, tap % c.kernel[1]);
            if (row >= 0 && column >= 0)
                sum += picture[((batch * c.size[0] + row) * c.size[1] + column) * c.channels + channel] *
                       weight[channel * taps + tap];
        }
        gpu_put(&map[e], bias ? sum + bias[channel] : sum, add);
    }
};

struct depthwise_picture {
    conv c;
    const float *map, *weight, *bias;
    float *picture;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t channel = i.take(c.channels), x = i.take(c.size[1]), y = i.take(c.size[0]);
        int64_t batch = static_cast<int64_t>(i.rest), taps = c.kernel[0] * c.kernel[1];
        float sum = 0;
        for (int64_t tap = 0; tap < taps; tap++) {
            int64_t row = conv_window(c, 0, y, tap / c.kernel[1]), column = conv_window(c, 1, x, tap % c.kernel[1]);
            if (row >= 0 && column >= 0)
                sum += map[((batch * c.count[0] + row) * c.count[1] + column) * c.channels + channel] *
                       weight[channel * taps + tap];
        }
        gpu_put(&picture[e], bias ? sum + bias[channel] : sum, add);
    }
};

inline int64_t depthwise_chunks(const conv &c)
{
    return gpu_pieces(c.batch * c.count[0], CONV_ROWS);
}

/* Number e of the sums of CONV_ROWS rows of the map: (chunk, tap, channel). */
struct depthwise_sums {
    conv c;
    const float *picture, *map;
    float *sums;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t channel = i.take(c.channels), across = i.take(c.kernel[1]), down = i.take(c.kernel[0]);
        int64_t first = static_cast<int64_t>(i.rest) * CONV_ROWS, last = first + CONV_ROWS, rows = c.batch * c.count[0];
        float sum = 0;
        for (int64_t row = first; row < last && row < rows; row++) {
            int64_t y = conv_pixel(c, 0, row % c.count[0], down), line = row / c.count[0] * c.size[0] + y;
            for (int64_t k = 0; y >= 0 && k < c.count[1]; k++) {
                int64_t x = conv_pixel(c, 1, k, across);
                if (x >= 0)
                    sum += picture[(line * c.size[1] + x) * c.channels + channel] *
                           map[(row * c.count[1] + k) * c.channels + channel];
            }
        }
        sums[e] = sum;
    }
};

/* Number e of the weight (channel, tap), from all chunks. */
struct depthwise_weight {
    const float *sums;
    float *weight;
    int64_t chunks, channels, taps;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        conv_index<Index> i = { e };
        int64_t tap = i.take(taps), channel = static_cast<int64_t>(i.rest);
        double sum = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            sum += static_cast<double>(sums[(chunk * taps + tap) * channels + channel]);
        gpu_put(&weight[e], static_cast<float>(sum), add);
    }
};

/* ---- the map ---- */

/* A product for each group: what `a` and `b` have apart is the caller's. */
inline gpu_product conv_product(const conv &c, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                                float *to)
{
    gpu_product p = {};
    p.batches = c.groups;
    p.m = m, p.n = n, p.k = k;
    p.a = a, p.b = b, p.c = to;
    return p;
}

/* Map of some pictures from their rows, or from themselves where windows are pixels. */
inline void map_product(const gpu *g, const conv &c, int64_t pictures, const float *rows, const float *weight,
                        const float *bias, float *map, bool add)
{
    int64_t depth = conv_depth(&c), filters = conv_filters(&c), m = pictures * c.count[0] * c.count[1];
    bool bare = conv_pointwise(&c);
    gpu_product p = conv_product(c, m, filters, depth, rows, weight, map);
    p.tb = true, p.add = add, p.bias = bias;
    p.lda = bare ? c.channels : depth, p.a_apart = bare ? depth : m * depth;
    p.ldb = depth, p.b_apart = filters * depth;
    p.ldc = c.filters, p.c_apart = filters;
    g->multiply(&p);
}

/* Map of a picture; or added to what is there. */
inline void conv_map(const gpu *g, const conv &c, const float *picture, const float *weight, const float *bias,
                     float *map, bool add, float *room)
{
    int64_t of_picture = c.size[0] * c.size[1] * c.channels, of_map = c.count[0] * c.count[1] * c.filters;
    const float *with = c.groups == 1 ? bias : nullptr;
    if (conv_depthwise(&c)) {
        gpu_each(g, c.batch * of_map, depthwise_map{ c, picture, weight, bias, map, add });
        return;
    }
    if (conv_pointwise(&c))
        map_product(g, c, c.batch, picture, weight, with, map, add);
    for (int64_t first = 0, n; !conv_pointwise(&c) && first < c.batch; first += n) {
        n = c.batch - first < conv_at_once(c) ? c.batch - first : conv_at_once(c);
        gpu_each(g, n * conv_row_numbers(c), conv_lay{ c, picture + first * of_picture, room, n });
        map_product(g, c, n, room, weight, with, map + first * of_map, add);
    }
    if (bias && !with)
        gpu_each(g, c.batch * of_map, conv_add_bias{ bias, map, c.filters });
}

/* ---- the picture ---- */

/* Rows of some pictures from their map, or the pictures themselves where windows are pixels. */
inline void rows_product(const gpu *g, const conv &c, int64_t pictures, const float *map, const float *weight,
                         const float *bias, float *rows, bool add)
{
    int64_t depth = conv_depth(&c), filters = conv_filters(&c), m = pictures * c.count[0] * c.count[1];
    bool bare = conv_pointwise(&c);
    gpu_product p = conv_product(c, m, depth, filters, map, weight, rows);
    p.add = add, p.bias = bias;
    p.lda = c.filters, p.a_apart = filters;
    p.ldb = depth, p.b_apart = filters * depth;
    p.ldc = bare ? c.channels : depth, p.c_apart = bare ? depth : m * depth;
    g->multiply(&p);
}

/* Picture of a map; or added to what is there. */
inline void conv_picture(const gpu *g, const conv &c, const float *map, const float *weight, const float *bias,
                         float *picture, bool add, float *room)
{
    int64_t of_picture = c.size[0] * c.size[1] * c.channels, of_map = c.count[0] * c.count[1] * c.filters;
    if (conv_depthwise(&c)) {
        gpu_each(g, c.batch * of_picture, depthwise_picture{ c, map, weight, bias, picture, add });
        return;
    }
    if (conv_pointwise(&c)) {
        rows_product(g, c, c.batch, map, weight, c.groups == 1 ? bias : nullptr, picture, add);
        if (bias && c.groups > 1)
            gpu_each(g, c.batch * of_picture, conv_add_bias{ bias, picture, c.channels });
        return;
    }
    for (int64_t first = 0, n; first < c.batch; first += n) {
        n = c.batch - first < conv_at_once(c) ? c.batch - first : conv_at_once(c);
        rows_product(g, c, n, map + first * of_map, weight, nullptr, room, false);
        gpu_each(g, n * of_picture, conv_fetch{ c, room, bias, picture + first * of_picture, n, add });
    }
}

/* ---- the weight ---- */

inline void weight_product(const gpu *g, const conv &c, int64_t pictures, const float *rows, const float *map,
                           float *weight, bool add)
{
    int64_t depth = conv_depth(&c), filters = conv_filters(&c), m = pictures * c.count[0] * c.count[1];
    bool bare = conv_pointwise(&c);
    gpu_product p = conv_product(c, filters, depth, m, map, rows, weight);
    p.ta = true, p.add = add;
    p.lda = c.filters, p.a_apart = filters;
    p.ldb = bare ? c.channels : depth, p.b_apart = bare ? depth : m * depth;
    p.ldc = depth, p.c_apart = filters * depth;
    g->multiply(&p);
}

inline void conv_weight(const gpu *g, const conv &c, const float *picture, const float *map, float *weight, bool add,
                        float *room)
{
    int64_t of_picture = c.size[0] * c.size[1] * c.channels, of_map = c.count[0] * c.count[1] * c.filters;
    int64_t taps = c.kernel[0] * c.kernel[1];
    if (conv_depthwise(&c)) {
        gpu_each(g, depthwise_chunks(c) * taps * c.channels, depthwise_sums{ c, picture, map, room });
        gpu_each(g, taps * c.channels, depthwise_weight{ room, weight, depthwise_chunks(c), c.channels, taps, add });
        return;
    }
    if (conv_pointwise(&c))
        weight_product(g, c, c.batch, picture, map, weight, add);
    for (int64_t first = 0, n; !conv_pointwise(&c) && first < c.batch; first += n) {
        n = c.batch - first < conv_at_once(c) ? c.batch - first : conv_at_once(c);
        gpu_each(g, n * conv_row_numbers(c), conv_lay{ c, picture + first * of_picture, room, n });
        weight_product(g, c, n, room, map + first * of_map, weight, add || first > 0);
    }
}

/* ---- room of a call ---- */

inline int64_t conv_room(const conv &c, bool weight)
{
    return weight && conv_depthwise(&c) ? depthwise_chunks(c) * c.kernel[0] * c.kernel[1] * c.channels
                                        : conv_rows_room(c);
}

} // namespace

#endif
