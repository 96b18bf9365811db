/* batch_norm.cu: mean and variance of channels, and normalisation by them, on the GPU. Sums over rows are taken in
 * chunks of CHUNK rows, a thread a column, in double; the chunks are then added in order. 4 bytes a number for the
 * moments, which read their chunk twice, the second time from the cache; 8 for the normalisation, 20 for its backward.
 * Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "batch_norm.h"

namespace
{

constexpr int CHUNK = 64, COLUMNS = 128; /* rows of a chunk; columns of a block */

typedef struct norm_rows { /* x (rows, width) */
    const float *x;
    int64_t rows, width;
} norm_rows;

static norm_rows rows_of(const ablate_call *call)
{
    norm_rows of = {};
    of.x = call->in[NORM_X];
    of.width = gpu_width(&call->in_shape[NORM_X]);
    of.rows = shape_size(&call->in_shape[NORM_X]) / of.width;
    return of;
}

/* [chunks][2][width], at the beginning of the scratch. */
static double *sums_of(const ablate_call *call)
{
    return reinterpret_cast<double *>(call->scratch);
}

static int64_t sums_room(const norm_rows &of)
{
    return 2 * 2 * of.width * gpu_pieces(of.rows, CHUNK);
}

static dim3 chunks_of(const norm_rows &of)
{
    return dim3(gpu_pieces(of.width, COLUMNS), gpu_pieces(of.rows, CHUNK));
}

typedef struct chunk_span {
    int64_t column, first, last;
} chunk_span;

/* Block (x, y): chunk y of its columns. */
__device__ inline chunk_span span_of(const norm_rows &of)
{
    chunk_span s = {};
    s.column = static_cast<int64_t>(blockIdx.x) * COLUMNS + threadIdx.x;
    s.first = static_cast<int64_t>(blockIdx.y) * CHUNK;
    s.last = s.first + CHUNK < of.rows ? s.first + CHUNK : of.rows;
    return s;
}

__global__ void moments_kernel(norm_rows of, double *sums)
{
    chunk_span s = span_of(of);
    double sum = 0, square = 0;
    if (s.column >= of.width)
        return;
#pragma unroll 4
    for (int64_t r = s.first; r < s.last; r++)
        sum += static_cast<double>(of.x[r * of.width + s.column]);
    double mean = sum / static_cast<double>(s.last - s.first);
#pragma unroll 4
    for (int64_t r = s.first; r < s.last; r++) {
        double apart = static_cast<double>(of.x[r * of.width + s.column]) - mean;
        square += apart * apart;
    }
    sums[(2 * blockIdx.y) * of.width + s.column] = mean;
    sums[(2 * blockIdx.y + 1) * of.width + s.column] = square;
}

/* Chunk after chunk, as the CPU takes its pieces. */
struct merge_moments {
    const double *sums;
    float *out;
    int64_t rows, width;
    template <class Index> __device__ void operator()(Index c) const
    {
        double mean = sums[c], square = sums[width + c];
        for (int64_t first = CHUNK, chunk = 1; first < rows; first += CHUNK, chunk++) {
            double before = static_cast<double>(first);
            double more = static_cast<double>(first + CHUNK < rows ? CHUNK : rows - first);
            double apart = sums[2 * chunk * width + c] - mean;
            mean += apart * (more / (before + more));
            square += sums[(2 * chunk + 1) * width + c] + apart * apart * (before * more / (before + more));
        }
        out[c] = static_cast<float>(mean);
        out[width + c] = static_cast<float>(square / static_cast<double>(rows));
    }
};

static void moments_forward(const gpu *g, const ablate_call *call)
{
    norm_rows of = rows_of(call);
    gpu_launch(g, moments_kernel, chunks_of(of), COLUMNS, 0, of, sums_of(call));
    gpu_each(g, of.width, merge_moments{ sums_of(call), call->out, of.rows, of.width });
}

struct moments_slope {
    norm_rows of;
    const float *mean, *grad;
    float *to, share;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index width = static_cast<Index>(of.width), c = e % width;
        gpu_put(&to[e], share * (grad[c] + 2.0f * (of.x[e] - mean[c]) * grad[width + c]), add);
    }
};

static void moments_backward(const gpu *g, const ablate_call *call)
{
    norm_rows of = rows_of(call);
    if (call->grad_in[0])
        gpu_each(g, of.rows * of.width,
                 moments_slope{ of, call->out, call->grad_out, call->grad_in[0], 1.0f / static_cast<float>(of.rows),
                                (call->add & 1u) != 0 });
}

static int64_t moments_scratch(const ablate_call *call, bool backward)
{
    return backward ? 0 : sums_room(rows_of(call));
}

static const gpu_op moments_record = { "moments", moments_forward, moments_backward, moments_scratch };
GPU_RECORD(moments_record);

/* ---- normalisation ---- */

typedef struct norm_line { /* of each channel */
    const float *mean, *variance, *weight, *bias;
    float eps;
    __device__ float deviation(int64_t c) const
    {
        return sqrtf(variance[c] + eps);
    }
    __device__ float scale(int64_t c) const
    {
        return weight[c] / deviation(c);
    }
} norm_line;

static norm_line line_of(const ablate_call *call)
{
    norm_line l = {};
    l.mean = call->in[NORM_MEAN], l.variance = call->in[NORM_VARIANCE];
    l.weight = call->in[NORM_WEIGHT], l.bias = call->in[NORM_BIAS];
    l.eps = static_cast<float>(static_cast<const batch_norm_attr *>(call->attr)->eps);
    return l;
}

struct norm_numbers {
    norm_rows of;
    norm_line line;
    float *out;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index c = e % static_cast<Index>(of.width);
        out[e] = (of.x[e] - line.mean[c]) * line.scale(c) + line.bias[c];
    }
};

static void batch_norm_forward(const gpu *g, const ablate_call *call)
{
    norm_rows of = rows_of(call);
    gpu_each(g, of.rows * of.width, norm_numbers{ of, line_of(call), call->out });
}

struct norm_slope {
    const float *grad;
    norm_line line;
    float *to;
    int64_t width;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        gpu_put(&to[e], grad[e] * line.scale(e % static_cast<Index>(width)), add);
    }
};

/* Sums of the gradient, and of the gradient times x - mean. */
__global__ void slope_kernel(norm_rows of, const float *mean, const float *grad, double *sums)
{
    chunk_span s = span_of(of);
    double sum = 0, along = 0;
    if (s.column >= of.width)
        return;
#pragma unroll 4
    for (int64_t r = s.first; r < s.last; r++) {
        float slope = grad[r * of.width + s.column];
        sum += static_cast<double>(slope);
        along += static_cast<double>(slope * (of.x[r * of.width + s.column] - mean[s.column]));
    }
    sums[(2 * blockIdx.y) * of.width + s.column] = sum;
    sums[(2 * blockIdx.y + 1) * of.width + s.column] = along;
}

/* With s the sum and a the one along x - mean: bias s; weight a / d; mean -s w / d; variance -a w / (2 d^3). */
struct merge_slopes {
    const double *sums;
    norm_line line;
    float *mean, *variance, *weight, *bias; /* or NULL */
    int64_t chunks, width;
    unsigned add;
    __device__ void put(float *to, int input, int64_t c, double value) const
    {
        if (to)
            gpu_put(&to[c], static_cast<float>(value), (add >> input & 1u) != 0);
    }
    template <class Index> __device__ void operator()(Index c) const
    {
        double sum = 0, along = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++) {
            sum += sums[2 * chunk * width + c];
            along += sums[(2 * chunk + 1) * width + c];
        }
        double deviation = static_cast<double>(line.deviation(c)), scale = static_cast<double>(line.scale(c));
        put(bias, NORM_BIAS, c, sum);
        put(weight, NORM_WEIGHT, c, along / deviation);
        put(mean, NORM_MEAN, c, -sum * scale);
        put(variance, NORM_VARIANCE, c, -0.5 * along * scale / (deviation * deviation));
    }
};

static bool wants_sums(const ablate_call *call)
{
    return call->grad_in[NORM_MEAN] || call->grad_in[NORM_VARIANCE] || call->grad_in[NORM_WEIGHT] ||
           call->grad_in[NORM_BIAS];
}

static void batch_norm_backward(const gpu *g, const ablate_call *call)
{
    norm_rows of = rows_of(call);
    norm_line line = line_of(call);
    if (call->grad_in[NORM_X])
        gpu_each(g, of.rows * of.width,
                 norm_slope{ call->grad_out, line, call->grad_in[NORM_X], of.width, (call->add & 1u) != 0 });
    if (!wants_sums(call))
        return;
    gpu_launch(g, slope_kernel, chunks_of(of), COLUMNS, 0, of, line.mean, call->grad_out, sums_of(call));
    gpu_each(g, of.width,
             merge_slopes{ sums_of(call), line, call->grad_in[NORM_MEAN], call->grad_in[NORM_VARIANCE],
                           call->grad_in[NORM_WEIGHT], call->grad_in[NORM_BIAS], gpu_pieces(of.rows, CHUNK), of.width,
                           call->add });
}

static int64_t batch_norm_scratch(const ablate_call *call, bool backward)
{
    return backward && wants_sums(call) ? sums_room(rows_of(call)) : 0;
}

static const gpu_op batch_norm_record = { "batch_norm", batch_norm_forward, batch_norm_backward, batch_norm_scratch };
GPU_RECORD(batch_norm_record);

} // namespace
