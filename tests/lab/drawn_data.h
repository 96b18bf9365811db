/* drawn_data.h: tests of a drawn data set: counts, determinism, masks that say where, and only where, a picture is
 * flawed. */
#ifndef LAB_DRAWN_DATA_H
#define LAB_DRAWN_DATA_H
#include "test.h"

typedef struct drawn_set {
    const char *name;         /* "mini" */
    int classes, train, good; /* its defaults; training and good test pictures of a class */
    int kinds;                /* least kinds of defect a class, on average */
    const char *surface; /* "mini-wood/test/": beginning of the names of pictures whose defects are on the surface */
} drawn_set;

/* All of them; the program's exit status. */
int drawn_data_test(const drawn_set *tested);

#endif
