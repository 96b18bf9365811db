/* call.h: one call of an operation on a device, resolved and run at once. */
#ifndef CALL_H
#define CALL_H
#include "../../core/device/device.h"

static inline bool call_supported(const device *where, const ablate_op *op, bool backward)
{
    device_step s = { .op = op, .backward = backward };
    return where->resolve(&s);
}

/* 0; -1: it failed, or the device lacks the operation. */
static inline int call_run(const device *where, const ablate_op *op, bool backward, const ablate_call *call)
{
    device_step s = { .op = op, .backward = backward, .call = *call };
    where->resolve(&s);
    return where->run(&s, call->step);
}

#endif
