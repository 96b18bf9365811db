/* model_place.h: a model and the device that it is to run on. */
#ifndef ABLATE_MODEL_PLACE_H
#define ABLATE_MODEL_PLACE_H
#include "../device/device.h"
#include "model.h"

/* The device from now on computes as precisely as the settings say and knows the modules' own operations; before
 * anything of the run is computed or described. 0, or -1: complained. */
int model_place(const model *, const device *);

/* The shared object with a module's operations for that device, DEVICE/NAME.so beside the module's own, or NULL: there
 * is none. The caller frees. */
char *model_device_half(const ablate_module *, const device *);

#endif
