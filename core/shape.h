/* shape.h: what is asked of a tensor's shape: how many numbers, the same as another, in words. All inline. */
#ifndef ABLATE_SHAPE_H
#define ABLATE_SHAPE_H
#include "op.h"
#include <stdio.h>

/* Numbers of the tensor; 1 for a scalar. */
static inline int64_t shape_size(const ablate_shape *s)
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    return n;
}

static inline bool shape_same(const ablate_shape *a, const ablate_shape *b)
{
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++)
        same = a->dim[i] == b->dim[i];
    return same;
}

typedef struct shape_text {
    char text[96];
} shape_text;

/* "8x257x128", or "scalar", for printf: shape_words(&shape).text */
static inline shape_text shape_words(const ablate_shape *s)
{
    shape_text words = { "scalar" };
    size_t used = 0;
    for (int i = 0; i < s->rank && i < ABLATE_DIMS; i++)
        used +=
            (size_t)snprintf(words.text + used, sizeof words.text - used, i ? "x%lld" : "%lld", (long long)s->dim[i]);
    return words;
}

#endif
