/* Says that its record is larger than it is. */
#include "module.h"

const ablate_module ablate_module_entry = {
    .abi = { "ABLATE", ABLATE_MAJOR, ABLATE_MINOR, sizeof(ablate_module) + 64, ABLATE_STAMP }, .name = "size_large"
};
