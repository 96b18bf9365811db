/* noise.h: fields over the plane that textures and damage are made of. All are functions of place and seed. */
#ifndef CAPTIONS_NOISE_H
#define CAPTIONS_NOISE_H
#include <math.h>
#include <stdint.h>

static inline int noise_floor(float x)
{
    int i = (int)x;
    return i - (x < (float)i);
}

static inline float noise_fraction(float x)
{
    return x - (float)noise_floor(x);
}

static inline float noise_limit(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static inline float noise_mix(float a, float b, float t)
{
    return a + (b - a) * t;
}

/* 0 below `low`, 1 above `high`, smooth between. */
static inline float noise_step(float low, float high, float x)
{
    float t = noise_limit((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

static inline uint32_t noise_hash(int x, int y, uint32_t seed)
{
    uint32_t h = (uint32_t)x * 0x8DA6B343u ^ (uint32_t)y * 0xD8163841u ^ seed * 0xCB1AB31Fu;
    h = (h ^ (h >> 13)) * 0x5BD1E995u;
    h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
    return h ^ (h >> 14);
}

static inline float noise_unit(uint32_t hash) /* [0, 1) */
{
    return (float)(hash >> 8) * 0x1p-24f;
}

float noise_value(float x, float y, uint32_t seed);                /* [0, 1], features of size 1 */
float noise_fractal(float x, float y, int octaves, uint32_t seed); /* [0, 1], each octave twice as fine, half as high */

typedef struct noise_cell { /* the nearest of one point a unit square (Worley 1996) */
    float nearest, second;  /* distances of the nearest two points */
    uint32_t id;
} noise_cell;
noise_cell noise_cells(float x, float y, uint32_t seed);

#endif
