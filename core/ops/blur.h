/* blur.h: attributes of blur, for both halves. */
#ifndef ABLATE_OPS_BLUR_H
#define ABLATE_OPS_BLUR_H
#include "../op.h"

typedef struct blur_attr {
    double sigma, truncate;
} blur_attr;

#endif
