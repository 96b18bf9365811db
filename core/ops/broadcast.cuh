/* broadcast.cuh: an operand's numbers beside those of the result, on the GPU, and spreading. 8 bytes a number that is
 * spread, 12 where it is added. Measured: not yet on a GPU. */
#ifndef ABLATE_OPS_BROADCAST_CUH
#define ABLATE_OPS_BROADCAST_CUH
#include "../gpu.cuh"
#include "broadcast.h"

constexpr int OUTER_AXES = ABLATE_DIMS - 1;

/* Where an operand's numbers are. The outer axes, the innermost first, are merged as far as this one operand allows,
 * since each but the last costs a division a number: an operand as large as the result has one. */
typedef struct gpu_operand {
    const float *x;
    int axes;
    int64_t dim[OUTER_AXES], step[OUTER_AXES], last; /* last: step along the rows, 0 or 1 */
    template <class Index> __device__ float at(Index row, Index column) const
    {
        Index offset = column * static_cast<Index>(last);
#pragma unroll
        for (int i = 0; i < OUTER_AXES - 1; i++)
            if (i < axes - 1) {
                Index n = static_cast<Index>(dim[i]), over = row / n;
                offset += (row - over * n) * static_cast<Index>(step[i]);
                row = over;
            }
        int outermost = axes - 1;
        Index by = static_cast<Index>(outermost == 0 ? step[0] : outermost == 1 ? step[1] : step[2]);
        return x[offset + row * by];
    }
} gpu_operand;

inline gpu_operand gpu_operand_of(const broadcast *g, int operand, const float *x)
{
    gpu_operand o = { x, 1, { 1, 1, 1 }, {}, g->stride[operand][OUTER_AXES] };
    int i = -1;
    for (int axis = OUTER_AXES - 1; axis >= 0; axis--) {
        int64_t step = g->stride[operand][axis];
        if (g->dim[axis] == 1)
            continue;
        if (i < 0 || step != o.step[i] * o.dim[i])
            o.step[++i] = step;
        o.dim[i] *= g->dim[axis];
    }
    o.axes = i < 0 ? 1 : i + 1;
    return o;
}

struct spread_body {
    gpu_operand from;
    int64_t width;
    float *to, scale;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index row = e / static_cast<Index>(width);
        gpu_put(&to[e], scale * from.at(row, e - row * static_cast<Index>(width)), add);
    }
};

/* to (+)= scale * from, `from` being operand 0 of the geometry and `to` shaped as its result. */
inline void gpu_spread(const gpu *g, const broadcast *b, double scale, const float *from, float *to, bool add)
{
    gpu_each(g, b->rows * b->width,
             spread_body{ gpu_operand_of(b, 0, from), b->width, to, static_cast<float>(scale), add });
}

#endif
