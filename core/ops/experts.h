/* experts.h: attributes of experts, for both halves. */
#ifndef ABLATE_OPS_EXPERTS_H
#define ABLATE_OPS_EXPERTS_H
#include "../op.h"

typedef struct experts_attr {
    int k, activation;
} experts_attr;

#endif
