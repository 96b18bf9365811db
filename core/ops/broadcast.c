/* broadcast.c: the geometry of broadcasting, and spreading. */
#include "broadcast.h"
#include "chunks.h"
#include "misfit.h"

/* Length of an axis counted from the end; 1 beyond the first. */
static int64_t dim_from_end(const ablate_shape *shape, int from_end)
{
    return from_end < shape->rank ? shape->dim[shape->rank - 1 - from_end] : 1;
}

int broadcast_shape(const ablate_shape *a, const ablate_shape *b, ablate_layout *layout)
{
    ablate_shape *out = &layout->out;
    out->rank = a->rank > b->rank ? a->rank : b->rank;
    for (int i = 0; i < out->rank; i++) {
        int64_t x = dim_from_end(a, i), y = dim_from_end(b, i);
        if (x != y && x != 1 && y != 1)
            return misfit(layout, "shapes %s and %s do not fit", shape_words(a).text, shape_words(b).text);
        out->dim[out->rank - 1 - i] = x == 1 ? y : x;
    }
    layout->mixes = (a->rank < out->rank && rows_alike(a, out)) || (b->rank < out->rank && rows_alike(b, out));
    return size_check(out, layout);
}

broadcast broadcast_of(const ablate_shape *out, const ablate_shape *a, const ablate_shape *b)
{
    broadcast g = { .dim = { 1, 1, 1, 1 } };
    const ablate_shape *shape[2] = { a, b };
    int64_t size[2] = { 1, 1 }; /* of the operand's axes seen so far */
    int at = ABLATE_DIMS;       /* the merged axis being built */
    bool before[2] = { false, false };
    for (int i = 0; i < out->rank; i++) {
        int64_t dim = dim_from_end(out, i);
        bool moves[2] = { dim_from_end(a, i) != 1, dim_from_end(b, i) != 1 };
        if (dim == 1)
            continue;
        if (at == ABLATE_DIMS || moves[0] != before[0] || moves[1] != before[1]) {
            at--;
            for (int k = 0; k < 2; k++)
                g.stride[k][at] = moves[k] ? size[k] : 0;
        }
        g.dim[at] *= dim;
        for (int k = 0; k < 2; k++) {
            size[k] *= dim_from_end(shape[k], i);
            before[k] = moves[k];
        }
    }
    if (at == ABLATE_DIMS)
        g.stride[0][ABLATE_DIMS - 1] = g.stride[1][ABLATE_DIMS - 1] = 1;
    g.rows = g.dim[0] * g.dim[1] * g.dim[2];
    g.width = g.dim[3];
    return g;
}

typedef struct spread_work {
    const broadcast *geometry;
    const float *from;
    float *to, scale;
    bool add;
} spread_work;

static void spread_row(const float *from, int64_t stride, float scale, float *to, int64_t n, bool add)
{
    if (stride)
        PUT_EACH(to, e, 0, n, add, scale * from[e]);
    else
        for (int64_t e = 0; e < n; e++)
            to[e] = (add ? to[e] : 0.0f) + scale * from[0];
}

static void spread_block(void *context, int64_t i)
{
    const spread_work *w = context;
    const broadcast *g = w->geometry;
    work_block block = work_block_of(i, g->rows, g->width);
    int64_t stride = g->stride[0][ABLATE_DIMS - 1];
    for (int64_t row = block.first; row < block.last; row++) {
        const float *from = w->from + broadcast_offset(g, 0, row) + stride * block.column;
        spread_row(from, stride, w->scale, w->to + row * g->width + block.column, block.n, w->add);
    }
}

void broadcast_spread(const ablate_cpu *cpu, const broadcast *g, double scale, const float *from, float *to, bool add)
{
    spread_work w = { g, from, to, (float)scale, add };
    work_run(cpu, work_blocks(g->rows, g->width), spread_block, &w);
}
