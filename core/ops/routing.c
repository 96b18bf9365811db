/* routing.c: a counting sort of gates by expert. */
#include "routing.h"

int64_t routing_size(int64_t rows, int64_t experts, int64_t most)
{
    return (3 * rows * most + experts + 2 + 15) / 16 * 16;
}

routing routing_at(float *room, int64_t rows, int64_t experts, int64_t most)
{
    _Static_assert(sizeof(int32_t) == sizeof(float), "indices share memory with floats");
    int32_t *at = (int32_t *)(void *)room;
    int64_t n = rows * most;
    return (routing){ rows, experts, most, at, at + n, at + 2 * n, at + 3 * n };
}

/* Notes each row's experts in `entry` and counts those of t in begin[t + 2]. */
static void count_experts(const routing *r, const float *gates)
{
    for (int64_t t = 0; t < r->experts + 2; t++)
        r->begin[t] = 0;
    for (int64_t i = 0; i < r->rows; i++) {
        int32_t *entry = r->entry + i * r->most;
        int64_t used = 0;
        for (int64_t t = 0; t < r->experts && used < r->most; t++)
            if (gates[i * r->experts + t] != 0.0f) { /* NaN as well, so that it is seen */
                entry[used++] = (int32_t)t;
                r->begin[t + 2]++;
            }
        for (; used < r->most; used++)
            entry[used] = -1;
    }
}

void routing_fill(const routing *r, const float *gates)
{
    count_experts(r, gates);
    for (int64_t t = 2; t < r->experts + 2; t++)
        r->begin[t] += r->begin[t - 1]; /* begin[t + 1]: where expert t's next entry goes */
    for (int64_t i = 0; i < r->rows; i++) {
        int32_t *entry = r->entry + i * r->most;
        for (int64_t j = 0; j < r->most && entry[j] >= 0; j++) {
            int32_t expert = entry[j], place = r->begin[expert + 1]++;
            r->row[place] = (int32_t)i;
            r->expert[place] = expert;
            entry[j] = place;
        }
    }
}
