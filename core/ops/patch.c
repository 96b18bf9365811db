/* patch.c: patch embedding: a picture cut into squares, each multiplied by one matrix (a convolution whose stride is
 * its size). The squares are gathered into rows, so that the rest is a matrix product. */
#include "patch.h"
#include "../device/cpu_packed.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <string.h>

enum { BAND = 64 }; /* patches gathered at once */

/* out (patches, C) = rows (patches, depth) w', the rows being in scratch. */
static packed_product product_of(const patches *p, const float *rows, const float *weight, float *out)
{
    return (packed_product){ .batches = 1,
                             .rows = p->batch * p->count,
                             .columns = p->width,
                             .depth = p->depth,
                             .left = { rows, p->depth, 1, 0 },
                             .right = { weight, 1, p->depth, 0 },
                             .out = out,
                             .out_row = p->width };
}

/* Gradient of the rows: d w. */
static packed_product row_gradient_of(const patches *p, const float *grad, const float *weight, float *rows)
{
    return (packed_product){ .batches = 1,
                             .rows = p->batch * p->count,
                             .columns = p->depth,
                             .depth = p->width,
                             .left = { grad, p->width, 1, 0 },
                             .right = { weight, p->depth, 1, 0 },
                             .out = rows,
                             .out_row = p->depth };
}

/* Gradient of the weight: d' rows. */
static packed_product weight_gradient_of(const patches *p, const float *grad, const float *rows, float *out)
{
    return (packed_product){ .batches = 1,
                             .rows = p->width,
                             .columns = p->depth,
                             .depth = p->batch * p->count,
                             .left = { grad, 1, p->width, 0 },
                             .right = { rows, p->depth, 1, 0 },
                             .out = out,
                             .out_row = p->depth };
}

static int64_t largest_room(const patches *p)
{
    const packed_product all[] = { product_of(p, NULL, NULL, NULL), row_gradient_of(p, NULL, NULL, NULL),
                                   weight_gradient_of(p, NULL, NULL, NULL) };
    return packed_room(all, 3);
}

static int patch_embed_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    const ablate_shape *image = &in[0], *w = &in[1];
    if (image->rank != 4 || image->dim[2] != image->dim[3])
        return misfit(layout, "the image must have 4 axes (B, channels, S, S); its shape is %s",
                      shape_words(image).text);
    if (w->rank != 4 || w->dim[2] != w->dim[3] || w->dim[1] != image->dim[1] || w->dim[2] > image->dim[2])
        return misfit(layout, "image %s and weight %s do not fit: the weight is (C, channels, P, P) with P up to S",
                      shape_words(image).text, shape_words(w).text);
    patches p = patches_of(in);
    layout->out = (ablate_shape){ 3, { p.batch, p.count, p.width } };
    layout->scratch = p.batch * p.count * p.depth + largest_room(&p);
    layout->mixes = rows_alike(w, &layout->out);
    return size_check(&layout->out, layout);
}

/* Copies one patch between the picture and a row of `depth` numbers (channel, row, column), as the weight lies. */
static void gather(const patches *p, const float *picture, int64_t patch, float *row)
{
    int64_t top = patch / p->side * p->size, left = patch % p->side * p->size;
    for (int64_t c = 0; c < p->channels; c++)
        for (int64_t y = 0; y < p->size; y++, row += p->size)
            memcpy(row, picture + (c * p->height + top + y) * p->height + left, (size_t)p->size * sizeof *row);
}

static void scatter(const patches *p, float *picture, int64_t patch, const float *row)
{
    int64_t top = patch / p->side * p->size, left = patch % p->side * p->size;
    for (int64_t c = 0; c < p->channels; c++)
        for (int64_t y = 0; y < p->size; y++, row += p->size)
            for (int64_t x = 0; x < p->size; x++)
                picture[(c * p->height + top + y) * p->height + left + x] += row[x];
}

/* Gathers band `index` of all bands of all pictures into its rows of scratch. */
static void gather_band(void *context, int64_t index)
{
    const ablate_call *call = context;
    patches p = patches_of(call->in_shape);
    int64_t bands = work_pieces(p.count, BAND), picture = index / bands;
    work_span span = work_piece(index % bands, p.count, BAND);
    const float *from = call->in[0] + picture * p.channels * p.height * p.height;
    for (int64_t i = span.first; i < span.last; i++)
        gather(&p, from, i, call->scratch + (picture * p.count + i) * p.depth);
}

static void gather_all(const ablate_call *call, const patches *p)
{
    work_run(call->cpu, p->batch * work_pieces(p->count, BAND), gather_band, call);
}

static void patch_embed_forward(const ablate_call *call)
{
    patches p = patches_of(call->in_shape);
    gather_all(call, &p);
    packed_product product = product_of(&p, call->scratch, call->in[1], call->out);
    packed_run(call->cpu, &product, call->scratch + p.batch * p.count * p.depth);
}

/* Gradients of one picture's rows, added where they came from. */
static void picture_gradient(void *context, int64_t picture)
{
    const ablate_call *call = context;
    patches p = patches_of(call->in_shape);
    const float *rows = call->scratch + picture * p.count * p.depth;
    int64_t numbers = p.channels * p.height * p.height;
    float *to = call->grad_in[0] + picture * numbers;
    if (!(call->add & 1u))
        memset(to, 0, (size_t)numbers * sizeof *to);
    for (int64_t i = 0; i < p.count; i++)
        scatter(&p, to, i, rows + i * p.depth);
}

static void patch_embed_backward(const ablate_call *call)
{
    patches p = patches_of(call->in_shape);
    float *rows = call->scratch, *room = rows + p.batch * p.count * p.depth;
    if (call->grad_in[1]) {
        gather_all(call, &p);
        packed_product product = weight_gradient_of(&p, call->grad_out, rows, call->grad_in[1]);
        product.add = call->add & 2u;
        packed_run(call->cpu, &product, room);
    }
    if (call->grad_in[0]) {
        packed_product product = row_gradient_of(&p, call->grad_out, call->in[1], rows);
        packed_run(call->cpu, &product, room);
        work_run(call->cpu, p.batch, picture_gradient, call);
    }
}

OP_COST(patch_embed_flops, 2.0 * (double)patches_of(in).depth * (double)shape_size(out))

static const ablate_op patch_embed_record = {
    .doc = "image (B, channels, S, S) cut into P x P squares, row by row, each times weight (C, channels, P, P): (B, "
           "floor(S / P)^2, C)",
    OP_BOTH(patch_embed, patch_embed_shape),
    OP_TAKES(2),
    .flops = patch_embed_flops,
    .forgets = ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(patch_embed_record);
