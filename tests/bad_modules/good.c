/* Nothing is wrong with it. Its constructor says that code of it ran. */
#include "module.h"
#include <stdlib.h>

__attribute__((constructor)) static void run(void)
{
    setenv("TEST_MODULE_RAN", "good", 1);
}

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "good", .reads = "in", .writes = "out", .build = build
};
