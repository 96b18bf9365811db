/* noise.h: attributes of dropout and noise, for both halves. */
#ifndef ABLATE_OPS_NOISE_H
#define ABLATE_OPS_NOISE_H
#include "../op.h"

typedef struct dropout_attr {
    double p;
} dropout_attr;

typedef enum { RELATIVE, ABSOLUTE, JITTER } noise_mode;

typedef struct noise_attr {
    double std;
    int mode;
} noise_attr;

#endif
