/* Its name is not that of its file. */
#include "module.h"

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = "another", .build = build };
