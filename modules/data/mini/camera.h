/* camera.h: light, lens and sensor. */
#ifndef MINI_CAMERA_H
#define MINI_CAMERA_H
#include "class.h"

/* Lights and photographs. `planes` is working room of CAMERA_FLOATS floats; rgb has 3 * PIXELS bytes. */
enum { CAMERA_FLOATS = PIXELS * 8 };
void camera_take(const studio *, float vary, const surface *, pose, stream *, float *planes, uint8_t *rgb);

#endif
