/* resize.h: attributes of resize, for both halves. */
#ifndef ABLATE_OPS_RESIZE_H
#define ABLATE_OPS_RESIZE_H
#include "../op.h"

typedef struct resize_attr {
    int height, width, mode;
    bool align_corners;
} resize_attr;

#endif
