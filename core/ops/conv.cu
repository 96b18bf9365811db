/* conv.cu: convolution on the GPU: conv_product.cuh, with bias and activation as matmul has them. */
#include "conv_product.cuh"
#include "finish.cuh"

namespace
{

static activation_kind activation_of(const ablate_call *call)
{
    return static_cast<activation_kind>(static_cast<const conv_attr *>(call->attr)->activation);
}

/* A call fits: the shape rule has seen it. */
static conv conv_of(const ablate_call *call)
{
    conv c;
    ablate_layout unused;
    conv_read(call->in_shape, static_cast<const conv_attr *>(call->attr), &c, &unused);
    return c;
}

static float *bias_gradient(const ablate_call *call)
{
    return call->n_in == 3 ? call->grad_in[2] : nullptr;
}

static void conv_forward(const gpu *g, const ablate_call *call)
{
    conv c = conv_of(call);
    activation_kind kind = activation_of(call);
    float *pre = kind != ACTIVATION_NONE && call->aux ? call->aux : call->out;
    conv_map(g, c, call->in[0], call->in[1], call->n_in == 3 ? call->in[2] : nullptr, pre, false, call->scratch);
    if (kind != ACTIVATION_NONE)
        gpu_each(g, conv_map_rows(&c) * c.filters, finish_numbers{ kind, pre, call->out });
}

static void conv_backward(const gpu *g, const ablate_call *call)
{
    conv c = conv_of(call);
    float *room = call->scratch, *finish = room + conv_room(c, true);
    finish_back back = { activation_of(call), conv_map_rows(&c),    c.filters, call->aux, call->grad_out,
                         bias_gradient(call), (call->add & 4u) != 0 };
    const float *grad = finish_backward(g, back, finish);
    if (call->grad_in[0])
        conv_picture(g, c, grad, call->in[1], nullptr, call->grad_in[0], (call->add & 1u) != 0, room);
    if (call->grad_in[1])
        conv_weight(g, c, call->in[0], grad, call->grad_in[1], (call->add & 2u) != 0, room);
}

static int64_t conv_scratch(const ablate_call *call, bool backward)
{
    conv c = conv_of(call);
    int64_t room = conv_room(c, backward);
    return backward ? room + finish_room(activation_of(call), bias_gradient(call), conv_map_rows(&c), c.filters) : room;
}

static const gpu_op conv_record = { "conv", conv_forward, conv_backward, conv_scratch };
GPU_RECORD(conv_record);

} // namespace
