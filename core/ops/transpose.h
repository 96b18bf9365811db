/* transpose.h: attributes of transpose, for both halves. */
#ifndef ABLATE_OPS_TRANSPOSE_H
#define ABLATE_OPS_TRANSPOSE_H

typedef struct transpose_attr {
    const char *axes;
} transpose_attr;

#endif
