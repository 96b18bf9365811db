/* index.h: indices kept in tensors of floats, for both halves. */
#ifndef ABLATE_OPS_INDEX_H
#define ABLATE_OPS_INDEX_H
#include "../base/both.h"
#include "ops.h"

/* The whole number in `index`, or -1 if it is none from 0 to n - 1. */
BOTH int64_t index_of(float index, int64_t n)
{
    bool inside = index >= 0.0f && (double)index < (double)n;
    int64_t whole = inside ? (int64_t)index : -1;
    return (float)whole == index ? whole : -1;
}

#endif
