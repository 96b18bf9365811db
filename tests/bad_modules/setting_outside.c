/* A setting outside of the struct that the engine makes. */
#include "module.h"

typedef struct chosen {
    int count, kind;
} chosen;

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

static const ablate_setting rows[] = {
    ABLATE_SET(chosen, kind, 1, 0, 9, "which"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "setting_outside", .settings_size = sizeof(int), .settings = rows, .build = build
};
