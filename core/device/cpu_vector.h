/* cpu_vector.h: elementary functions without branches or calls, which gcc turns into vector code without fast-math, and
 * reductions in a fixed order. The polynomials were fitted for this file (Remez exchange, relative error of the
 * function). Accuracy against correctly rounded results, tested over the whole range (tests/device/test_cpu_vector.c):
 * exp and tanh 2 units in the last place (exp down to gradual underflow and up to infinity), erf 3, sigmoid 3 (below
 * 2^-126 it is 0). NaN stays NaN. */
#ifndef ABLATE_VECTOR_H
#define ABLATE_VECTOR_H
#include "../base/both.h"

/* Sixteen numbers side by side, whatever the processor: as one, two or four of its registers. */
#if defined(__AVX512F__)
enum { VECTOR_LANES = 16, VECTOR_PARTS = 1, VECTOR_PART = 16 };
typedef float vector_part __attribute__((vector_size(64)));
#elif defined(__AVX__)
enum { VECTOR_LANES = 16, VECTOR_PARTS = 2, VECTOR_PART = 8 };
typedef float vector_part __attribute__((vector_size(32)));
#else
enum { VECTOR_LANES = 16, VECTOR_PARTS = 4, VECTOR_PART = 4 };
typedef float vector_part __attribute__((vector_size(16)));
#endif
typedef vector_part vector_memory __attribute__((aligned(4), may_alias)); /* anywhere among floats */
typedef struct vector_lanes {
    vector_part part[VECTOR_PARTS];
} vector_lanes;

/* The j-th register of sixteen numbers from x on. */
static inline vector_part vector_load(const float *x, int j)
{
    return *(const vector_memory *)(x + j * VECTOR_PART);
}

/* e^x = 2^n e^r with |r| <= ln(2) / 2; 2^n is applied in two steps, so that it may leave the range of floats. */
static inline float vector_exp(float x)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer, kept in the low bits */
    x = x < -104.0f ? -104.0f : x;
    x = x > 89.0f ? 89.0f : x;
    float shifted = x * 1.44269504f + magic, n = shifted - magic;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; /* ln 2 in two parts, the first of 10 bits */
    float q = 1.395049096e-3f;
    q = q * r + 8.368889357e-3f;
    q = q * r + 4.166620581e-2f;
    q = q * r + 1.666651884e-1f;
    q = q * r + 5.000000095e-1f;
    float p = 1.0f + (r + r * r * q);
    int32_t whole = (int32_t)(float_to_bits(shifted) - float_to_bits(magic));
    int32_t half = whole >> 1;
    float scale = bits_to_float((uint32_t)(half + 127) << 23);
    return p * scale * bits_to_float((uint32_t)(whole - half + 127) << 23);
}

static inline float vector_sigmoid(float x)
{
    return 1.0f / (1.0f + vector_exp(-x));
}

static inline float vector_copy_sign(float size, float sign)
{
    return bits_to_float(float_to_bits(size) | (float_to_bits(sign) & 0x80000000u));
}

static inline float vector_size_of(float x)
{
    return bits_to_float(float_to_bits(x) & 0x7FFFFFFFu);
}

/* An odd polynomial near zero, 1 - 2 / (e^2x + 1) elsewhere. */
static inline float vector_tanh(float x)
{
    float size = vector_size_of(x), t = x * x;
    float p = -5.717045370e-3f;
    p = p * t + 2.065058764e-2f;
    p = p * t - 5.374349821e-2f;
    p = p * t + 1.333149129e-1f;
    p = p * t - 3.333328393e-1f;
    float near = size + size * (t * p), far = 1.0f - 2.0f / (vector_exp(2.0f * size) + 1.0f);
    return vector_copy_sign(size < 0.625f ? near : far, x);
}

/* An odd polynomial near zero, 1 - e^-g elsewhere with a polynomial g = -ln erfc; from 4 on it is 1. */
static inline float vector_erf(float x)
{
    float size = vector_size_of(x);
    size = size > 4.0f ? 4.0f : size;
    float t = size * size;
    float p = -6.090360405e-4f;
    p = p * t + 5.011962903e-3f;
    p = p * t - 2.677890897e-2f;
    p = p * t + 1.128214081e-1f;
    p = p * t - 3.761252328e-1f;
    p = p * t + 1.128379154f;
    float g = -1.982196098e-4f;
    g = g * size + 3.065489876e-3f;
    g = g * size - 2.231521142e-2f;
    g = g * size + 1.041136754e-1f;
    g = g * size + 6.369760870e-1f;
    g = g * size + 1.127797240f;
    g = g * size + 1.664481481e-4f;
    return vector_copy_sign(size < 0.9f ? size * p : 1.0f - vector_exp(-g), x);
}

/* Sum of sixteen partial results, always in the same order. */
static inline float vector_fold(const float lane[VECTOR_LANES])
{
    float sum[8];
    for (int i = 0; i < 8; i++)
        sum[i] = lane[i] + lane[i + 8];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* A function's body: the sum of n terms, in sixteen interleaved partial sums whatever the processor. `part_term` is the
 * terms of the j-th register from number i on, `term` that of number i. */
#define VECTOR_SUM(n, part_term, term)                                                                                 \
    vector_lanes sum = { { { 0 } } };                                                                                  \
    float lane[VECTOR_LANES];                                                                                          \
    int64_t i = 0;                                                                                                     \
    for (; i + VECTOR_LANES <= (n); i += VECTOR_LANES)                                                                 \
        for (int j = 0; j < VECTOR_PARTS; j++)                                                                         \
            sum.part[j] += (part_term);                                                                                \
    memcpy(lane, &sum, sizeof lane);                                                                                   \
    for (int j = 0; i < (n); i++, j++)                                                                                 \
        lane[j] += (term);                                                                                             \
    return vector_fold(lane)

static inline float vector_sum(const float *x, int64_t n)
{
    VECTOR_SUM(n, vector_load(x + i, j), x[i]);
}

static inline float vector_dot(const float *a, const float *b, int64_t n)
{
    VECTOR_SUM(n, vector_load(a + i, j) * vector_load(b + i, j), a[i] * b[i]);
}

/* Sum of (x - shift)^2. */
static inline float vector_sum_squares(const float *x, float shift, int64_t n)
{
    VECTOR_SUM(n, (vector_load(x + i, j) - shift) * (vector_load(x + i, j) - shift), (x[i] - shift) * (x[i] - shift));
}

/* Largest of x (n >= 1). NaN may be passed over: what is computed from x itself still carries it. */
static inline float vector_largest(const float *x, int64_t n)
{
    enum { WIDE = 4 * VECTOR_LANES }; /* four chains of comparisons at once */
    float lane[WIDE];
    int64_t i = 0;
    for (int j = 0; j < WIDE; j++)
        lane[j] = x[0];
    for (; i + WIDE <= n; i += WIDE)
        for (int j = 0; j < WIDE; j++)
            lane[j] = x[i + j] > lane[j] ? x[i + j] : lane[j];
    for (; i + VECTOR_LANES <= n; i += VECTOR_LANES)
        for (int j = 0; j < VECTOR_LANES; j++)
            lane[j] = x[i + j] > lane[j] ? x[i + j] : lane[j];
    for (int j = 0; i < n; i++, j++)
        lane[j] = x[i] > lane[j] ? x[i] : lane[j];
    for (int half = WIDE / 2; half > 0; half /= 2)
        for (int j = 0; j < half; j++)
            lane[j] = lane[j + half] > lane[j] ? lane[j + half] : lane[j];
    return lane[0];
}

#endif
