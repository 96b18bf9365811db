/* random.h: random numbers of the data set: a stream is a pure function of its key, so a picture depends on nothing but
 * (seed, class, split, state, number) and never on what was rendered before it. */
#ifndef MINI_RANDOM_H
#define MINI_RANDOM_H
#include <math.h>
#include <stdint.h>

typedef struct stream {
    uint64_t key, count;
} stream;

/* Finaliser of splitmix64 (Steele, Lea and Flood 2014). */
static inline uint64_t mix_bits(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}
/* A stream inside a stream: branches with other `what` share no draws. */
static inline stream stream_branch(stream from, uint64_t what)
{
    return (stream){ mix_bits(from.key * 0x9E3779B97F4A7C15u + mix_bits(what + 0x632BE59BD9B4E019u)), 0 };
}
static inline uint32_t draw_bits(stream *s)
{
    return (uint32_t)(mix_bits(s->key + 0x9E3779B97F4A7C15u * ++s->count) >> 32);
}
/* Uniform in [0, 1), in [low, high), log-uniform in [low, high); an integer below n; standard normal. */
static inline float draw(stream *s)
{
    return (float)(draw_bits(s) >> 8) * 0x1p-24f;
}
static inline float draw_between(stream *s, float low, float high)
{
    return low + (high - low) * draw(s);
}
static inline float draw_log(stream *s, float low, float high)
{
    return low * powf(high / low, draw(s));
}
static inline int draw_below(stream *s, int n)
{
    return (int)(((uint64_t)draw_bits(s) * (uint64_t)n) >> 32);
}
static inline float draw_normal(stream *s)
{
    float radius = sqrtf(-2.0f * logf(1.0f - draw(s)));
    return radius * cosf(6.2831853f * draw(s));
}
/* A number of a lattice point, for noise. */
static inline uint32_t hash_point(int x, int y, uint32_t salt)
{
    uint32_t h = (uint32_t)x * 0x9E3779B1u ^ (uint32_t)y * 0x85EBCA77u ^ salt * 0xC2B2AE3Du;
    h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
    h = (h ^ (h >> 12)) * 0x297A2D39u;
    return h ^ (h >> 15);
}
static inline float hash_unit(int x, int y, uint32_t salt) /* [0, 1) */
{
    return (float)(hash_point(x, y, salt) >> 8) * 0x1p-24f;
}

#endif
