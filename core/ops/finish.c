#include "finish.h"
#include "../device/cpu_work.h"
#include "activation.h"

enum { BAND = 64 }; /* rows that one piece of the way back takes */

void finish_values(const finish *f, int64_t at, int64_t n)
{
    if (f->pre)
        memcpy(f->pre + at, f->out + at, (size_t)n * sizeof *f->pre);
    activation_values(f->activation, f->out + at, f->out + at, n);
}

/* Bias and activation in one pass, where the activation takes no longer than the pass. */
static void add_bias(activation_kind activation, const float *bias, float *restrict y, int64_t n)
{
    if (activation == ACTIVATION_RELU)
        for (int64_t i = 0; i < n; i++)
            y[i] = relu_value(y[i] + bias[i]);
    else if (activation == ACTIVATION_RELU6)
        for (int64_t i = 0; i < n; i++)
            y[i] = relu6_value(y[i] + bias[i]);
    else
        for (int64_t i = 0; i < n; i++)
            y[i] += bias[i];
}

static bool one_pass(const finish *f)
{
    activation_kind kind = f->activation;
    return f->bias && !f->pre && (kind == ACTIVATION_NONE || kind == ACTIVATION_RELU || kind == ACTIVATION_RELU6);
}

void finish_row(const finish *f, int64_t at, int64_t column, int64_t n)
{
    if (f->bias)
        add_bias(one_pass(f) ? f->activation : ACTIVATION_NONE, f->bias + column, f->out + at, n);
    if (!one_pass(f))
        finish_values(f, at, n);
}

void finish_block(const void *context, const packed_block *b)
{
    const finish *f = context;
    int64_t first = b->batch * f->step + b->row * f->row + b->column, n = b->last_column - b->column;
    int64_t rows = b->last_row - b->row, column = b->batch * f->bias_step + b->column;
    bool follow = n == f->row && !f->bias; /* rows follow each other */
    if (follow)
        finish_values(f, first, rows * n);
    for (int64_t row = 0; row < rows && !follow; row++)
        finish_row(f, first + row * f->row, column, n);
}

int64_t finish_room(activation_kind activation, bool bias, int64_t rows, int64_t n)
{
    return (activation != ACTIVATION_NONE ? rows * n : 0) + (bias ? work_pieces(rows, BAND) * n : 0);
}

typedef struct back_work {
    const finish_back *of;
    const float *grad;    /* before the activation: of->grad, or `before` when the band has filled it */
    float *before, *sums; /* that gradient; column sums of each band */
} back_work;

static void sum_columns(const float *restrict grad, int64_t rows, int64_t n, float *restrict sum)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            sum[i] += grad[r * n + i];
}

/* One band of rows: through the activation, down to the bias. */
static void back_band(void *context, int64_t index)
{
    const back_work *w = context;
    const finish_back *of = w->of;
    work_span rows = work_piece(index, of->rows, BAND);
    int64_t at = rows.first * of->n, count = rows.last - rows.first;
    if (of->activation != ACTIVATION_NONE)
        activation_slopes(of->activation, of->pre + at, of->grad + at, w->before + at, count * of->n);
    if (w->sums)
        sum_columns(w->grad + at, count, of->n, w->sums + index * of->n);
}

static void bias_gradient(const back_work *w)
{
    const finish_back *of = w->of;
    if (!of->add)
        memset(of->bias, 0, (size_t)of->n * sizeof *of->bias);
    for (int64_t band = 0; band < work_pieces(of->rows, BAND); band++)
        for (int64_t i = 0; i < of->n; i++)
            of->bias[i] += w->sums[band * of->n + i];
}

const float *finish_backward(const ablate_cpu *cpu, const finish_back *of, float *room)
{
    bool through = of->activation != ACTIVATION_NONE;
    back_work w = { .of = of, .grad = through ? room : of->grad, .before = room };
    w.sums = of->bias ? room + (through ? of->rows * of->n : 0) : NULL;
    if (of->bias || through)
        work_run(cpu, work_pieces(of->rows, BAND), back_band, &w);
    if (of->bias)
        bias_gradient(&w);
    return w.grad;
}
