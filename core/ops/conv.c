/* conv.c: convolution in two dimensions, channels last, with bias and activation. */
#include "conv.h"
#include "conv_product.h"

static int conv_shape(const ablate_shape *in, int n, const void *attributes, ablate_layout *layout)
{
    const conv_attr *attr = attributes;
    conv c;
    if (conv_read(in, attr, &c, layout) < 0)
        return -1;
    layout->out = (ablate_shape){ 4, { c.batch, c.count[0], c.count[1], c.filters } };
    if (n == 3 && (in[2].rank != 1 || in[2].dim[0] != c.filters))
        return misfit(layout, "bias %s does not fit a result %s: it must have %lld numbers", shape_words(&in[2]).text,
                      shape_words(&layout->out).text, (long long)c.filters);
    if (size_check(&layout->out, layout) < 0)
        return -1;
    int64_t rows = conv_map_rows(&c);
    layout->aux = attr->activation == ACTIVATION_NONE ? 0 : rows * c.filters;
    layout->scratch = conv_room(&c) + finish_room((activation_kind)attr->activation, n == 3, rows, c.filters);
    layout->mixes = rows_alike(&in[1], &layout->out);
    return 0;
}

/* A call fits: the shape rule has seen it. */
static conv conv_of(const ablate_call *call)
{
    conv c;
    ablate_layout unused;
    conv_read(call->in_shape, call->attr, &c, &unused);
    return c;
}

static void conv_forward(const ablate_call *call)
{
    const conv_attr *attr = call->attr;
    conv c = conv_of(call);
    const finish f = { .bias = call->n_in == 3 ? call->in[2] : NULL,
                       .activation = (activation_kind)attr->activation,
                       .out = call->out,
                       .pre = attr->activation ? call->aux : NULL,
                       .row = c.filters,
                       .step = conv_filters(&c),
                       .bias_step = conv_filters(&c) };
    conv_map(call->cpu, &c, call->in[0], call->in[1], &f, false, call->scratch);
}

static void conv_backward(const ablate_call *call)
{
    const conv_attr *attr = call->attr;
    conv c = conv_of(call);
    finish_back back = { .activation = (activation_kind)attr->activation,
                         .rows = conv_map_rows(&c),
                         .n = c.filters,
                         .pre = call->aux,
                         .grad = call->grad_out,
                         .bias = call->n_in == 3 ? call->grad_in[2] : NULL,
                         .add = call->add & 4u };
    float *room = call->scratch;
    const float *grad = finish_backward(call->cpu, &back, room + conv_room(&c));
    const finish f = { .out = call->grad_in[0] };
    if (call->grad_in[0])
        conv_picture(call->cpu, &c, grad, call->in[1], &f, call->add & 1u, room);
    if (call->grad_in[1])
        conv_weight(call->cpu, &c, call->in[0], grad, call->grad_in[1], call->add & 2u, room);
}

/* 2 KH KW C / groups a number, the bias, and one for an activation, whatever it takes (as matmul). */
static double conv_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attributes)
{
    const conv_attr *attr = attributes;
    double depth = (double)in[1].dim[1] * (double)in[1].dim[2] * (double)in[1].dim[3];
    return (double)shape_size(out) * (2.0 * depth + (n == 3) + (attr->activation != ACTIVATION_NONE));
}

static const ablate_setting conv_attrs[] = {
    ABLATE_WORDS(conv_attr, stride, "1", "pixels from window to window: one number, or \"down,across\""),
    ABLATE_WORDS(conv_attr, padding, "0",
                 "zeros around x: one number, \"top,left,bottom,right\", or \"same\" (TensorFlow's)"),
    ABLATE_WORDS(conv_attr, dilation, "1", "pixels from tap to tap of a window: one number, or \"down,across\""),
    ABLATE_SET(conv_attr, groups, 1, 1, 1 << 20, "channels are cut into so many groups, each with filters of its own"),
    ABLATE_PICK(conv_attr, activation, ACTIVATION_NONE, ACTIVATION_CHOICES, "applied to the result"),
    { 0 }
};

static const ablate_op conv_record = {
    .doc = "x (B, H, W, C) through windows, each times weight (O, KH, KW, C / groups): (B, H', W', O); plus bias (O); "
           "then an activation",
    OP_BOTH(conv, conv_shape),
    .min_in = 2,
    .max_in = 3,
    .flops = conv_flops,
    OP_ATTRS(conv_attr, conv_attrs),
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true,
    .forgoes_aux = true,
};
OP_RECORD(conv_record);
