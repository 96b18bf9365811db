/* ops.h: how a family's file enters its records. A new operation is one record in one file: there is no list. */
#ifndef ABLATE_OPS_H
#define ABLATE_OPS_H
#include "../device/device.h"
#include "../shape.h"

/* Enters a static record into the library's section of records; `ops_all` walks it. */
#define OP_RECORD(record)                                                                                              \
    static const ablate_op *const record##_entry __attribute__((used, section("ablate_ops"))) = &(record)

/* Fields of a record. The functions of operation OP are OP_forward and, with OP_BOTH, OP_backward; `rule` is its shape
 * rule. It takes exactly n inputs; its attributes are a struct `type`, described in `list`. */
#define OP_FORWARD(op, rule) .name = #op, .shape = rule, .forward = op##_forward
#define OP_BOTH(op, rule)    OP_FORWARD(op, rule), .backward = op##_backward
#define OP_TAKES(n)          .min_in = (n), .max_in = (n)
#define OP_ATTRS(type, list) .attr_size = sizeof(type), .attrs = list

/* A function for a record's `flops` or `bytes`: a double made of `in`, `n`, `out` and `attr`. */
#define OP_COST(function, cost)                                                                                        \
    static double function(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)                   \
    {                                                                                                                  \
        (void)in, (void)n, (void)out, (void)attr;                                                                      \
        return cost;                                                                                                   \
    }

device_records ops_all; /* every record of this library, in link order; the CPU's shared object exports it */

#endif
