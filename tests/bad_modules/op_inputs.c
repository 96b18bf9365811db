/* An operation with more inputs than there can be. */
#include "frame.h"

MODULE_OF_OPERATIONS(
    "op_inputs",
    { .name = "op_inputs.mix", .min_in = 1, .max_in = ABLATE_INPUTS + 1, .shape = shape, .forward = forward });
