#include "packed.h"
#include "product.h"
#include "work.h"

/* SLIVER: terms of a transposed matrix that are read together, a cache line of them. */
enum { PANEL = 2 * VECTOR_PART, SLIVER = 16 };

typedef struct packed_work {
    const packed_product *p;
    float *room;
    int64_t panels, group; /* of one right matrix; panels that one piece of work fills */
    int64_t down, across;  /* blocks of one result */
} packed_work;

static int64_t panels_of(const packed_product *p)
{
    return work_pieces(p->columns, PANEL);
}

static int64_t matrices_of(const packed_product *p)
{
    return p->right.step ? p->batches : 1;
}

int64_t packed_room(const packed_product *p, int n)
{
    int64_t most = 0;
    for (int i = 0; i < n; i++) {
        int64_t room = matrices_of(&p[i]) * panels_of(&p[i]) * PANEL * p[i].depth;
        most = room > most ? room : most;
    }
    return most;
}

/* ---- the right matrix in panels (depth x PANEL), filled up with zeros ---- */

static void fill_rows(const float *from, int64_t row, int64_t depth, int64_t width, float *panel)
{
    for (int64_t k = 0; k < depth; k++, from += row, panel += PANEL) {
        for (int64_t j = 0; j < width; j++)
            panel[j] = from[j];
        for (int64_t j = width; j < PANEL; j++)
            panel[j] = 0;
    }
}

static void fill_columns(packed_matrix from, int64_t depth, int64_t width, float *panel)
{
    for (int64_t k = 0; k < depth; k += SLIVER) {
        int64_t last = depth - k < SLIVER ? depth : k + SLIVER;
        for (int64_t j = 0; j < PANEL; j++)
            for (int64_t i = k; i < last; i++)
                panel[i * PANEL + j] = j < width ? from.at[i * from.row + j * from.column] : 0.0f;
    }
}

static void fill_group(void *context, int64_t i)
{
    const packed_work *w = context;
    const packed_product *p = w->p;
    int64_t groups = work_pieces(w->panels, w->group), matrix = i / groups;
    work_span span = work_piece(i % groups, w->panels, w->group);
    for (int64_t panel = span.first; panel < span.last; panel++) {
        int64_t first = panel * PANEL, width = p->columns - first < PANEL ? p->columns - first : PANEL;
        packed_matrix from = p->right;
        float *to = w->room + (matrix * w->panels + panel) * PANEL * p->depth;
        from.at += matrix * from.step + first * from.column;
        if (from.column == 1)
            fill_rows(from.at, from.row, p->depth, width, to);
        else
            fill_columns(from, p->depth, width, to);
    }
}

/* ---- blocks of the result ---- */

/* The last columns, fewer than a panel has: into a room of their own, of which what is there is taken. */
static void multiply_narrow(product_matrix left, const float *panel, int64_t rows, int64_t width, int64_t depth,
                            float *out, int64_t out_row, bool add)
{
    float room[PACKED_ROWS * PANEL] = { 0 };
    for (int64_t r = 0; r < rows && add; r++)
        memcpy(room + r * PANEL, out + r * out_row, (size_t)width * sizeof *out);
    product_column(width > VECTOR_PART ? 2 : 1, left, panel, PANEL, room, PANEL, rows, depth, add);
    for (int64_t r = 0; r < rows; r++)
        memcpy(out + r * out_row, room + r * PANEL, (size_t)width * sizeof *out);
}

/* Terms first .. first + depth - 1 of all elements of a block. */
static void multiply_depth(const packed_work *w, const packed_block *b, product_matrix left, int64_t first,
                           int64_t depth)
{
    const packed_product *p = w->p;
    const float *panels = w->room + (p->right.step ? b->batch : 0) * w->panels * PANEL * p->depth;
    bool add = p->add || first > 0;
    for (int64_t column = b->column; column < b->last_column; column += PANEL) {
        const float *panel = panels + column * p->depth + first * PANEL;
        float *out = p->out + b->batch * p->out_step + b->row * p->out_row + column;
        int64_t rows = b->last_row - b->row, width = b->last_column - column;
        if (width >= PANEL)
            product_column(2, left, panel, PANEL, out, p->out_row, rows, depth, add);
        else
            multiply_narrow(left, panel, rows, width, depth, out, p->out_row, add);
    }
}

static product_matrix bring_near(product_matrix from, int64_t rows, int64_t depth, float near[])
{
    for (int64_t k = 0; k < depth; k++)
        for (int64_t r = 0; r < rows; r++)
            near[k * PACKED_ROWS + r] = from.at[r * from.row + k * from.column];
    return (product_matrix){ near, 1, PACKED_ROWS };
}

/* A left matrix that is stored transposed is brought together first, for the rows and the terms at hand. */
static void multiply_block(const packed_work *w, const packed_block *b)
{
    const packed_product *p = w->p;
    const float *left = p->left.at + b->batch * p->left.step + b->row * p->left.row;
    float near[PACKED_ROWS * PACKED_DEPTH];
    for (int64_t first = 0; first < p->depth; first += PACKED_DEPTH) {
        int64_t depth = p->depth - first < PACKED_DEPTH ? p->depth - first : PACKED_DEPTH;
        product_matrix some = { left + first * p->left.column, p->left.row, p->left.column };
        if (p->left.column != 1)
            some = bring_near(some, b->last_row - b->row, depth, near);
        multiply_depth(w, b, some, first, depth);
    }
}

static void run_block(void *context, int64_t i)
{
    const packed_work *w = context;
    const packed_product *p = w->p;
    int64_t block = i % (w->down * w->across);
    work_span rows = work_piece(block / w->across, p->rows, PACKED_ROWS);
    work_span columns = work_piece(block % w->across, p->columns, PACKED_COLUMNS);
    packed_block b = { i / (w->down * w->across), rows.first, rows.last, columns.first, columns.last };
    multiply_block(w, &b);
    if (p->finish)
        p->finish(p->context, &b);
}

void packed_run(const ablate_cpu *cpu, const packed_product *p, float *room)
{
    packed_work w = { .p = p, .room = room, .panels = panels_of(p) };
    w.group = work_rows(PANEL * p->depth);
    w.down = work_pieces(p->rows, PACKED_ROWS);
    w.across = work_pieces(p->columns, PACKED_COLUMNS);
    work_run(cpu, matrices_of(p) * work_pieces(w.panels, w.group), fill_group, &w);
    work_run(cpu, p->batches * w.down * w.across, run_block, &w);
}
