/* where.h: one call of an operation, on the device or, where that lacks the operation, on the CPU: on copies, slow and
 * right. */
#ifndef ABLATE_GRAPH_WHERE_H
#define ABLATE_GRAPH_WHERE_H
#include "../device/device.h"

/* Floats of working room that whoever runs the call needs. `by_record`: what the shape rule says. Of the call's
 * pointers only grad_in is looked at, for which of them are there. */
int64_t where_scratch(const device *, const ablate_op *, bool backward, const ablate_call *, int64_t by_record);

/* The call's pointers are memory of the device; aux and scratch are that many floats. 0, or -1. */
int where_run(const device *, const ablate_op *, bool backward, ablate_call *, int64_t aux, int64_t scratch);

/* " (what the device says)", or "" if it says nothing; valid until the next call. */
const char *where_trouble(const device *);

#endif
