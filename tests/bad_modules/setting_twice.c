/* Two settings of one name. */
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
    ABLATE_SET(chosen, count, 1, 0, 9, "how many"),
    ABLATE_SET(chosen, count, 2, 0, 9, "how many again"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "setting_twice", .settings_size = sizeof(chosen), .settings = rows, .build = build
};
