#include "cpu_packed.h"
#include "cpu_product.h"
#include "cpu_work.h"

/* SLIVER: terms of a transposed matrix that are read together, a cache line of them. */
enum { PANEL = 2 * VECTOR_PART, SLIVER = 16 };

/* Rows of a block where it is one of several across, and where it is the only one. Measured on Zen 5, one thread, 2056
 * rows of depth 1024 (4096): 206 (204) GFLOP/s with 192 rows, 197 (199) with 96, OpenBLAS 212 (193). */
enum { MOST_ROWS = 192, FEW_ROWS = 96 };

/* NEAR_ROW: numbers from row to row in a room of a block's own, no power of two. FAR: rows at least so far apart move
 * there. */
enum { NEAR_ROW = PACKED_DEPTH + PACKED_SPARE, FAR = 512 };

typedef struct packed_work {
    const packed_product *p;
    float *room;
    int64_t panels, group; /* of one right matrix; panels that one piece of work fills */
    int64_t rows;          /* of a block */
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

#ifdef __clang__ /* which only looks for mistakes here, and has another builtin */
static void fill_square(const float *from, int64_t column, float *panel)
{
    for (int64_t j = 0; j < VECTOR_PART; j++)
        for (int64_t i = 0; i < VECTOR_PART; i++)
            panel[i * PANEL + j] = from[j * column + i];
}
#else
typedef int32_t vector_index __attribute__((vector_size(sizeof(vector_part))));

/* Registers whose numbers differ in one bit exchange those halves of their numbers that differ in it. */
__attribute__((always_inline)) static inline void exchange(vector_part x[VECTOR_PART], int bit)
{
    vector_index low, high;
    for (int i = 0; i < VECTOR_PART; i++) {
        low[i] = i & bit ? VECTOR_PART + i - bit : i;
        high[i] = i & bit ? VECTOR_PART + i : i + bit;
    }
    for (int i = 0; i < VECTOR_PART; i++)
        if (!(i & bit)) {
            vector_part one = x[i], other = x[i + bit];
            x[i] = __builtin_shuffle(one, other, low);
            x[i + bit] = __builtin_shuffle(one, other, high);
        }
}

/* VECTOR_PART columns of as many terms, transposed in registers. */
static void fill_square(const float *from, int64_t column, float *panel)
{
    vector_part x[VECTOR_PART];
    for (int j = 0; j < VECTOR_PART; j++)
        x[j] = vector_load(from + j * column, 0);
    if (VECTOR_PART > 8)
        exchange(x, 8 % VECTOR_PART);
    if (VECTOR_PART > 4)
        exchange(x, 4 % VECTOR_PART);
    exchange(x, 2);
    exchange(x, 1);
    for (int i = 0; i < VECTOR_PART; i++)
        *(vector_memory *)(panel + i * PANEL) = x[i];
}
#endif

static void fill_columns(packed_matrix from, int64_t depth, int64_t width, float *panel)
{
    int64_t k = 0;
    for (; from.row == 1 && width == PANEL && k + SLIVER <= depth; k += SLIVER)
        for (int64_t j = 0; j < PANEL; j += VECTOR_PART)
            for (int64_t i = k; i < k + SLIVER; i += VECTOR_PART)
                fill_square(from.at + i + j * from.column, from.column, panel + i * PANEL + j);
    for (; k < depth; k += SLIVER) {
        int64_t last = depth - k < SLIVER ? depth : k + SLIVER;
        for (int64_t j = 0; j < PANEL; j++)
            for (int64_t i = k; i < last; i++)
                panel[i * PANEL + j] = j < width ? from.at[i * from.row + j * from.column] : 0.0f;
    }
}

/* Terms first .. first + depth - 1 of one panel. */
static void fill_panel(packed_matrix from, const packed_product *p, int64_t panel, int64_t first, int64_t depth,
                       float *to)
{
    int64_t column = panel * PANEL, width = p->columns - column < PANEL ? p->columns - column : PANEL;
    from.at += column * from.column + first * from.row;
    if (from.column == 1)
        fill_rows(from.at, from.row, depth, width, to);
    else
        fill_columns(from, depth, width, to);
}

static void fill_group(void *context, int64_t i)
{
    const packed_work *w = context;
    const packed_product *p = w->p;
    int64_t groups = work_pieces(w->panels, w->group), matrix = i / groups;
    work_span span = work_piece(i % groups, w->panels, w->group);
    for (int64_t panel = span.first; panel < span.last; panel++) {
        packed_matrix from = p->right;
        from.at += matrix * from.step;
        fill_panel(from, p, panel, 0, p->depth, w->room + (matrix * w->panels + panel) * PANEL * p->depth);
    }
}

/* ---- blocks of the result ---- */

/* The last columns, fewer than a panel has: into a room of their own, of which what is there is taken. */
static void multiply_narrow(product_matrix left, const float *panel, int64_t rows, int64_t width, int64_t depth,
                            float *out, int64_t out_row, bool add)
{
    float room[MOST_ROWS * PANEL];
    for (int64_t r = 0; r < rows && add; r++) {
        memset(room + r * PANEL, 0, PANEL * sizeof *out);
        memcpy(room + r * PANEL, out + r * out_row, (size_t)width * sizeof *out);
    }
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

/* A left matrix that is stored transposed, or whose rows lie so far apart that they share places of the nearest cache,
 * is brought together first, for the rows and the terms at hand. */
static product_matrix bring_near(product_matrix from, int64_t rows, int64_t depth, float near[])
{
    if (from.column == 1) {
        for (int64_t r = 0; r < rows; r++)
            memcpy(near + r * NEAR_ROW, from.at + r * from.row, (size_t)depth * sizeof *near);
        return (product_matrix){ near, NEAR_ROW, 1 };
    }
    for (int64_t k = 0; k < depth; k++)
        for (int64_t r = 0; r < rows; r++)
            near[k * MOST_ROWS + r] = from.at[r * from.row + k * from.column];
    return (product_matrix){ near, 1, MOST_ROWS };
}

/* A left matrix that lies nowhere is laid there. */
static product_matrix lay_near(const packed_product *p, const packed_block *b, int64_t first, int64_t depth,
                               float near[])
{
    packed_part part = { b->batch, b->row, b->last_row - b->row, first, depth };
    p->lay(p->source, &part, near, p->across ? MOST_ROWS : NEAR_ROW);
    return p->across ? (product_matrix){ near, 1, MOST_ROWS } : (product_matrix){ near, NEAR_ROW, 1 };
}

/* The rows and the terms at hand of the left matrix, where the product reads them. */
static product_matrix left_of(const packed_product *p, const packed_block *b, int64_t first, int64_t depth,
                              float near[])
{
    if (p->lay)
        return lay_near(p, b, first, depth, near);
    const float *left = p->left.at + b->batch * p->left.step + b->row * p->left.row;
    product_matrix some = { left + first * p->left.column, p->left.row, p->left.column };
    bool far = p->left.column != 1 || p->left.row >= FAR;
    return far ? bring_near(some, b->last_row - b->row, depth, near) : some;
}

static void multiply_block(const packed_work *w, const packed_block *b)
{
    const packed_product *p = w->p;
    float near[MOST_ROWS * NEAR_ROW];
    for (int64_t first = 0; first < p->depth; first += PACKED_DEPTH) {
        int64_t depth = p->depth - first < PACKED_DEPTH ? p->depth - first : PACKED_DEPTH;
        multiply_depth(w, b, left_of(p, b, first, depth, near), first, depth);
    }
}

static void run_block(void *context, int64_t i)
{
    const packed_work *w = context;
    const packed_product *p = w->p;
    int64_t block = i % (w->down * w->across);
    work_span rows = work_piece(block / w->across, p->rows, w->rows);
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
    w.across = work_pieces(p->columns, PACKED_COLUMNS);
    w.rows = w.across > 1 ? MOST_ROWS : FEW_ROWS;
    w.down = work_pieces(p->rows, w.rows);
    work_run(cpu, matrices_of(p) * work_pieces(w.panels, w.group), fill_group, &w);
    work_run(cpu, p->batches * w.down * w.across, run_block, &w);
}

/* ---- without room ---- */

enum { GROUP = 4 }; /* panels that one piece of work computes */

typedef struct scaled_work {
    const packed_product *p;
    float scale, keep, *out;
    int64_t out_row, groups;
} scaled_work;

static void land(const scaled_work *w, work_span rows, int64_t column, const float *sum)
{
    int64_t width = w->p->columns - column < PANEL ? w->p->columns - column : PANEL;
    for (int64_t r = rows.first; r < rows.last; r++, sum += PANEL) {
        float *out = w->out + r * w->out_row + column;
        for (int64_t j = 0; j < width; j++)
            out[j] = w->keep == 0 ? w->scale * sum[j] : w->scale * sum[j] + w->keep * out[j];
    }
}

static void run_scaled(void *context, int64_t i)
{
    const scaled_work *w = context;
    const packed_product *p = w->p;
    work_span rows = work_piece(i / w->groups, p->rows, FEW_ROWS);
    work_span panels = work_piece(i % w->groups, panels_of(p), GROUP);
    float panel[PACKED_DEPTH * PANEL], sum[FEW_ROWS * PANEL];
    for (int64_t j = panels.first; j < panels.last; j++) {
        memset(sum, 0, sizeof sum);
        for (int64_t first = 0; first < p->depth; first += PACKED_DEPTH) {
            work_span terms = work_piece(first / PACKED_DEPTH, p->depth, PACKED_DEPTH);
            const float *left = p->left.at + rows.first * p->left.row + first * p->left.column;
            fill_panel(p->right, p, j, first, terms.last - first, panel);
            product_column(2, (product_matrix){ left, p->left.row, p->left.column }, panel, PANEL, sum, PANEL,
                           rows.last - rows.first, terms.last - first, true);
        }
        land(w, rows, j * PANEL, sum);
    }
}

void packed_scaled(const ablate_cpu *cpu, const packed_product *p, float scale, float keep, float *out, int64_t out_row)
{
    scaled_work w = { p, scale, keep, out, out_row, work_pieces(panels_of(p), GROUP) };
    work_run(cpu, work_pieces(p->rows, FEW_ROWS) * w.groups, run_scaled, &w);
}
