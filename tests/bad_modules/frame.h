/* frame.h: what bad modules share, all of it sound: a `build` that does nothing, rows of settings, an operation. What
 * is wrong with each stands in its own file. */
#ifndef BAD_MODULES_FRAME_H
#define BAD_MODULES_FRAME_H
#include "module.h"
#include <math.h>

typedef struct chosen {
    int count, kind;
    double rate;
} chosen;

static inline int build(ablate_builder *b, const void *settings)
{
    (void)b, (void)settings;
    return 0;
}

/* A module with these rows of settings, of that many bytes. */
#define MODULE_OF_SETTINGS(itself, bytes, ...)                                                                         \
    static const ablate_setting rows[] = { __VA_ARGS__, { 0 } };                                                       \
    const ablate_module ablate_module_entry = {                                                                        \
        .abi = ABLATE_ABI, .name = itself, .settings_size = bytes, .settings = rows, .build = build                    \
    }

static inline int shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    layout->out = in[0];
    return 0;
}

static inline void forward(const ablate_call *call)
{
    call->out[0] = call->in[0][0];
}

/* Members of the record of an operation of one input. */
#define OPERATION(itself) .name = itself, .min_in = 1, .max_in = 1, .shape = shape

/* A module with these operations. */
#define MODULE_OF_OPERATIONS(itself, ...)                                                                              \
    static const ablate_op ops[] = { __VA_ARGS__, { 0 } };                                                             \
    const ablate_module ablate_module_entry = { .abi = ABLATE_ABI, .name = itself, .ops = ops, .build = build }

#endif
