/* where.h: who computes a step: the device or, where that lacks the operation, the CPU: on copies, slow and right. */
#ifndef ABLATE_GRAPH_WHERE_H
#define ABLATE_GRAPH_WHERE_H
#include "../device/device.h"

/* Asks the device for the step, see its `resolve`; where it lacks the operation, call.scratch is as the record says. */
void where_resolve(const device *, device_step *);

/* A resolved step, whose pointers are memory of the device. 0, or -1. */
int where_run(const device *, device_step *, uint64_t step);

/* " (what the device says)", or "" if it says nothing; valid until the next call. */
const char *where_trouble(const device *);

#endif
