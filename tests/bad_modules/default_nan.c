/* A default that is no number. */
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
    ABLATE_SET(chosen, rate, NAN, 0, 9, "how fast"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI, .name = "default_nan", .settings_size = sizeof(chosen), .settings = rows, .build = build
};
