/* It neither builds nor lists. */
#include "module.h"

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = "neither" };
