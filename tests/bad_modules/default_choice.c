/* A default that is none of the choices. */
#include "frame.h"

MODULE_OF_SETTINGS("default_choice", sizeof(chosen), ABLATE_PICK(chosen, kind, 3, "a|b|c", "which"));
