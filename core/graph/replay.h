/* replay.h: the same calls made over and over: as they are the first time, recorded the second, replayed from then on.
 * On a device that cannot record they are made each time. */
#ifndef ABLATE_GRAPH_REPLAY_H
#define ABLATE_GRAPH_REPLAY_H
#include "../device/device.h"

typedef struct replay { /* zero but for the device */
    const device *device;
    void *recording;
    bool called; /* once, so that the device has chosen whatever it chooses on first use */
} replay;

/* body(context, step) makes calls of the device whose pointers stay the same; of the step they may depend in the way
 * that random operations do. `recordable`: they may be recorded. 0, or -1: complained. */
int replay_run(replay *, bool recordable, int (*body)(void *context, uint64_t step), void *context, uint64_t step);

/* What is recorded holds no more: the next run makes the calls again. */
void replay_forget(replay *);

#endif
