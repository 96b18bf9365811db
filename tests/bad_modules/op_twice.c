/* Two operations of one name. */
#include "frame.h"

MODULE_OF_OPERATIONS("op_twice", { OPERATION("op_twice.mix"), .forward = forward },
                     { OPERATION("op_twice.mix"), .forward = forward });
