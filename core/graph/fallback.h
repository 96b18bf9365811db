/* fallback.h: an operation that a device lacks runs on the CPU, on copies. Slow, and right. */
#ifndef ABLATE_GRAPH_FALLBACK_H
#define ABLATE_GRAPH_FALLBACK_H
#include "../device/device.h"

/* The call's pointers are memory of `where`; aux and scratch are that many floats. 0, or -1. */
int fallback_run(const device *where, const ablate_op *, bool backward, const ablate_call *, int64_t aux,
                 int64_t scratch);

#endif
