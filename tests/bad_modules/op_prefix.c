/* An operation whose name does not begin with the module's. */
#include "frame.h"

MODULE_OF_OPERATIONS("op_prefix", { OPERATION("mix"), .forward = forward });
