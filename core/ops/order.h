/* order.h: which of some numbers comes first, for both halves. */
#ifndef ABLATE_OPS_ORDER_H
#define ABLATE_OPS_ORDER_H
#include "../base/both.h"
#include <stdbool.h>

/* Is a (at i) taken before b (at j)? The larger first, NaN before all, so that it is seen; then the lower index. */
BOTH bool precedes(float a, int64_t i, float b, int64_t j)
{
    bool a_nan = a != a, b_nan = b != b;
    if (a_nan != b_nan)
        return a_nan;
    return a > b || (i < j && (a == b || a_nan));
}

/* The choice among n scores that comes next after `last` (-1: the first of all). */
BOTH int64_t next_choice(const float *score, int64_t n, int64_t last)
{
    int64_t best = -1;
    for (int64_t j = 0; j < n; j++) {
        bool open = last < 0 || precedes(score[last], last, score[j], j);
        if (open && (best < 0 || precedes(score[j], j, score[best], best)))
            best = j;
    }
    return best;
}

#endif
