/* ops.c: the records of all operations of this library. */
#include "ops.h"

/* The linker marks both ends of the section into which OP_RECORD enters pointers. */
extern const ablate_op *const __start_ablate_ops[] __attribute__((visibility("hidden")));
extern const ablate_op *const __stop_ablate_ops[] __attribute__((visibility("hidden")));

const ablate_op *const *ops_all(int *count)
{
    *count = (int)(__stop_ablate_ops - __start_ablate_ops);
    return __start_ablate_ops;
}
