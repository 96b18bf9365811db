/* An attribute whose default is out of its range. */
#include "module.h"

typedef struct attributes {
    int count;
} attributes;

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

static const ablate_setting rows[] = {
    ABLATE_SET(attributes, count, 11, 0, 9, "how many"),
    { 0 },
};

static const ablate_op ops[] = {
    { .name = "op_default.mix",
      .min_in = 1,
      .max_in = 1,
      .forward = forward,
      .attr_size = sizeof(attributes),
      .attrs = rows,
      .shape = shape },
    { 0 },
};

/* Used by the record or not, as the case has it */
void (*const op_forward)(const ablate_call *) = forward;

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = "op_default", .ops = ops, .build = build };
