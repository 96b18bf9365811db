/* It promises fewer than no numbers with every picture. */
#include "module.h"

static int list(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "inputs_length", .list = list, .inputs = "tokens", .inputs_length = -4
};
