/* A default that is none of the choices. */
#include "module.h"
#include <math.h>

typedef struct chosen {
    int count, kind;
    double rate;
} chosen;

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

static const ablate_setting rows[] = {
    ABLATE_PICK(chosen, kind, 3, "a|b|c", "which"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "default_choice", .settings_size = sizeof(chosen), .settings = rows, .build = build
};
