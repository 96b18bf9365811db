/* conv_transposed.c: what backward of conv does to the gradient of its result, as an operation: each number of x is
 * sent through the window. Its own backward is conv. */
#include "conv.h"
#include "conv_product.h"

static int conv_transposed_shape(const ablate_shape *in, int n, const void *attributes, ablate_layout *layout)
{
    conv c;
    if (conv_transposed_read(in, attributes, &c, layout) < 0)
        return -1;
    layout->out = (ablate_shape){ 4, { c.batch, c.size[0], c.size[1], c.channels } };
    if (n == 3 && (in[2].rank != 1 || in[2].dim[0] != c.channels))
        return misfit(layout, "bias %s does not fit a result %s: it must have %lld numbers", shape_words(&in[2]).text,
                      shape_words(&layout->out).text, (long long)c.channels);
    if (size_check(&layout->out, layout) < 0)
        return -1;
    layout->scratch = conv_room(&c) + finish_room(ACTIVATION_NONE, n == 3, conv_picture_rows(&c), c.channels);
    layout->mixes = rows_alike(&in[1], &layout->out) || (n == 3 && rows_alike(&in[2], &layout->out));
    return 0;
}

static conv conv_of(const ablate_call *call)
{
    conv c;
    ablate_layout unused;
    conv_transposed_read(call->in_shape, call->attr, &c, &unused);
    return c;
}

static void conv_transposed_forward(const ablate_call *call)
{
    conv c = conv_of(call);
    const finish f = { .bias = call->n_in == 3 ? call->in[2] : NULL,
                       .out = call->out,
                       .row = c.channels,
                       .step = conv_part(&c),
                       .bias_step = conv_part(&c) };
    conv_picture(call->cpu, &c, call->in[0], call->in[1], &f, false, call->scratch);
}

static void conv_transposed_backward(const ablate_call *call)
{
    conv c = conv_of(call);
    finish_back back = { .rows = conv_picture_rows(&c),
                         .n = c.channels,
                         .grad = call->grad_out,
                         .bias = call->n_in == 3 ? call->grad_in[2] : NULL,
                         .add = call->add & 4u };
    float *room = call->scratch;
    finish_backward(call->cpu, &back, room + conv_room(&c));
    const finish f = { .out = call->grad_in[0] };
    if (call->grad_in[0])
        conv_map(call->cpu, &c, call->grad_out, call->in[1], &f, call->add & 1u, room);
    if (call->grad_in[1])
        conv_weight(call->cpu, &c, call->grad_out, call->in[0], call->grad_in[1], call->add & 2u, room);
}

/* 2 KH KW O / groups for each number of x, and the bias. */
static double conv_transposed_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)attr;
    double depth = (double)in[1].dim[1] * (double)in[1].dim[2] * (double)in[1].dim[3];
    return 2.0 * depth * (double)shape_size(&in[0]) + (n == 3 ? (double)shape_size(out) : 0.0);
}

static const ablate_setting conv_transposed_attrs[] = {
    ABLATE_WORDS(conv_transposed_attr, stride, "1", "pixels from window to window: one number, or \"down,across\""),
    ABLATE_WORDS(conv_transposed_attr, padding, "0",
                 "pixels cut off the result: one number, or \"top,left,bottom,right\""),
    ABLATE_WORDS(conv_transposed_attr, dilation, "1",
                 "pixels from tap to tap of a window: one number, or \"down,across\""),
    ABLATE_WORDS(conv_transposed_attr, output_padding, "0",
                 "pixels that the result has more at the bottom and at the right: one number, or \"down,across\""),
    ABLATE_SET(conv_transposed_attr, groups, 1, 1, 1 << 20,
               "channels are cut into so many groups, each with filters of its own"),
    { 0 }
};

static const ablate_op conv_transposed_record = {
    .doc = "x (B, H, W, C), each number times weight (C, KH, KW, O / groups) added where its window lies: (B, H', W', "
           "O); plus bias (O)",
    OP_BOTH(conv_transposed, conv_transposed_shape),
    .min_in = 2,
    .max_in = 3,
    .flops = conv_transposed_flops,
    OP_ATTRS(conv_transposed_attr, conv_transposed_attrs),
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(conv_transposed_record);
