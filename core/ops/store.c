/* store.c: what a buffer holds from now on. The record is an exception, as adam: `out` is written IN PLACE or left as
 * it is, and `aux` holds whether the guard still holds. */
#include "chunks.h"
#include "misfit.h"
#include <math.h>

static int store_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    layout->aux = 1;
    layout->mixes = true;
    return shape_kept(in, n, attr, layout);
}

static void store_chunk(void *context, int64_t i)
{
    const ablate_call *call = context;
    work_span span = work_chunk(i, shape_size(call->out_shape));
    put_numbers(call->out + span.first, call->in[0] + span.first, span.last - span.first, false);
}

static void store_forward(const ablate_call *call)
{
    for (int64_t i = 0; i < shape_size(&call->in_shape[1]); i++)
        if (!isfinite(call->in[1][i]))
            call->aux[0] = 1;
    if (call->aux[0] == 0.0f)
        work_run_chunks(call->cpu, shape_size(call->out_shape), store_chunk, call);
}

static const ablate_op store_record = {
    .doc = "writes x over the result IN PLACE, unless a number of the guard, its second input, is or was not finite",
    OP_FORWARD(store, store_shape),
    OP_TAKES(2),
    .flops = flops_none,
};
OP_RECORD(store_record);
