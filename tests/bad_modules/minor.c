/* A minor version newer than the program's. */
#include "module.h"

const ablate_module ablate_module_entry = {
    .abi = { "ABLATE", ABLATE_MAJOR, ABLATE_MINOR + 1, sizeof(ablate_module), ABLATE_STAMP }, .name = "minor"
};
