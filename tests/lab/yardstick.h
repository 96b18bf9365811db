/* yardstick.h: what a machine's matrix products can reach, for benches: OpenBLAS's, where that is installed, with the
 * kernels that suit the processor, and not the engine's own, or a slow product would look well beside itself.
 * $ABLATE_CORETYPE names other kernels of OpenBLAS. */
#ifndef LAB_YARDSTICK_H
#define LAB_YARDSTICK_H
#include "../../core/device/device.h"

/* FLOP/s of the fastest of a few large products on the device's threads, measured now; a device that measures itself is
 * asked. 0 when out of memory. */
double yardstick_peak(const device *);

/* Whose products those were: "OpenBLAS 0.3.21 SkylakeX". */
const char *yardstick_name(void);

/* Bytes a second, read and written, of the fastest of some copies that no cache holds, by all processors. */
double yardstick_copying(void);

#endif
