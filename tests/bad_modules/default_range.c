/* A default outside of its own range. */
#include "frame.h"

MODULE_OF_SETTINGS("default_range", sizeof(chosen), ABLATE_SET(chosen, count, 10, 0, 9, "how many"));
