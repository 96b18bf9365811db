/* lookup.cu: rows found by index, on the GPU: embedding and select. 8 bytes a number forward, 12 backward. The gradient
 * of an embedding looks through all n indices for each of its n rows, n^2 comparisons a column that the caches answer:
 * meant for prompts (some thousand indices), where it needs neither sorting nor scratch. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "index.h"

namespace
{

/* Row r of the result is row index[r] of matrix r, of `rows` rows. */
struct fetch_rows {
    const float *matrix, *index;
    float *out;
    int64_t rows, width, apart; /* apart: of matrices; 0: there is one */
    template <class Index> __device__ void operator()(Index e) const
    {
        Index r = e / static_cast<Index>(width), column = e - r * static_cast<Index>(width);
        int64_t row = index_of(index[r], rows);
        out[e] = row < 0 ? NAN : matrix[static_cast<int64_t>(r) * apart + row * width + column];
    }
};

/* ---- embedding ---- */

static void embedding_forward(const gpu *g, const ablate_call *call)
{
    int64_t width = call->in_shape[0].dim[1];
    gpu_each(g, shape_size(&call->in_shape[1]) * width,
             fetch_rows{ call->in[0], call->in[1], call->out, call->in_shape[0].dim[0], width, 0 });
}

/* Thread (place, column). An index may come up many times: its first place adds the gradients of all its places, in
 * their order, so that no two threads write the same number and the sum is the CPU's to the bit. */
struct add_rows {
    const float *index, *grad;
    float *to;
    int64_t count, rows, width;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index n = static_cast<Index>(width), place = e / n, column = e - place * n;
        float mine = index[place];
        int64_t row = index_of(mine, rows);
        bool first = row >= 0;
        for (Index before = 0; first && before < place; before++)
            first = index[before] != mine;
        if (!first)
            return;
        float *at = &to[row * width + column], sum = *at;
        for (Index r = place; r < static_cast<Index>(count); r++)
            if (index[r] == mine)
                sum += grad[r * n + column];
        *at = sum;
    }
};

/* Always adds, as the record says. */
static void embedding_backward(const gpu *g, const ablate_call *call)
{
    int64_t width = call->in_shape[0].dim[1], count = shape_size(&call->in_shape[1]);
    if (call->grad_in[0])
        gpu_each(g, count * width,
                 add_rows{ call->in[1], call->grad_out, call->grad_in[0], count, call->in_shape[0].dim[0], width });
}

static const gpu_op embedding_record = { "embedding", embedding_forward, embedding_backward, nullptr };
GPU_RECORD(embedding_record);

/* ---- select ---- */

static void select_forward(const gpu *g, const ablate_call *call)
{
    const ablate_shape *x = &call->in_shape[0];
    gpu_each(g, x->dim[0] * x->dim[2],
             fetch_rows{ call->in[0], call->in[1], call->out, x->dim[1], x->dim[2], x->dim[1] * x->dim[2] });
}

struct add_selected {
    const float *index, *grad;
    float *to;
    int64_t rows, width;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index b = e / static_cast<Index>(width), column = e - b * static_cast<Index>(width);
        int64_t row = index_of(index[b], rows);
        if (row >= 0)
            to[(static_cast<int64_t>(b) * rows + row) * width + column] += grad[e];
    }
};

static void select_backward(const gpu *g, const ablate_call *call)
{
    const ablate_shape *x = &call->in_shape[0];
    if (call->grad_in[0])
        gpu_each(g, x->dim[0] * x->dim[2],
                 add_selected{ call->in[1], call->grad_out, call->grad_in[0], x->dim[1], x->dim[2] });
}

static const gpu_op select_record = { "select", select_forward, select_backward, nullptr };
GPU_RECORD(select_record);

} // namespace
