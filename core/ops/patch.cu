/* patch.cu: patch embedding on the GPU: squares are gathered into rows (8 bytes a pixel), and the rest is a matrix
 * product. Backward gathers again for the weight; each pixel of the picture then fetches its gradient from the one
 * patch it belongs to. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "patch.h"

namespace
{

/* Number e of the rows: (picture, patch, channel, row, column). */
struct gather_patches {
    patches p;
    const float *picture;
    float *rows;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index size = static_cast<Index>(p.size), side = static_cast<Index>(p.side), rest = e;
        Index x = rest % size;
        rest /= size;
        Index y = rest % size;
        rest /= size;
        Index channel = rest % static_cast<Index>(p.channels);
        rest /= static_cast<Index>(p.channels);
        Index left = rest % side * size + x;
        rest /= side;
        Index top = rest % side * size + y;
        int64_t plane = static_cast<int64_t>(rest / side) * p.channels + channel;
        rows[e] = picture[(plane * p.height + top) * p.height + left];
    }
};

/* Pixel e takes its gradient from its patch's row, or zero beyond the last whole patch. */
struct scatter_patches {
    patches p;
    const float *rows;
    float *picture;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index height = static_cast<Index>(p.height), size = static_cast<Index>(p.size), rest = e;
        Index left = rest % height;
        rest /= height;
        Index top = rest % height;
        rest /= height;
        Index channel = rest % static_cast<Index>(p.channels);
        int64_t batch = rest / static_cast<Index>(p.channels), column = left / size, line = top / size;
        int64_t row = (batch * p.side + line) * p.side + column;
        int64_t at = (channel * p.size + top % size) * p.size + left % size;
        bool inside = column < p.side && line < p.side;
        gpu_put(&picture[e], inside ? rows[row * p.depth + at] : 0.0f, add);
    }
};

static void gather(const gpu *g, const ablate_call *call, const patches &p)
{
    gpu_each(g, p.batch * p.count * p.depth, gather_patches{ p, call->in[0], call->scratch });
}

static void patch_forward(const gpu *g, const ablate_call *call)
{
    patches p = patches_of(call->in_shape);
    gpu_product product = {};
    gather(g, call, p);
    product.tb = true;
    product.m = p.batch * p.count, product.n = p.width, product.k = p.depth;
    product.a = call->scratch, product.lda = p.depth;
    product.b = call->in[1], product.ldb = p.depth;
    product.c = call->out, product.ldc = p.width;
    g->multiply(&product);
}

static void weight_gradient(const gpu *g, const ablate_call *call, const patches &p)
{
    gpu_product product = {};
    gather(g, call, p);
    product.ta = true;
    product.m = p.width, product.n = p.depth, product.k = p.batch * p.count;
    product.a = call->grad_out, product.lda = p.width;
    product.b = call->scratch, product.ldb = p.depth;
    product.c = call->grad_in[1], product.ldc = p.depth;
    product.add = (call->add & 2u) != 0;
    g->multiply(&product);
}

static void picture_gradient(const gpu *g, const ablate_call *call, const patches &p)
{
    gpu_product product = {};
    product.m = p.batch * p.count, product.n = p.depth, product.k = p.width;
    product.a = call->grad_out, product.lda = p.width;
    product.b = call->in[1], product.ldb = p.depth;
    product.c = call->scratch, product.ldc = p.depth;
    g->multiply(&product);
    gpu_each(g, shape_size(&call->in_shape[0]),
             scatter_patches{ p, call->scratch, call->grad_in[0], (call->add & 1u) != 0 });
}

static void patch_backward(const gpu *g, const ablate_call *call)
{
    patches p = patches_of(call->in_shape);
    if (call->grad_in[1])
        weight_gradient(g, call, p);
    if (call->grad_in[0])
        picture_gradient(g, call, p);
}

static int64_t patch_scratch(const ablate_call *call, bool)
{
    patches p = patches_of(call->in_shape);
    return p.batch * p.count * p.depth;
}

static const gpu_op patch_embed_record = { "patch_embed", patch_forward, patch_backward, patch_scratch };
GPU_RECORD(patch_embed_record);

} // namespace
