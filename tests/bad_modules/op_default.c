/* An attribute whose default is out of its range. */
#include "frame.h"

static const ablate_setting attributes[] = { ABLATE_SET(chosen, count, 11, 0, 9, "how many"), { 0 } };

MODULE_OF_OPERATIONS("op_default", { OPERATION("op_default.mix"), .forward = forward, .attr_size = sizeof(chosen),
                                     .attrs = attributes });
