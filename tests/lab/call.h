/* call.h: one call of an operation on a device, resolved and run at once. */
#ifndef LAB_CALL_H
#define LAB_CALL_H
#include "../../core/device/device.h"

bool call_supported(const device *where, const ablate_op *op, bool backward);

/* 0; -1: it failed, or the device lacks the operation. */
int call_run(const device *where, const ablate_op *op, bool backward, const ablate_call *call);

#endif
