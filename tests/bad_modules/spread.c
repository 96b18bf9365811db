/* What it spreads tokens over is nothing that it writes. */
#include "module.h"

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "spread", .writes = "gates", .build = build, .spread = "shares"
};
