/* weights_float.h: the number formats in which tensors are kept on a disk. */
#ifndef ABLATE_WEIGHTS_FLOAT_H
#define ABLATE_WEIGHTS_FLOAT_H
#include "weights.h"

/* n numbers of that dtype, little-endian, as float32; a NaN or infinity stays one. */
void weights_decode(weights_dtype, const uint8_t *from, int64_t n, float *to);

#endif
