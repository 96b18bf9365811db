/* ops.h: how a family's file enters its records. A new operation is one record in one file: there is no list. */
#ifndef ABLATE_OPS_H
#define ABLATE_OPS_H
#include "../op.h"

/* Enters a static record into the library's section of records; `ops_all` walks it. */
#define OP_RECORD(record)                                                                                              \
    static const ablate_op *const record##_entry __attribute__((used, section("ablate_ops"))) = &(record)

/* Every record of this library, in link order; *count receives their number. Exported by the CPU's shared object. */
typedef const ablate_op *const *ops_all_function(int *count);

static inline int64_t shape_count(const ablate_shape *s) /* number of elements; 1 for a scalar */
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    return n;
}
#endif
