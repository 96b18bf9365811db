/* A setting outside of the struct that the engine makes. */
#include "frame.h"

MODULE_OF_SETTINGS("setting_outside", sizeof(int), ABLATE_SET(chosen, kind, 1, 0, 9, "which"));
