/* Its state is larger than anything a checkpoint should hold. */
#include "module.h"

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "state_size", .state_size = 4000000000u, .build = build
};
