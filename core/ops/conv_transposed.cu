/* conv_transposed.cu: transposed convolution on the GPU: conv_product.cuh, with picture and map exchanged. */
#include "conv_product.cuh"
#include "finish.cuh"

namespace
{

static conv conv_of(const ablate_call *call)
{
    conv c;
    ablate_layout unused;
    conv_transposed_read(call->in_shape, static_cast<const conv_transposed_attr *>(call->attr), &c, &unused);
    return c;
}

static float *bias_gradient(const ablate_call *call)
{
    return call->n_in == 3 ? call->grad_in[2] : nullptr;
}

static void conv_transposed_forward(const gpu *g, const ablate_call *call)
{
    const float *bias = call->n_in == 3 ? call->in[2] : nullptr;
    conv_picture(g, conv_of(call), call->in[0], call->in[1], bias, call->out, false, call->scratch);
}

static void conv_transposed_backward(const gpu *g, const ablate_call *call)
{
    conv c = conv_of(call);
    float *room = call->scratch;
    finish_back back = { ACTIVATION_NONE, conv_picture_rows(&c), c.channels,           nullptr,
                         call->grad_out,  bias_gradient(call),   (call->add & 4u) != 0 };
    finish_backward(g, back, room + conv_room(c, true));
    if (call->grad_in[0])
        conv_map(g, c, call->grad_out, call->in[1], nullptr, call->grad_in[0], (call->add & 1u) != 0, room);
    if (call->grad_in[1])
        conv_weight(g, c, call->grad_out, call->in[0], call->grad_in[1], (call->add & 2u) != 0, room);
}

static int64_t conv_transposed_scratch(const ablate_call *call, bool backward)
{
    conv c = conv_of(call);
    int64_t room = conv_room(c, backward);
    return backward ? room + finish_room(ACTIVATION_NONE, bias_gradient(call), conv_picture_rows(&c), c.channels)
                    : room;
}

static const gpu_op conv_transposed_record = { "conv_transposed", conv_transposed_forward, conv_transposed_backward,
                                               conv_transposed_scratch };
GPU_RECORD(conv_transposed_record);

} // namespace
