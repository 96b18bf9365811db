/* A default that is not finite, though its range allows it. */
#include "frame.h"

MODULE_OF_SETTINGS("default_infinite", sizeof(chosen), ABLATE_SET(chosen, rate, INFINITY, 0, INFINITY, "how fast"));
