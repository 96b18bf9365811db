/* weights_copy.h: a smaller copy of a weights file. */
#ifndef ABLATE_WEIGHTS_COPY_H
#define ABLATE_WEIGHTS_COPY_H
#include "weights.h"

typedef struct weights_copy {
    const char *out;
    const char *strip; /* only tensors whose name begins so, without it; NULL: all */
    bool half;         /* in half precision */
    const weights_pair *note;
    int pairs; /* they take the place of the file's own notes of the same keys */
} weights_copy;

/* Writes it, with the file's own notes; those of a part of it are left out, which is said on stderr. 0, or -1:
 * complained. */
int weights_copy_write(const weights *, const weights_copy *);

#endif
