/* group_norm.h: attributes of group_norm and how it sees a tensor, for both halves. */
#ifndef ABLATE_OPS_GROUP_NORM_H
#define ABLATE_OPS_GROUP_NORM_H
#include "../shape.h"

typedef struct group_norm_attr {
    int groups;
    double eps;
} group_norm_attr;

typedef struct group_places { /* x (pictures, places, groups x share) */
    int64_t pictures, places, groups, share;
} group_places;

static inline group_places group_places_of(const ablate_shape *x, int groups)
{
    int64_t width = x->dim[x->rank - 1];
    group_places of = { x->dim[0], 0, groups, width / groups };
    of.places = shape_size(x) / (of.pictures * width);
    return of;
}

#endif
