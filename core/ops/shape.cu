/* shape.cu: the same numbers under another shape, on the GPU: reshape and detach (views, run only where memory cannot
 * be shared), broadcast. 8 bytes a number of the result. Measured: not yet on a GPU. */
#include "fold.cuh"
#include "shape.h"

namespace
{

static void copy_forward(const gpu *g, const ablate_call *call)
{
    broadcast b = broadcast_of(call->out_shape, call->out_shape, call->out_shape);
    gpu_spread(g, &b, 1, call->in[0], call->out, false);
}

static void copy_backward(const gpu *g, const ablate_call *call)
{
    broadcast b = broadcast_of(call->out_shape, call->out_shape, call->out_shape);
    if (call->grad_in[0])
        gpu_spread(g, &b, 1, call->grad_out, call->grad_in[0], (call->add & 1u) != 0);
}

static broadcast geometry_of(const ablate_call *call)
{
    return broadcast_of(call->out_shape, &call->in_shape[0], call->out_shape);
}

static void broadcast_forward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    gpu_spread(g, &b, 1, call->in[0], call->out, false);
}

static void broadcast_backward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    if (call->grad_in[0])
        gpu_fold_run(g, gpu_fold{ b, 0, 1, call->grad_in[0], (call->add & 1u) != 0, call->scratch },
                     fold_numbers{ call->grad_out, b.width });
}

static int64_t broadcast_scratch(const ablate_call *call, bool backward)
{
    broadcast b = geometry_of(call);
    return backward ? gpu_fold_scratch(&b, 0) : 0;
}

static const gpu_op reshape_record = { "reshape", copy_forward, copy_backward, nullptr };
static const gpu_op detach_record = { "detach", copy_forward, nullptr, nullptr };
static const gpu_op broadcast_record = { "broadcast", broadcast_forward, broadcast_backward, broadcast_scratch };
GPU_RECORD(reshape_record);
GPU_RECORD(detach_record);
GPU_RECORD(broadcast_record);

} // namespace
