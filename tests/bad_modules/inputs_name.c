/* It gives what the engine itself gives, "image". */
#include "module.h"

static int list(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "inputs_name", .list = list, .inputs = "image", .inputs_length = 4
};
