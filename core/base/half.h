/* half.h: IEEE 754 half precision (1 sign, 5 exponent and 10 fraction bits), in which numbers are kept on a disk. Bits
 * are taken apart by hand: no compiler option or processor is asked for. */
#ifndef ABLATE_HALF_H
#define ABLATE_HALF_H
#include "both.h"

float half_read(uint16_t bits); /* exact; a NaN or infinity stays one */

/* The nearest half, ties to even; too large gives infinity. */
uint16_t half_of(float);

#endif
