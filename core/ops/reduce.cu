/* reduce.cu: sum, mean, max, variance along an axis or of everything, on the GPU. Sums and means are folds (fold.cuh):
 * every number is read once. Max and variance take a warp a line where lines lie along the last axis, else a thread a
 * column. Measured: not yet on a GPU. */
#include "fold.cuh"
#include "order.h"
#include "reduce.h"

namespace
{

static lines lines_of(const ablate_call *call)
{
    return reduce_lines(&call->in_shape[0], static_cast<const reduce_attr *>(call->attr));
}

/* ---- sum and mean ---- */

static broadcast geometry_of(const ablate_call *call)
{
    return reduce_geometry(&call->in_shape[0], static_cast<const reduce_attr *>(call->attr));
}

static double share_of(const ablate_call *call, bool mean)
{
    return mean ? 1.0 / static_cast<double>(lines_of(call).length) : 1.0;
}

template <bool Mean> static void sum_forward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    gpu_fold_run(g, gpu_fold{ b, 0, share_of(call, Mean), call->out, false, call->scratch },
                 fold_numbers{ call->in[0], b.width });
}

template <bool Mean> static void sum_backward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    if (call->grad_in[0])
        gpu_spread(g, &b, share_of(call, Mean), call->grad_out, call->grad_in[0], (call->add & 1u) != 0);
}

static int64_t sum_scratch(const ablate_call *call, bool backward)
{
    broadcast b = geometry_of(call);
    return backward ? 0 : gpu_fold_scratch(&b, 0);
}

/* ---- max and variance, line by line: `lane` of `lanes` looks at every lanes-th number of a line ---- */

typedef struct place { /* a number and where it is in its line */
    float value;
    int64_t at;
} place;

__device__ static inline place largest_of(const float *x, int64_t length, int64_t step, int lane, int lanes)
{
    place best = { x[0], 0 };
    for (int64_t e = lane; e < length; e += lanes)
        if (precedes(x[e * step], e, best.value, best.at))
            best = place{ x[e * step], e };
    for (int apart = lanes / 2; apart > 0; apart /= 2) {
        place other = { __shfl_xor_sync(0xFFFFFFFFu, best.value, apart), __shfl_xor_sync(0xFFFFFFFFu, best.at, apart) };
        if (precedes(other.value, other.at, best.value, best.at))
            best = other;
    }
    return best;
}

__device__ static inline double mean_of(const float *x, int64_t length, int64_t step, int lane, int lanes)
{
    double sum = 0;
    for (int64_t e = lane; e < length; e += lanes)
        sum += static_cast<double>(x[e * step]);
    return (lanes > 1 ? gpu_warp_sum(sum) : sum) / static_cast<double>(length);
}

typedef enum { MAX, MAX_GRAD, VARIANCE, VARIANCE_GRAD } line_kind;

struct line_body {
    line_kind kind;
    lines l;
    const float *x, *grad;
    float *to;
    bool add;

    __device__ void value(const float *line, int64_t result, int lane, int lanes) const
    {
        float found;
        if (kind == MAX) {
            found = largest_of(line, l.length, l.inner, lane, lanes).value;
        } else {
            double mean = mean_of(line, l.length, l.inner, lane, lanes), sum = 0;
            for (int64_t e = lane; e < l.length; e += lanes) {
                double d = static_cast<double>(line[e * l.inner]) - mean;
                sum += d * d;
            }
            sum = lanes > 1 ? gpu_warp_sum(sum) : sum;
            found = static_cast<float>(sum / static_cast<double>(l.length));
        }
        if (lane == 0)
            to[result] = found;
    }

    __device__ void gradient(const float *line, float *line_to, int64_t result, int lane, int lanes) const
    {
        if (kind == MAX_GRAD) { /* to the first of the largest */
            int64_t at = largest_of(line, l.length, l.inner, lane, lanes).at;
            for (int64_t e = lane; e < l.length; e += lanes)
                gpu_put(&line_to[e * l.inner], e == at ? grad[result] : 0.0f, add);
            return;
        }
        double mean = mean_of(line, l.length, l.inner, lane, lanes);
        double slope = 2.0 / static_cast<double>(l.length) * static_cast<double>(grad[result]);
        for (int64_t e = lane; e < l.length; e += lanes)
            gpu_put(&line_to[e * l.inner], static_cast<float>(slope * (static_cast<double>(line[e * l.inner]) - mean)),
                    add);
    }

    __device__ void line(int64_t result, int lane, int lanes) const
    {
        int64_t base = result / l.inner * l.length * l.inner + result % l.inner;
        if (kind == MAX || kind == VARIANCE)
            value(x + base, result, lane, lanes);
        else
            gradient(x + base, to + base, result, lane, lanes);
    }

    __device__ void operator()(int64_t row, int lane) const /* a warp a line */
    {
        line(row, lane, GPU_WARP);
    }
};

struct column_body { /* a thread a line */
    line_body body;
    template <class Index> __device__ void operator()(Index e) const
    {
        body.line(static_cast<int64_t>(e), 0, 1);
    }
};

static void lines_run(const gpu *g, const ablate_call *call, line_kind kind, float *to, bool add)
{
    lines l = lines_of(call);
    line_body body = { kind, l, call->in[0], call->grad_out, to, add };
    if (l.inner == 1)
        gpu_rows(g, l.outer, body);
    else
        gpu_each(g, l.outer * l.inner, column_body{ body });
}

template <line_kind Kind> static void line_forward(const gpu *g, const ablate_call *call)
{
    lines_run(g, call, Kind, call->out, false);
}

template <line_kind Kind> static void line_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        lines_run(g, call, Kind, call->grad_in[0], (call->add & 1u) != 0);
}

static const gpu_op sum_record = { "sum", sum_forward<false>, sum_backward<false>, sum_scratch };
static const gpu_op mean_record = { "mean", sum_forward<true>, sum_backward<true>, sum_scratch };
static const gpu_op max_record = { "max", line_forward<MAX>, line_backward<MAX_GRAD>, nullptr };
static const gpu_op variance_record = { "variance", line_forward<VARIANCE>, line_backward<VARIANCE_GRAD>, nullptr };
GPU_RECORD(sum_record);
GPU_RECORD(mean_record);
GPU_RECORD(max_record);
GPU_RECORD(variance_record);

} // namespace
