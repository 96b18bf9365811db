/* Calls a function that nobody has: it cannot be loaded. */
#include "module.h"

int nobody_has_this(void);

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return nobody_has_this();
}

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = "undefined", .build = build };
