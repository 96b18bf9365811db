/* Says that its record is smaller than any module's. */
#include "module.h"

const ablate_module ablate_module_entry = {
    .abi = { "ABLATE", ABLATE_MAJOR, ABLATE_MINOR, sizeof(ablate_abi), ABLATE_STAMP }, .name = "size_small"
};
