/* sizes.c: the networks' sizes: b0's, scaled in width and depth (Tan and Le 2019, Table 1 and Eq. 3). */
#include "network.h"
#include <math.h>

static const struct scale {
    double width, depth;
} scales[ARCHS] = {
    [ARCH_LITE0] = { 1.0, 1.0 }, [ARCH_LITE1] = { 1.0, 1.1 }, [ARCH_LITE2] = { 1.1, 1.2 }, [ARCH_LITE3] = { 1.2, 1.4 },
    [ARCH_LITE4] = { 1.4, 1.8 }, [ARCH_B0] = { 1.0, 1.0 },    [ARCH_B1] = { 1.0, 1.1 },    [ARCH_B2] = { 1.1, 1.2 },
    [ARCH_B3] = { 1.2, 1.4 },    [ARCH_B4] = { 1.4, 1.8 },    [ARCH_B5] = { 1.6, 2.2 },    [ARCH_B6] = { 1.8, 2.6 },
    [ARCH_B7] = { 2.0, 3.1 },
};

static const network_stage base[NETWORK_STAGES] = { { 3, 1, 1, 1, 16 }, { 3, 2, 6, 2, 24 },  { 5, 2, 6, 2, 40 },
                                                    { 3, 2, 6, 3, 80 }, { 5, 1, 6, 3, 112 }, { 5, 2, 6, 4, 192 },
                                                    { 3, 1, 6, 1, 320 } };

/* The nearest multiple of 8, but not more than a tenth below. */
static int64_t scaled(int64_t channels, double by)
{
    double wanted = (double)channels * by;
    int64_t rounded = (int64_t)(wanted + 4) / 8 * 8;
    rounded = rounded < 8 ? 8 : rounded;
    return (double)rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

network_sizes network_sizes_of(int arch)
{
    const struct scale *by = &scales[arch];
    network_sizes s = { .lite = arch >= ARCH_LITE0 && arch <= ARCH_LITE4 };
    s.stem = scaled(32, s.lite ? 1 : by->width);
    s.head = scaled(1280, s.lite ? 1 : by->width);
    for (int i = 0; i < NETWORK_STAGES; i++) {
        bool fixed = s.lite && (i == 0 || i == NETWORK_STAGES - 1);
        s.stage[i] = base[i];
        s.stage[i].out = scaled(base[i].out, by->width);
        s.stage[i].repeats = fixed ? base[i].repeats : (int)ceil(base[i].repeats * by->depth);
    }
    return s;
}
