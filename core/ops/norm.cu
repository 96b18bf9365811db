/* norm.cu: layer normalisation on the GPU, alone and of a residual sum, a warp a row, whose numbers stay in registers
 * up to a width of 1024: x is read once and y written once, 8 bytes a number; backward reads x and the gradient once,
 * 12 bytes. The gradients of weight and bias are summed in chunks of CHUNK rows, a thread a column, and the chunks then
 * added in order. Variance by deviations from the mean, as the CPU has it.
 * With the addition before it, 16 bytes a number instead of 20; backward 16 instead of 24, or 20 instead of 28 where
 * the sum has a gradient already, as a residual does. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "norm.h"

namespace
{

constexpr int CHUNK = 32, COLUMNS = 128, HELD = 32; /* rows of a chunk; columns of a block; numbers a lane holds */

typedef struct norm_call {
    const float *x, *weight, *bias, *grad;
    float *out, *aux, *to;
    int64_t rows, width;
    float eps;
    bool add;
} norm_call;

static norm_call norm_call_of(const ablate_call *call)
{
    norm_call n = {};
    n.x = call->in[0], n.weight = call->in[1], n.bias = call->in[2], n.grad = call->grad_out;
    n.out = call->out, n.aux = call->aux;
    n.width = gpu_width(&call->in_shape[0]);
    n.rows = shape_size(&call->in_shape[0]) / n.width;
    n.eps = static_cast<float>(static_cast<const layer_norm_attr *>(call->attr)->eps);
    return n;
}

/* A row's numbers: in registers if `Held`, else read again from the cache. */
template <bool Held> struct row_numbers {
    float held[Held ? HELD : 1];
    const float *from;
    int64_t width;
    int lane;
    __device__ row_numbers(const float *row, int64_t n, int at) : from(row), width(n), lane(at)
    {
        if (Held)
#pragma unroll
            for (int i = 0; i < HELD; i++)
                held[Held ? i : 0] = lane + i * GPU_WARP < width ? from[lane + i * GPU_WARP] : 0.0f;
    }
    /* The other row is added to it (Held only). */
    __device__ void add(const float *other)
    {
#pragma unroll
        for (int i = 0; i < HELD; i++)
            held[Held ? i : 0] += lane + i * GPU_WARP < width ? other[lane + i * GPU_WARP] : 0.0f;
    }
    /* body(place, number) for every number of this lane */
    template <class Body> __device__ void each(Body body) const
    {
        if (Held)
#pragma unroll
            for (int i = 0; i < HELD; i++) {
                if (lane + i * GPU_WARP < width)
                    body(lane + i * GPU_WARP, held[Held ? i : 0]);
            }
        else
            for (int64_t i = lane; i < width; i += GPU_WARP)
                body(i, from[i]);
    }
};

template <bool Held>
__device__ inline void normalise(const norm_call &n, const row_numbers<Held> &x, int64_t row, int lane)
{
    float sum = 0, squares = 0;
    x.each([&](int64_t, float value) { sum += value; });
    float mean = gpu_warp_sum(sum) / static_cast<float>(n.width);
    x.each([&](int64_t, float value) { squares += (value - mean) * (value - mean); });
    float rstd = 1.0f / sqrtf(gpu_warp_sum(squares) / static_cast<float>(n.width) + n.eps);
    float *out = n.out + row * n.width;
    const float *weight = n.weight, *bias = n.bias;
    x.each([&](int64_t i, float value) { out[i] = (value - mean) * rstd * weight[i] + bias[i]; });
    if (n.aux && lane == 0) {
        n.aux[2 * row] = mean;
        n.aux[2 * row + 1] = rstd;
    }
}

template <bool Held> struct norm_row {
    norm_call n;
    __device__ void operator()(int64_t row, int lane) const
    {
        normalise(n, row_numbers<Held>(n.x + row * n.width, n.width, lane), row, lane);
    }
};

static void norm_forward(const gpu *g, const ablate_call *call)
{
    norm_call n = norm_call_of(call);
    if (n.width <= HELD * GPU_WARP)
        gpu_rows(g, n.rows, norm_row<true>{ n });
    else
        gpu_rows(g, n.rows, norm_row<false>{ n });
}

/* body(place, slope) for every number of this lane. With h = (x - mean) rstd and d = grad weight the slope is
 * rstd (d - mean(d) - h mean(d h)), rounded by itself: fused with whatever it is added to, it would not be the same in
 * both of its users. */
template <bool Held, class Body>
__device__ inline void each_slope(const norm_call &n, int64_t row, int lane, const Body &body)
{
    row_numbers<Held> grad(n.grad + row * n.width, n.width, lane);
    const float *weight = n.weight, *from = n.x + row * n.width;
    float mean = n.aux[2 * row], rstd = n.aux[2 * row + 1], sum = 0, along = 0;
    grad.each([&](int64_t i, float value) {
        float d = value * weight[i];
        sum += d;
        along += d * (from[i] - mean);
    });
    float mean_d = gpu_warp_sum(sum) / static_cast<float>(n.width);
    float slope = gpu_warp_sum(along) * rstd * rstd / static_cast<float>(n.width);
    grad.each([&](int64_t i, float value) {
        body(i, __fmul_rn(rstd, value * weight[i] - mean_d - (from[i] - mean) * slope));
    });
}

template <bool Held> struct norm_slope {
    norm_call n;
    __device__ void operator()(int64_t row, int lane) const
    {
        float *to = n.to + row * n.width;
        bool add = n.add;
        each_slope<Held>(n, row, lane, [&](int64_t i, float slope) { gpu_put(&to[i], slope, add); });
    }
};

/* Block (x, y): what the rows of chunk y add to the gradients of weight and bias, a thread a column. */
__global__ void chunk_kernel(norm_call n, float *sums)
{
    int64_t column = static_cast<int64_t>(blockIdx.x) * COLUMNS + threadIdx.x;
    int64_t first = static_cast<int64_t>(blockIdx.y) * CHUNK;
    int64_t last = first + CHUNK < n.rows ? first + CHUNK : n.rows;
    float weight = 0, bias = 0;
    if (column >= n.width)
        return;
#pragma unroll 4
    for (int64_t row = first; row < last; row++) {
        float grad = n.grad[row * n.width + column];
        weight += grad * ((n.x[row * n.width + column] - n.aux[2 * row]) * n.aux[2 * row + 1]);
        bias += grad;
    }
    sums[(2 * blockIdx.y) * n.width + column] = weight;
    sums[(2 * blockIdx.y + 1) * n.width + column] = bias;
}

struct add_chunks {
    const float *sums; /* (chunks, 2, width); of weight or of bias */
    float *to;
    int64_t chunks, width;
    bool add;
    template <class Index> __device__ void operator()(Index column) const
    {
        double sum = 0;
#pragma unroll 4
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            sum += static_cast<double>(sums[2 * chunk * width + column]);
        gpu_put(&to[column], static_cast<float>(sum), add);
    }
};

static void weight_gradients(const gpu *g, const ablate_call *call, const norm_call &n)
{
    int64_t chunks = gpu_pieces(n.rows, CHUNK);
    if (call->grad_in[1] || call->grad_in[2])
        gpu_launch(g, chunk_kernel, dim3(gpu_pieces(n.width, COLUMNS), static_cast<unsigned>(chunks)), COLUMNS, 0, n,
                   call->scratch);
    for (int input = 1; input < 3; input++)
        if (call->grad_in[input])
            gpu_each(g, n.width,
                     add_chunks{ call->scratch + (input - 1) * n.width, call->grad_in[input], chunks, n.width,
                                 (call->add >> input & 1u) != 0 });
}

static void norm_backward(const gpu *g, const ablate_call *call)
{
    norm_call n = norm_call_of(call);
    n.to = call->grad_in[0];
    n.add = (call->add & 1u) != 0;
    if (n.to && n.width <= HELD * GPU_WARP)
        gpu_rows(g, n.rows, norm_slope<true>{ n });
    else if (n.to)
        gpu_rows(g, n.rows, norm_slope<false>{ n });
    weight_gradients(g, call, n);
}

static int64_t norm_scratch(const ablate_call *call, bool backward)
{
    norm_call n = norm_call_of(call);
    return backward ? 2 * n.width * gpu_pieces(n.rows, CHUNK) : 0;
}

static const gpu_op layer_norm_record = { "layer_norm", norm_forward, norm_backward, norm_scratch };
GPU_RECORD(layer_norm_record);

/* ---- of a residual sum: x = a + b is written on the way, since the residual goes on ---- */

static bool residual_fits(const ablate_call *sum, const ablate_call *norm, bool)
{
    int64_t n = shape_size(sum->out_shape);
    return shape_size(&sum->in_shape[0]) == n && shape_size(&sum->in_shape[1]) == n &&
           gpu_width(&norm->in_shape[0]) <= HELD * GPU_WARP;
}

struct residual_row {
    norm_call n;
    const float *a, *b;
    float *x;
    __device__ void operator()(int64_t row, int lane) const
    {
        row_numbers<true> sum(a + row * n.width, n.width, lane);
        float *to = x + row * n.width;
        sum.add(b + row * n.width);
        sum.each([&](int64_t i, float value) { to[i] = value; });
        normalise(n, sum, row, lane);
    }
};

static void residual_forward(const gpu *g, const ablate_call *sum, const ablate_call *norm)
{
    norm_call n = norm_call_of(norm);
    gpu_rows(g, n.rows, residual_row{ n, sum->in[0], sum->in[1], sum->out });
}

/* The sum's gradient, which is that of either part, is not put together in memory. */
struct residual_slope {
    norm_call n;
    const float *before; /* what came to the sum's gradient on other ways, or NULL */
    float *to_a, *to_b;
    bool add_a, add_b;
    __device__ void operator()(int64_t row, int lane) const
    {
        int64_t first = row * n.width;
        each_slope<true>(n, row, lane, [&](int64_t i, float slope) {
            float all = before ? before[first + i] + slope : slope;
            if (to_a)
                gpu_put(&to_a[first + i], all, add_a);
            if (to_b)
                gpu_put(&to_b[first + i], all, add_b);
        });
    }
};

static void residual_backward(const gpu *g, const ablate_call *sum, const ablate_call *norm)
{
    norm_call n = norm_call_of(norm);
    gpu_rows(g, n.rows,
             residual_slope{ n, norm->add & 1u ? sum->grad_out : nullptr, sum->grad_in[0], sum->grad_in[1],
                             (sum->add & 1u) != 0, (sum->add & 2u) != 0 });
    weight_gradients(g, norm, n);
}

static const gpu_pair residual_record = { "add", "layer_norm", residual_fits, residual_forward, residual_backward };
GPU_PAIR(residual_record);

} // namespace
