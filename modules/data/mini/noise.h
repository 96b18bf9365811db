/* noise.h: lattice noise of two variables, the stuff that materials are made of. */
#ifndef MINI_NOISE_H
#define MINI_NOISE_H
#include "random.h"

static inline int floor_int(float x)
{
    int i = (int)x;
    return i - (x < (float)i);
}

/* Gradient noise (Perlin 2002's quintic), about [-1, 1], one feature a unit. */
float noise(float x, float y, uint32_t salt);

/* Value noise, [0, 1]: softer and cheaper. */
float noise_value(float x, float y, uint32_t salt);

/* White noise in squares of a unit, of about the same strength as `noise`: for grain no wider than a pixel. */
static inline float grain(float x, float y, uint32_t salt)
{
    return 1.3f * hash_unit(floor_int(x), floor_int(y), salt) - 0.65f;
}

/* Sum of `octaves` gradient noises, each of twice the frequency and half the amplitude; about [-1, 1]. */
float noise_fractal(float x, float y, int octaves, uint32_t salt);

/* Cellular noise (Worley 1996): distances to the nearest and second nearest of one point a unit square, and the
 * number of the nearest. */
typedef struct cells {
    float first, second;
    uint32_t id;
} cells;
cells noise_cells(float x, float y, uint32_t salt);

#endif
