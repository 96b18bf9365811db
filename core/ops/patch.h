/* patch.h: how patch embedding sees a picture, for both halves. */
#ifndef ABLATE_OPS_PATCH_H
#define ABLATE_OPS_PATCH_H
#include "../op.h"

typedef struct patches {
    int64_t batch, channels, height, size, side, count, width, depth; /* side: patches along an edge; count = side^2 */
} patches;

static inline patches patches_of(const ablate_shape *in)
{
    patches p;
    p.batch = in[0].dim[0];
    p.channels = in[0].dim[1];
    p.height = in[0].dim[2];
    p.size = in[1].dim[2];
    p.side = p.height / p.size;
    p.count = p.side * p.side;
    p.width = in[1].dim[0];
    p.depth = p.channels * p.size * p.size;
    return p;
}

#endif
