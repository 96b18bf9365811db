/* normed.c: batch normalisation of the bottleneck, for tests/modules/test_batch_norm.c. */
#include "batch_norm.h"

typedef struct normed_settings {
    double eps, momentum;
} normed_settings;

static const ablate_setting rows[] = { ABLATE_SET(normed_settings, eps, 1e-5, 0, 1, "added to the variance"),
                                       ABLATE_SET(normed_settings, momentum, 0.1, 0, 1, "of the running averages"),
                                       { 0 } };

static int build(ablate_builder *b, const void *settings)
{
    const normed_settings *s = settings;
    for (int i = 0; i < ablate_count(b, "bottleneck"); i++)
        ablate_write(b, "bottleneck", i,
                     batch_norm(b, ablate_text(b, "bn%d", i), s->eps, s->momentum, ablate_read(b, "bottleneck", i)));
    return 0;
}

ABLATE_EXPORT const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "normed",
    .doc = "batch normalisation of the bottleneck",
    .reads = "bottleneck",
    .writes = "bottleneck",
    .settings_size = sizeof(normed_settings),
    .settings = rows,
    .build = build,
};
