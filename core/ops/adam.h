/* adam.h: attributes of adam, for both halves. */
#ifndef ABLATE_OPS_ADAM_H
#define ABLATE_OPS_ADAM_H
#include <stdbool.h>

typedef struct adam_attr {
    double rate, beta1, beta2, eps, decay, max_norm;
    int warmup, total, drop;
    bool decoupled;
} adam_attr;

#endif
