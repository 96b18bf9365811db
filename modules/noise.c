/* noise.c: Gaussian noise on the encoded features, so that the decoder cannot simply copy them. Training only: when
 * scoring the features pass unchanged. */
#include "operations.h"

#define MODE(X) X(MODE_RELATIVE, "relative") X(MODE_ABSOLUTE, "absolute") X(MODE_JITTER, "jitter")
ABLATE_ENUM(MODE);

typedef struct noise_settings {
    double std;
    int mode;
} noise_settings;

static int build(ablate_builder *b, const void *settings)
{
    const noise_settings *s = settings;
    bool noisy = b->training && s->std > 0;
    for (int i = 0; i < ablate_count(b, "teacher"); i++) {
        ablate_value *f = ablate_read(b, "teacher", i); /* f_i (B, 1 + H W, C) */
        if (noisy)
            f = op_noise(b, f, s->std, ABLATE_WORD(MODE, s->mode)); /* f_i^noise */
        ablate_write(b, "perturbed", i, f);
    }
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(noise_settings, std, 0.2, 0, 100,
               "standard deviation of the noise of f_i^noise; its unit is the mode's"),
    ABLATE_CHOOSE(noise_settings, mode, MODE_RELATIVE, MODE,
                  "unit of std: the token's root mean square, 1, or the token's norm / C (UniAD's feature jitter)"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "noise",
    .doc = "Gaussian noise on the encoded features while training",
    .paper = "Visual Distillation Framework",
    .reads = "teacher",
    .writes = "perturbed",
    .settings_size = sizeof(noise_settings),
    .settings = settings_table,
    .build = build,
};
