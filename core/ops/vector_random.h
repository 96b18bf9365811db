/* vector_random.h: standard normal draws by Box and Muller's method, without branches or library calls, so that kernels
 * vectorise; every rounding is spelled out (fused products by name, no other product feeds a sum), so that a device
 * with IEEE arithmetic draws the same bits. The polynomials were fitted for this file (Remez exchange, relative error
 * below 4e-9); logarithm, sine and cosine stay within 2 units in the last place (tests/ops/test_ops_random.c looks at
 * every argument). */
#ifndef ABLATE_VECTOR_RANDOM_H
#define ABLATE_VECTOR_RANDOM_H
#include "../base/random.h"
#include <math.h>

/* Natural logarithm of a normal positive number: u = 2^n (1 + f), |log(1 + f)| <= ln(2) / 2, and with s = f / (2 + f),
 * log(1 + f) = 2 atanh(s) = f - s (f - s^2 P(s^2)). */
BOTH float vector_random_log(float u)
{
    int32_t n = (int32_t)(float_to_bits(u) - 0x3F3504F3u) >> 23; /* 1 + f from sqrt(1/2) on */
    float f = bits_to_float(float_to_bits(u) - ((uint32_t)n << 23)) - 1.0f;
    float s = f / (2.0f + f), z = s * s;
    float p = fmaf(z, 2.987172776e-1f, 3.997754158e-1f);
    p = fmaf(z, p, 6.666677638e-1f);
    float part = fmaf(-s, fmaf(-z, p, f), f), power = (float)n;
    return fmaf(power, 0.693359375f, fmaf(power, -2.12194440e-4f, part)); /* ln 2 in two parts, the first of 10 bits */
}

/* Sine and cosine of u whole turns, 0 <= u <= 1: the nearest quarter turn is taken off exactly. */
BOTH void vector_random_turn(float u, float *sine, float *cosine)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer, kept in the low bits */
    float shifted = 4.0f * u + magic;
    uint32_t quarter = float_to_bits(shifted);
    float r = fmaf(shifted - magic, -0.25f, u), z = r * r;
    float p = fmaf(z, -7.544560341e1f, 8.159376672e1f);
    p = fmaf(z, p, -4.134167233e1f);
    float s = fmaf(r, 6.28318548f, fmaf(r, -1.74845553e-7f, r * z * p)); /* 2 pi in two parts */
    float q = fmaf(z, 5.934970074e1f, -8.544714096e1f);
    q = fmaf(z, q, 6.493936132e1f);
    float c = fmaf(z, fmaf(z, q, -1.97392088e1f), 1.0f);
    uint32_t odd = 0u - (quarter & 1u); /* all bits set where sine and cosine change places */
    uint32_t s_bits = float_to_bits(s), c_bits = float_to_bits(c), swap = (s_bits ^ c_bits) & odd;
    *sine = bits_to_float(s_bits ^ swap ^ ((quarter & 2u) << 30));
    *cosine = bits_to_float(c_bits ^ swap ^ (((quarter + 1u) & 2u) << 30));
}

/* Two independent standard normals from two words. */
BOTH void vector_random_pair(uint32_t first, uint32_t second, float *a, float *b)
{
    float sine, cosine, radius = sqrtf(-2.0f * vector_random_log(random_uniform(first)));
    vector_random_turn(random_uniform(second), &sine, &cosine);
    *a = radius * cosine;
    *b = radius * sine;
}

/* Elements 4i .. 4i + 3 of a stream of normals, from its i-th block; as random_normal4, but the same bits everywhere.
 */
BOTH void vector_random_normal4(random_block block, float out[4])
{
    vector_random_pair(block.word[0], block.word[1], &out[0], &out[1]);
    vector_random_pair(block.word[2], block.word[3], &out[2], &out[3]);
}

#endif
