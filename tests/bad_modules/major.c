/* Another major version. Its code must not run, its constructor neither. */
#include "module.h"
#include <stdlib.h>

__attribute__((constructor)) static void run(void)
{
    setenv("TEST_MODULE_RAN", "major", 1);
}

const ablate_module ablate_module_entry = {
    .abi = { "ABLATE", ABLATE_MAJOR + 1, ABLATE_MINOR, sizeof(ablate_module), ABLATE_STAMP }, .name = "major"
};
