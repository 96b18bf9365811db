/* lookup.cu: rows found by index, on the GPU: embedding and select. The gradient of an embedding adds rows in the order
 * of their indices' places: a thread a column walks over all indices, so that no two add to the same number; meant for
 * few indices (77 tokens), not for long texts. Measured: not yet on a GPU. */
#include "../gpu.cuh"

namespace
{

/* The whole number in `index`, or -1 if it is none from 0 to n - 1. */
__device__ static inline int64_t index_in(float index, int64_t n)
{
    bool inside = index >= 0.0f && static_cast<double>(index) < static_cast<double>(n);
    int64_t whole = inside ? static_cast<int64_t>(index) : -1;
    return static_cast<float>(whole) == index ? whole : -1;
}

/* Row r of the result is row index[r] of matrix r, of `rows` rows. */
struct fetch_rows {
    const float *matrix, *index;
    float *out;
    int64_t rows, width, apart; /* apart: of matrices; 0: there is one */
    template <class Index> __device__ void operator()(Index e) const
    {
        Index r = e / static_cast<Index>(width), column = e - r * static_cast<Index>(width);
        int64_t row = index_in(index[r], rows);
        out[e] = row < 0 ? NAN : matrix[static_cast<int64_t>(r) * apart + row * width + column];
    }
};

/* ---- embedding ---- */

static void embedding_forward(const gpu *g, const ablate_call *call)
{
    int64_t width = call->in_shape[0].dim[1];
    gpu_each(g, gpu_count(&call->in_shape[1]) * width,
             fetch_rows{ call->in[0], call->in[1], call->out, call->in_shape[0].dim[0], width, 0 });
}

struct add_rows {
    const float *index, *grad;
    float *to;
    int64_t count, rows, width;
    template <class Index> __device__ void operator()(Index column) const
    {
        for (int64_t r = 0; r < count; r++) {
            int64_t row = index_in(index[r], rows);
            if (row >= 0)
                to[row * width + column] += grad[r * width + column];
        }
    }
};

/* Always adds, as the record says. */
static void embedding_backward(const gpu *g, const ablate_call *call)
{
    int64_t width = call->in_shape[0].dim[1];
    if (call->grad_in[0])
        gpu_each(g, width,
                 add_rows{ call->in[1], call->grad_out, call->grad_in[0], gpu_count(&call->in_shape[1]),
                           call->in_shape[0].dim[0], width });
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
        int64_t row = index_in(index[b], rows);
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
