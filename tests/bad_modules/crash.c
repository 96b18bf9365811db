/* Crashes when it builds: by a pointer to nothing, by abort, or by a stack that has no end. */
#include "module.h"
#include <stdlib.h>

typedef struct crash_settings {
    int way;
} crash_settings;

static int64_t dig(volatile int64_t *above)
{
    volatile int64_t here[1000];
    here[0] = *above + 1;
    return here[0] < 0 ? 0 : dig(here) + here[0];
}

static int build(ablate_builder *b, const void *settings)
{
    int way = ((const crash_settings *)settings)->way;
    int64_t zero = 0;
    (void)b;
    if (way == 0)
        abort();
    return way == 1 ? *(volatile int *)NULL : (int)dig(&zero);
}

static const ablate_setting rows[] = { ABLATE_SET(crash_settings, way, 0, 0, 2, "how"), { 0 } };

const ablate_module ablate_module_entry = { .abi = ABLATE_ABI,
                                            .name = "crash",
                                            .reads = "teacher",
                                            .writes = "student",
                                            .settings_size = sizeof(crash_settings),
                                            .settings = rows,
                                            .build = build };
