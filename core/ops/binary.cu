/* binary.cu: add, sub, mul, div of two tensors with numpy's broadcasting, on the GPU. One pass of 12 bytes a number
 * forward; backward one pass for both operands where neither repeats itself, else a fold for each (fold.cuh). Measured:
 * not yet on a GPU. */
#include "fold.cuh"

namespace
{

typedef enum { ADD, SUB, MUL, DIV } binary_kind;

template <binary_kind Kind> __device__ inline float combine(float a, float b)
{
    return Kind == ADD ? a + b : Kind == SUB ? a - b : Kind == MUL ? a * b : a / b;
}

template <binary_kind Kind> struct combine_numbers {
    gpu_operand a, b;
    int64_t width;
    float *out;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index row = e / static_cast<Index>(width), column = e - row * static_cast<Index>(width);
        out[e] = combine<Kind>(a.at(row, column), b.at(row, column));
    }
};

static broadcast geometry_of(const ablate_call *call)
{
    return broadcast_of(call->out_shape, &call->in_shape[0], &call->in_shape[1]);
}

template <binary_kind Kind> static void binary_forward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    gpu_each(g, b.rows * b.width,
             combine_numbers<Kind>{ gpu_operand_of(&b, 0, call->in[0]), gpu_operand_of(&b, 1, call->in[1]), b.width,
                                    call->out });
}

/* What each number of the gradient is to one operand; the other is at the same place. */
template <binary_kind Kind> struct gradient_terms {
    const float *grad;
    gpu_operand a, b;
    int64_t width;
    bool second;
    template <class Index> __device__ float operator()(Index row, Index column) const
    {
        float g = grad[row * static_cast<Index>(width) + column];
        if (Kind == MUL)
            return g * (second ? a : b).at(row, column);
        if (Kind == DIV) {
            float over = g / b.at(row, column);
            return second ? over * a.at(row, column) / b.at(row, column) : over; /* g a / b^2; the sign is the scale */
        }
        return g;
    }
};

/* Neither operand repeats itself: both gradients in one pass, 12 bytes a number and what the terms are made of. */
template <binary_kind Kind> struct both_gradients {
    const float *grad, *a, *b;
    float *to_a, *to_b;
    unsigned add;
    template <class Index> __device__ void operator()(Index e) const
    {
        float g = grad[e], first = g, second = Kind == SUB ? -g : g;
        if (Kind == MUL) {
            first = g * b[e];
            second = g * a[e];
        } else if (Kind == DIV) {
            first = g / b[e];
            second = -(first * a[e] / b[e]);
        }
        gpu_put(&to_a[e], first, (add & 1u) != 0);
        gpu_put(&to_b[e], second, (add & 2u) != 0);
    }
};

static bool repeats_nothing(const ablate_call *call)
{
    int64_t n = shape_size(call->out_shape);
    return shape_size(&call->in_shape[0]) == n && shape_size(&call->in_shape[1]) == n;
}

template <binary_kind Kind> static void binary_backward(const gpu *g, const ablate_call *call)
{
    broadcast b = geometry_of(call);
    if (call->grad_in[0] && call->grad_in[1] && repeats_nothing(call)) {
        gpu_each(g, shape_size(call->out_shape),
                 both_gradients<Kind>{ call->grad_out, call->in[0], call->in[1], call->grad_in[0], call->grad_in[1],
                                       call->add });
        return;
    }
    for (int i = 0; i < 2; i++) {
        double scale = i && (Kind == SUB || Kind == DIV) ? -1 : 1;
        gradient_terms<Kind> terms = { call->grad_out, gpu_operand_of(&b, 0, call->in[0]),
                                       gpu_operand_of(&b, 1, call->in[1]), b.width, i == 1 };
        if (call->grad_in[i])
            gpu_fold_run(g, gpu_fold{ b, i, scale, call->grad_in[i], (call->add >> i & 1u) != 0, call->scratch },
                         terms);
    }
}

static int64_t binary_scratch(const ablate_call *call, bool backward)
{
    broadcast b = geometry_of(call);
    int64_t first = gpu_fold_scratch(&b, 0), second = gpu_fold_scratch(&b, 1);
    return !backward ? 0 : first > second ? first : second;
}

#define BINARY(op, kind)                                                                                               \
    static const gpu_op op##_record = { #op, binary_forward<kind>, binary_backward<kind>, binary_scratch };            \
    GPU_RECORD(op##_record)

BINARY(add, ADD);
BINARY(sub, SUB);
BINARY(mul, MUL);
BINARY(div, DIV);

} // namespace
