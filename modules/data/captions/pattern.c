/* pattern.c: how two colours share a surface: the share of the second, 0 to 1. One period is about one unit. */
#include "noise.h"
#include "surface.h"
#include <stddef.h>

static const float PI = 3.14159265f;

/* 1 where the wave of period 1 is in its second half; edges a little soft. */
static float band(float x)
{
    return noise_step(-0.12f, 0.12f, sinf(2 * PI * x));
}

static float plain(float u, float v, uint32_t seed)
{
    (void)u, (void)v, (void)seed;
    return 0;
}

static float striped(float u, float v, uint32_t seed)
{
    (void)v, (void)seed;
    return band(u);
}

static float checkered(float u, float v, uint32_t seed)
{
    (void)seed;
    float a = band(0.5f * u), b = band(0.5f * v);
    return a + b - 2 * a * b;
}

static float dotted(float u, float v, uint32_t seed)
{
    (void)seed;
    float x = noise_fraction(u) - 0.5f, y = noise_fraction(v) - 0.5f;
    return noise_step(0.32f, 0.26f, sqrtf(x * x + y * y));
}

static float plaid(float u, float v, uint32_t seed)
{
    (void)seed;
    float thick = 0.4f * band(0.5f * u) + 0.4f * band(0.5f * v);
    float thin = fmaxf(noise_step(0.85f, 0.95f, sinf(PI * u)), noise_step(0.85f, 0.95f, sinf(PI * v)));
    return fminf(1, thick + 0.5f * thin);
}

static float zigzag(float u, float v, uint32_t seed)
{
    (void)seed;
    return band(u + 0.6f * fabsf(noise_fraction(0.6f * v) - 0.5f));
}

static float wavy(float u, float v, uint32_t seed)
{
    (void)seed;
    return band(u + 0.25f * sinf(2 * v));
}

static float gradient(float u, float v, uint32_t seed)
{
    (void)v, (void)seed;
    return 0.5f + 0.5f * sinf(0.6f * u);
}

static float spotted(float u, float v, uint32_t seed)
{
    return noise_step(0.52f, 0.6f, noise_fractal(u, v, 2, seed));
}

static float hatched(float u, float v, uint32_t seed)
{
    (void)seed;
    return fmaxf(noise_step(0.75f, 0.9f, sinf(2 * PI * u)), noise_step(0.75f, 0.9f, sinf(2 * PI * v)));
}

static float ringed(float u, float v, uint32_t seed)
{
    (void)seed;
    return band(sqrtf(u * u + v * v));
}

static float speckled(float u, float v, uint32_t seed)
{
    noise_cell cell = noise_cells(1.5f * u, 1.5f * v, seed);
    return noise_step(0.3f, 0.22f, cell.nearest / (0.4f + noise_unit(cell.id)));
}

const char *const surface_patterns[] = { "plain",    "striped", "checkered", "dotted", "plaid",    "zigzag", "wavy",
                                         "gradient", "spotted", "hatched",   "ringed", "speckled", NULL };
surface_field *const surface_pattern_fields[] = { plain, striped,  checkered, dotted,  plaid,  zigzag,
                                                  wavy,  gradient, spotted,   hatched, ringed, speckled };
