/* draw.h: the random numbers of one picture: a stream that is a function of its seed alone (splitmix64, Steele et al.
 * 2014), so that a picture does not depend on which others were made. */
#ifndef CAPTIONS_DRAW_H
#define CAPTIONS_DRAW_H
#include <stdbool.h>
#include <stdint.h>

typedef struct draw_stream {
    uint64_t state;
} draw_stream;

static inline uint64_t draw_word(draw_stream *s)
{
    uint64_t z = s->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* The stream of picture `index`, purpose `use` (pixels, words), of a set drawn from `seed`. */
static inline draw_stream draw_begin(uint64_t seed, uint64_t index, uint64_t use)
{
    draw_stream s = { seed * 0xD1342543DE82EF95u + use };
    s.state = draw_word(&s) + index;
    s.state = draw_word(&s);
    return s;
}

static inline float draw_range(draw_stream *s, float low, float high) /* uniform on [low, high) */
{
    return low + (high - low) * (float)(draw_word(s) >> 40) * 0x1p-24f;
}

static inline int draw_below(draw_stream *s, int n) /* 0 ... n - 1 */
{
    return (int)((draw_word(s) >> 32) * (uint64_t)n >> 32);
}

static inline bool draw_chance(draw_stream *s, float probability)
{
    return draw_range(s, 0, 1) < probability;
}

#endif
