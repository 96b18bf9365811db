/* transpose.c: any order of the axes. */
#include "transpose.h"
#include "chunks.h"

enum { TILE = 32 }; /* side of a square that is turned at once, so that both sides stay in the cache */

/* axis[i]: the input's axis that becomes the result's i-th. -1 with the sentence. */
static int axes_read(const ablate_shape *in, const char *text, int64_t axis[ABLATE_DIMS], ablate_layout *layout)
{
    unsigned seen = 0;
    int n = list_read(text, "axes", axis, layout);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        if (axis[i] < 0 || axis[i] >= n || seen >> axis[i] & 1u)
            return misfit(layout, "axes must name each of 0 to %d once; it is '%.40s'", n - 1, text);
        seen |= 1u << axis[i];
    }
    if (n != in->rank)
        return misfit(layout, "axes '%.40s' names %d axes; shape %s has %d", text, n, shape_words(in).text, in->rank);
    return 0;
}

static int transpose_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const transpose_attr *a = attr;
    int64_t axis[ABLATE_DIMS] = { 0 };
    if (axes_read(&in[0], a->axes, axis, layout) < 0)
        return -1;
    layout->out.rank = in[0].rank;
    for (int i = 0; i < in[0].rank; i++)
        layout->out.dim[i] = in[0].dim[axis[i]];
    layout->mixes = axis[0] != 0;
    return 0;
}

/* Rows of the source are rows of the result. */
static void move_rows(void *context, int64_t i)
{
    const turn *t = context;
    work_block block = work_block_of(i, t->dim[0] * t->dim[1] * t->dim[2], t->dim[LAST]);
    for (int64_t row = block.first; row < block.last; row++) {
        int64_t third = row % t->dim[2], second = row / t->dim[2] % t->dim[1], first = row / t->dim[2] / t->dim[1];
        const float *from = t->from + first * t->from_step[0] + second * t->from_step[1] + third * t->from_step[2];
        float *to = t->to + row * t->dim[LAST] + block.column;
        put_numbers(to, from + block.column, block.n, t->add);
    }
}

static void turn_tile(const turn *t, const float *from, float *to, int64_t rows, int64_t columns)
{
    int64_t from_step = t->from_step[LAST], to_step = t->to_step[t->fast];
    for (int64_t f = 0; f < rows; f++)
        for (int64_t e = 0; e < columns; e++)
            to[f * to_step + e] = (t->add ? to[f * to_step + e] : 0.0f) + from[e * from_step + f];
}

/* A band of TILE indices of the fast axis at one outer index, tile by tile. */
static void turn_band(void *context, int64_t i)
{
    const turn *t = context;
    int64_t bands = work_pieces(t->dim[t->fast], TILE), outer = i / bands;
    work_span band = work_piece(i % bands, t->dim[t->fast], TILE);
    int64_t at[2] = { outer / t->dim[t->outer[1]], outer % t->dim[t->outer[1]] };
    const float *from = t->from + band.first;
    float *to = t->to + band.first * t->to_step[t->fast];
    for (int k = 0; k < 2; k++) {
        from += at[k] * t->from_step[t->outer[k]];
        to += at[k] * t->to_step[t->outer[k]];
    }
    for (int64_t first = 0; first < t->dim[LAST]; first += TILE) {
        int64_t columns = t->dim[LAST] - first < TILE ? t->dim[LAST] - first : TILE;
        turn_tile(t, from + first * t->from_step[LAST], to + first, band.last - band.first, columns);
    }
}

static void turn_run(const ablate_cpu *cpu, const turn *t)
{
    if (t->fast == LAST)
        work_run(cpu, work_blocks(t->dim[0] * t->dim[1] * t->dim[2], t->dim[LAST]), move_rows, t);
    else
        work_run(cpu, t->dim[t->outer[0]] * t->dim[t->outer[1]] * work_pieces(t->dim[t->fast], TILE), turn_band, t);
}

static void transpose_forward(const ablate_call *call)
{
    turn t = transpose_turn(call, false);
    turn_run(call->cpu, &t);
}

static void transpose_backward(const ablate_call *call)
{
    turn t = transpose_turn(call, true);
    if (t.to)
        turn_run(call->cpu, &t);
}

static const ablate_setting transpose_attrs[] = {
    ABLATE_WORDS(transpose_attr, axes, "1,0", "\"0,2,1\": the result's i-th axis is the input's axes[i]-th"), { 0 }
};

static const ablate_op transpose_record = {
    .doc = "the axes in another order",
    OP_BOTH(transpose, transpose_shape),
    OP_TAKES(1),
    .flops = flops_none,
    OP_ATTRS(transpose_attr, transpose_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(transpose_record);
