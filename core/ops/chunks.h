/* chunks.h: work on the numbers of the result one by one, and the one way to store a number or add it. */
#ifndef ABLATE_OPS_CHUNKS_H
#define ABLATE_OPS_CHUNKS_H
#include "../device/cpu_work.h"
#include <string.h>

/* to[e] = value, or += value where `add`, for e from `first` to `last` - 1; `value` is an expression of e. `add` is
 * asked once, so that both loops become vector code. */
#define PUT_EACH(to, e, first, last, add, value)                                                                       \
    do {                                                                                                               \
        if (add)                                                                                                       \
            for (int64_t e = (first); e < (last); e++)                                                                 \
                (to)[e] += (value);                                                                                    \
        else                                                                                                           \
            for (int64_t e = (first); e < (last); e++)                                                                 \
                (to)[e] = (value);                                                                                     \
    } while (0)

/* The same where the values are n numbers that lie elsewhere. */
static inline void put_numbers(float *to, const float *from, int64_t n, bool add)
{
    if (add)
        for (int64_t e = 0; e < n; e++)
            to[e] += from[e];
    else
        memcpy(to, from, (size_t)n * sizeof *to);
}

/* An operation computed number by number is written as `OP_chunk(call, span)`, for the numbers of a span of the result,
 * and OP_forward made of it; likewise OP_backward of `OP_grad_chunk`, which runs if the first input wants its gradient.
 */
#define CHUNKS_EACH(function, chunk, wanted)                                                                           \
    static void function##_piece(void *context, int64_t i)                                                             \
    {                                                                                                                  \
        const ablate_call *call = context;                                                                             \
        chunk(call, work_chunk(i, shape_size(call->out_shape)));                                                       \
    }                                                                                                                  \
    static void function(const ablate_call *call)                                                                      \
    {                                                                                                                  \
        if (wanted)                                                                                                    \
            work_run_chunks(call->cpu, shape_size(call->out_shape), function##_piece, call);                           \
    }
#define CHUNKS_FORWARD(op)  CHUNKS_EACH(op##_forward, op##_chunk, true)
#define CHUNKS_BACKWARD(op) CHUNKS_EACH(op##_backward, op##_grad_chunk, call->grad_in[0])

#endif
