/* transformer.h: the two halves of uniad that look from patch to patch. Tokens are (B, N, C), N = G x G. */
#ifndef UNIAD_TRANSFORMER_H
#define UNIAD_TRANSFORMER_H
#include "operations.h"

typedef struct uniad_settings {
    int width, heads, hidden, encoders, decoders, neighbour, pool;
    double dropout, weight, smooth;
} uniad_settings;

typedef struct transformer {
    ablate_builder *b;
    const uniad_settings *s;
    int64_t pictures, grid;
    ablate_value *position; /* (N, C) */
    ablate_value *mask;     /* (N, N): 0 where a patch may look, else minus infinity; NULL: it may look anywhere */
} transformer;

transformer transformer_of(ablate_builder *, const uniad_settings *, int64_t pictures, int64_t grid);

/* A linear layer to `out` channels with parameters NAME.weight and NAME.bias, which begins as published: weights by
 * Glorot and Bengio 2010, a bias of 0. */
ablate_value *transformer_linear(const transformer *, const char *name, int64_t out, ablate_value *x);

ablate_value *transformer_encode(const transformer *, ablate_value *x);
ablate_value *transformer_decode(const transformer *, ablate_value *memory);

#endif
