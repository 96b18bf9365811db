/* k_center.h: attributes of k_center, for both halves. */
#ifndef ABLATE_OPS_K_CENTER_H
#define ABLATE_OPS_K_CENTER_H
#include "../op.h"

typedef struct k_center_attr {
    int count, start;
} k_center_attr;

#endif
