/* metrics_key.h: scores as unsigned integers of the same order, so that they can be sorted and looked up by their bits.
 * Equal scores have equal keys (-0 and +0 too), and what is not finite lies outside [key(-max), key(+max)]. */
#ifndef ABLATE_METRICS_KEY_H
#define ABLATE_METRICS_KEY_H
#include "metrics.h"
#include <float.h>
#include <string.h>

static inline uint64_t key_of_float(float score)
{
    uint32_t bits;
    score += 0.0f; /* -0 becomes +0 */
    memcpy(&bits, &score, sizeof bits);
    return bits ^ (0x80000000u | (0u - (bits >> 31)));
}

static inline uint64_t key_of_double(double score)
{
    uint64_t bits;
    score += 0.0;
    memcpy(&bits, &score, sizeof bits);
    return bits ^ (0x8000000000000000u | (UINT64_C(0) - (bits >> 63)));
}

static inline double score_of_key(uint64_t key, bool wide)
{
    if (wide) {
        double score;
        uint64_t bits = key >> 63 ? key ^ 0x8000000000000000u : ~key;
        memcpy(&score, &bits, sizeof score);
        return score;
    }
    float score;
    uint32_t low = (uint32_t)key, bits = low >> 31 ? low ^ 0x80000000u : ~low;
    memcpy(&score, &bits, sizeof score);
    return (double)score;
}

static inline bool key_is_finite(uint64_t key, bool wide)
{
    return wide ? key >= key_of_double(-DBL_MAX) && key <= key_of_double(DBL_MAX)
                : key >= key_of_float(-FLT_MAX) && key <= key_of_float(FLT_MAX);
}

static inline double score_of_pixel(const metrics_input *in, int64_t pixel)
{
    return in->maps ? (double)in->maps[pixel] : in->maps_wide[pixel];
}

/* Keys of n pixels of the input, from pixel `first` of all its pictures one after another. */
static inline void key_fill(const metrics_input *in, int64_t first, int64_t n, uint64_t *key)
{
    if (in->maps) {
        const float *score = in->maps + first;
        for (int64_t i = 0; i < n; i++)
            key[i] = key_of_float(score[i]);
    } else {
        const double *score = in->maps_wide + first;
        for (int64_t i = 0; i < n; i++)
            key[i] = key_of_double(score[i]);
    }
}

static inline uint64_t key_of_pixel(const metrics_input *in, int64_t pixel)
{
    return in->maps ? key_of_float(in->maps[pixel]) : key_of_double(in->maps_wide[pixel]);
}

#endif
