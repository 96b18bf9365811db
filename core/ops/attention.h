/* attention.h: attributes of attention, for both halves. */
#ifndef ABLATE_OPS_ATTENTION_H
#define ABLATE_OPS_ATTENTION_H
#include "../op.h"

typedef struct attention_attr {
    int heads;
    bool causal;
} attention_attr;

#endif
