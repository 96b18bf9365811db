/* ops.h: how a family's file enters its records. A new operation is one record in one file: there is no list. */
#ifndef ABLATE_OPS_H
#define ABLATE_OPS_H
#include "../device/device.h"
#include "../shape.h"

/* Enters a static record into the library's section of records; `ops_all` walks it. */
#define OP_RECORD(record)                                                                                              \
    static const ablate_op *const record##_entry __attribute__((used, section("ablate_ops"))) = &(record)

device_records ops_all; /* every record of this library, in link order; the CPU's shared object exports it */

#endif
