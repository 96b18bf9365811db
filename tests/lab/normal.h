/* normal.h: the standard normals that a block of random words stands for, in double (Box and Muller's method). */
#ifndef LAB_NORMAL_H
#define LAB_NORMAL_H
#include "../../core/base/random.h"

/* What a kernel's normal may be off by, relative to it: two units for the logarithm, halved by the root, one for the
 * root's own rounding and the product's, two for the sine (test_ops_random.c measures logarithm and sine). */
#define NORMAL_ERROR (4 * 0x1p-23)

void normal_exact(random_block block, double out[4]);

#endif
