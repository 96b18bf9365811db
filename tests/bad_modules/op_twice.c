/* Two operations of one name. */
#include "module.h"

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

static int shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    layout->out = in[0];
    return 0;
}

static void forward(const ablate_call *call)
{
    call->out[0] = call->in[0][0];
}

static const ablate_op ops[] = {
    { .name = "op_twice.mix", .min_in = 1, .max_in = 1, .forward = forward, .shape = shape },
    { .name = "op_twice.mix", .min_in = 1, .max_in = 2, .forward = forward, .shape = shape },
    { 0 },
};

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = "op_twice", .ops = ops, .build = build };
