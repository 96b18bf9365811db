/* slice.cu: slice and concat on the GPU: copies of blocks, 8 bytes a number (12 where a gradient is added). Measured:
 * not yet on a GPU. */
#include "../gpu.cuh"
#include "slice.h"

namespace
{

/* to[row * to_step + e] (+)= from[row * from_step + e] for e < width. */
struct copy_block {
    const float *from;
    float *to;
    int64_t width, from_step, to_step;
    bool add;
    template <class Index> __device__ void operator()(Index at) const
    {
        Index row = at / static_cast<Index>(width), e = at - row * static_cast<Index>(width);
        gpu_put(&to[static_cast<int64_t>(row) * to_step + e], from[static_cast<int64_t>(row) * from_step + e], add);
    }
};

/* Gradient of a slice that is stored: what lies before and after the run is zero. */
struct embed_block {
    const float *from;
    float *to;
    int64_t width, begin, length;
    template <class Index> __device__ void operator()(Index at) const
    {
        Index row = at / static_cast<Index>(length);
        int64_t e = static_cast<int64_t>(at - row * static_cast<Index>(length)) - begin;
        to[at] = e >= 0 && e < width ? from[static_cast<int64_t>(row) * width + e] : 0.0f;
    }
};

/* ---- slice ---- */

static void slice_forward(const gpu *g, const ablate_call *call)
{
    slice_run r = slice_run_of(call);
    gpu_each(g, r.rows * r.width, copy_block{ call->in[0] + r.begin, call->out, r.width, r.length, r.width, false });
}

static void slice_backward(const gpu *g, const ablate_call *call)
{
    slice_run r = slice_run_of(call);
    if (call->grad_in[0] && (call->add & 1u))
        gpu_each(g, r.rows * r.width,
                 copy_block{ call->grad_out, call->grad_in[0] + r.begin, r.width, r.width, r.length, true });
    else if (call->grad_in[0])
        gpu_each(g, r.rows * r.length, embed_block{ call->grad_out, call->grad_in[0], r.width, r.begin, r.length });
}

static const gpu_op slice_record = { "slice", slice_forward, slice_backward, nullptr };
GPU_RECORD(slice_record);

/* ---- concat ---- */

static void concat_all(const gpu *g, const ablate_call *call, bool backward)
{
    const concat_attr *a = static_cast<const concat_attr *>(call->attr);
    int axis = settled_axis(&call->in_shape[0], a->axis);
    int64_t whole = axes_size(call->out_shape, axis, call->out_shape->rank), begin = 0;
    for (int i = 0; i < call->n_in; i++) {
        const ablate_shape *in = &call->in_shape[i];
        int64_t own = axes_size(in, axis, in->rank), rows = axes_size(in, 0, axis);
        if (!backward)
            gpu_each(g, rows * own, copy_block{ call->in[i], call->out + begin, own, own, whole, false });
        else if (call->grad_in[i])
            gpu_each(
                g, rows * own,
                copy_block{ call->grad_out + begin, call->grad_in[i], own, whole, own, (call->add >> i & 1u) != 0 });
        begin += own;
    }
}

static void concat_forward(const gpu *g, const ablate_call *call)
{
    concat_all(g, call, false);
}

static void concat_backward(const gpu *g, const ablate_call *call)
{
    concat_all(g, call, true);
}

static const gpu_op concat_record = { "concat", concat_forward, concat_backward, nullptr };
GPU_RECORD(concat_record);

} // namespace
