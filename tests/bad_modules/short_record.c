/* An older interface's shorter record: it ends after `build`, and what follows in memory must not be read. */
#include "module.h"

static int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

typedef struct short_module {
    ablate_abi abi;
    const char *name, *doc, *paper, *reads, *writes;
    uint32_t settings_size, state_size;
    const ablate_setting *settings;
    const ablate_op *ops;
    int (*build)(ablate_builder *, const void *settings);
} short_module;

extern ABLATE_EXPORT const struct short_and_rest {
    short_module module;
    void *rest[8];
} short_and_rest;
const struct short_and_rest short_and_rest __asm__("ablate_module_entry") = {
    { .abi = { "ABLATE", ABLATE_MAJOR, 0, sizeof(short_module), ABLATE_STAMP },
      .name = "short_record",
      .build = build },
    { (void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1, (void *)1 }
};
