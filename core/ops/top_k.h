/* top_k.h: attributes of top_k, for both halves. */
#ifndef ABLATE_OPS_TOP_K_H
#define ABLATE_OPS_TOP_K_H
#include "../op.h"

typedef enum { RENORMALIZE_NONE, RENORMALIZE_SUM, RENORMALIZE_SOFTMAX } renormalize_kind;

typedef struct top_k_attr {
    int k, renormalize;
} top_k_attr;

#endif
