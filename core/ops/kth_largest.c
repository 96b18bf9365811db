/* kth_largest.c: the k-th largest of each row, k being a share of its numbers. Bit after bit from the highest on: the
 * result has a bit if at least k numbers are as large with it. So a row is read 32 times, and never sorted. */
#include "kth_largest.h"
#include "rows.h"

static int kth_largest_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    if (shape_size(&in[1]) != 1)
        return misfit(layout, "the share must be one number; its shape is %s", shape_words(&in[1]).text);
    if (rows_kept(in, n, attr, layout) < 0)
        return -1;
    if (width_of(in) > INT32_MAX)
        return misfit(layout, "rows of x %s are too long", shape_words(&in[0]).text);
    layout->out.dim[layout->out.rank - 1] = 1;
    return 0;
}

static int32_t count_from(const float *x, int64_t width, uint32_t key)
{
    int32_t count = 0;
    for (int64_t i = 0; i < width; i++)
        count += kth_key(x[i]) >= key;
    return count;
}

static void kth_largest_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape), k = kth_of(call->in[1][0], width);
    const float *x = call->in[0] + r * width;
    uint32_t found = 0;
    for (int bit = KTH_BITS - 1; bit >= 0; bit--) {
        uint32_t with = found | UINT32_C(1) << bit;
        found = count_from(x, width, with) >= k ? with : found;
    }
    call->out[r] = kth_number(found);
}
ROWS_FORWARD(kth_largest)

OP_COST(kth_largest_flops, (double)KTH_BITS *(double)shape_size(&in[0]))

static const ablate_op kth_largest_record = {
    .doc = "x (..., N), a share (1) -> (..., 1): the k-th largest of each row, k being that share of N rounded down, "
           "from 1 to N; NaN counts as the largest. No gradient passes",
    OP_FORWARD(kth_largest, kth_largest_shape),
    OP_TAKES(2),
    .flops = kth_largest_flops,
};
OP_RECORD(kth_largest_record);
