/* resize.cu: pictures at another size on the GPU, as PyTorch's interpolate has it: columns first, then rows, each
 * result from 2 or 4 inputs whose weights its thread computes, in double as on the CPU. Backward asks for each input
 * which results used it, in ascending order. 16 bytes a number or so: maps are small. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "resize.h"

namespace
{

/* Along one axis of (planes, length, inner) numbers: result (plane, i, j). */
struct resize_numbers {
    resize_line axis;
    const float *from;
    float *to;
    int64_t inner;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t j = e % static_cast<Index>(inner), line = e / static_cast<Index>(inner);
        const float *x = from + line / axis.out * axis.in * inner + j;
        resize_taps t = resize_taps_of(line % axis.out, &axis);
        float sum = t.weight[0] * x[t.index[0] * inner];
        for (int k = 1; k < axis.taps; k++)
            sum += t.weight[k] * x[t.index[k] * inner];
        to[e] = sum;
    }
};

/* The results that may have used input i: those whose source is less than three inputs away, and at the edges all that
 * lie beyond. */
__device__ static inline void users_of(int64_t i, const resize_line &axis, int64_t *first, int64_t *last)
{
    double in = static_cast<double>(axis.corners ? axis.in - 1 : axis.in);
    double out = static_cast<double>(axis.corners ? axis.out - 1 : axis.out), x = static_cast<double>(i);
    double ratio = in > 0 ? out / in : 0;
    *first = i == 0 || in <= 0 ? 0 : static_cast<int64_t>(floor((x - 3) * ratio)) - 2;
    *last = i == axis.in - 1 || in <= 0 ? axis.out - 1 : static_cast<int64_t>(ceil((x + 3) * ratio)) + 2;
    *first = *first < 0 ? 0 : *first;
    *last = *last >= axis.out ? axis.out - 1 : *last;
}

/* Gradient of the same: of input (plane, i, j). */
struct return_numbers {
    resize_line axis;
    const float *from;
    float *to;
    int64_t inner;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t j = e % static_cast<Index>(inner), line = e / static_cast<Index>(inner);
        int64_t i = line % axis.in, first, last;
        const float *grad = from + line / axis.in * axis.out * inner + j;
        float sum = 0;
        users_of(i, axis, &first, &last);
        for (int64_t y = first; y <= last; y++) {
            resize_taps t = resize_taps_of(y, &axis);
            for (int k = 0; k < axis.taps; k++)
                if (t.index[k] == i)
                    sum += t.weight[k] * grad[y * inner];
        }
        gpu_put(&to[e], sum, add);
    }
};

typedef struct resize_work {
    resize_line row, column; /* along the height, along the width */
    int64_t planes;
} resize_work;

static resize_work work_of(const ablate_call *call)
{
    const resize_attr *a = static_cast<const resize_attr *>(call->attr);
    const ablate_shape *in = &call->in_shape[0];
    bool cubic = a->mode == BICUBIC, corners = a->align_corners;
    resize_work w = { { in->dim[2], a->height, cubic ? 4 : 2, cubic, corners },
                      { in->dim[3], a->width, cubic ? 4 : 2, cubic, corners },
                      in->dim[0] * in->dim[1] };
    return w;
}

static void resize_forward(const gpu *g, const ablate_call *call)
{
    resize_work w = work_of(call);
    gpu_each(g, w.planes * w.row.in * w.column.out, resize_numbers{ w.column, call->in[0], call->scratch, 1 });
    gpu_each(g, w.planes * w.row.out * w.column.out, resize_numbers{ w.row, call->scratch, call->out, w.column.out });
}

static void resize_backward(const gpu *g, const ablate_call *call)
{
    resize_work w = work_of(call);
    if (!call->grad_in[0])
        return;
    gpu_each(g, w.planes * w.row.in * w.column.out,
             return_numbers{ w.row, call->grad_out, call->scratch, w.column.out, false });
    gpu_each(g, w.planes * w.row.in * w.column.in,
             return_numbers{ w.column, call->scratch, call->grad_in[0], 1, (call->add & 1u) != 0 });
}

static int64_t resize_scratch(const ablate_call *call, bool)
{
    resize_work w = work_of(call);
    return w.planes * w.row.in * w.column.out;
}

static const gpu_op resize_record = { "resize", resize_forward, resize_backward, resize_scratch };
GPU_RECORD(resize_record);

} // namespace
