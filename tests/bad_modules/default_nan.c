/* A default that is no number. */
#include "frame.h"

MODULE_OF_SETTINGS("default_nan", sizeof(chosen), ABLATE_SET(chosen, rate, NAN, 0, 9, "how fast"));
