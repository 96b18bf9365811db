/* Two settings of one name. */
#include "frame.h"

MODULE_OF_SETTINGS("setting_twice", sizeof(chosen), ABLATE_SET(chosen, count, 1, 0, 9, "how many"),
                   ABLATE_SET(chosen, count, 2, 0, 9, "how many again"));
