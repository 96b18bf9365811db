/* An operation that computes nothing. */
#include "frame.h"

MODULE_OF_OPERATIONS("op_forward", { OPERATION("op_forward.mix") });
