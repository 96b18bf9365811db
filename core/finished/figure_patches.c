#include "figure_patches.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

/* ---- which number ---- */

/* A whole number of 0 .. 999 after `mark`; *at moves on. -1: there is no mark; -2: no number follows it. */
static int read_after(char mark, const char **at)
{
    char *end;
    if (**at != mark)
        return -1;
    const char *digits = *at + 1;
    long n = strtol(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || n > 999)
        return -2;
    *at = end;
    return (int)n;
}

/* "score.image" is a name; "distance.0" the first value of one. */
static size_t name_length(const char *text)
{
    size_t n = strcspn(text, ":");
    for (size_t i = 0; i < n; i++)
        if (text[i] == '.' && text[i + 1] >= '0' && text[i + 1] <= '9')
            return i;
    return n;
}

int patch_value_read(const char *text, patch_value *v)
{
    bool from_one = strncmp(text, "1-", 2) == 0;
    const char *at = from_one ? text + 2 : text;
    size_t length = name_length(at);
    *v = (patch_value){ .text = text, .from_one = from_one };
    if (length < sizeof v->name)
        memcpy(v->name, at, length);
    at += length;
    v->index = read_after('.', &at);
    v->channel = read_after(':', &at);
    v->minus = v->channel >= 0 ? read_after('-', &at) : -1;
    if (length == 0 || length >= sizeof v->name || *at || v->index == -2 || v->channel == -2 || v->minus == -2)
        return complain("--value '%s' is not NAME, NAME.K, NAME.K:C or NAME.K:C-D, or one of these after '1-'", text);
    return 0;
}

bool patch_value_exists(const finished_run *r, const patch_value *v)
{
    return builder_value(r->model.score_builder, v->name, v->index < 0 ? 0 : v->index) != NULL;
}

/* ---- the grid ---- */

/* Tokens before the patches: 0 or 1; -1: complained. */
static int check_shape(const finished_run *r, const patch_value *v, const ablate_shape *shape)
{
    int64_t tokens = shape->rank >= 2 ? shape->dim[1] : 0, channels = shape->rank == 3 ? shape->dim[2] : 0;
    bool whole = ablate_square_side(tokens) > 0, grid = whole || ablate_square_side(tokens - 1) > 0;
    if ((shape->rank != 2 && shape->rank != 3) || !grid)
        return complain("%s: '%s' is %s: it has no number for each patch of a square grid", r->folder, v->text,
                        shape_words(shape).text);
    if (channels ? v->channel < 0 || v->channel >= channels || v->minus >= channels : v->channel >= 0)
        return complain("%s: '%s' is %s: %s", r->folder, v->text, shape_words(shape).text,
                        channels ? "name one of its channels, NAME.K:0 or NAME.K:0-1" : "it has no channels to name");
    return !whole;
}

int patches_grid(const figure_runs *f, int k, const patch_value *v, int count)
{
    const finished_run *r = &f->run[k];
    for (int i = 0; i < count; i++) {
        const ablate_value *value =
            patch_value_exists(r, &v[i]) ? finished_run_value(r, v[i].name, v[i].index < 0 ? 0 : v[i].index) : NULL;
        int before = value ? check_shape(r, &v[i], &value->shape) : 0;
        if (before < 0)
            return -1;
        if (value)
            return (int)ablate_square_side(value->shape.dim[1] - before);
    }
    return 0;
}

/* ---- computing ---- */

enum { MOST_PARTS = 256 };

typedef struct part { /* one value of the board, which goes into a mean */
    ablate_value *value;
    const patch_value *of;
    int before; /* tokens before the patches */
    int parts;  /* of the mean */
    float *out; /* (tests, patches) */
} part;

typedef struct computation {
    finished_run *run;
    int grid, parts;
    part part[MOST_PARTS];
    ablate_value *wanted[MOST_PARTS];
} computation;

static int add_part(computation *c, const patch_value *v, int index, int parts, float *out)
{
    ablate_value *value = finished_run_value(c->run, v->name, index);
    int before = value ? check_shape(c->run, v, &value->shape) : -1;
    if (before < 0)
        return -1;
    if (c->parts == MOST_PARTS)
        return complain("more than %d values at once; ask for fewer", (int)MOST_PARTS);
    if (value->shape.dim[1] - before != (int64_t)c->grid * c->grid)
        return complain("%s: '%s' has another number of patches than the value before; ask for them one by one",
                        c->run->folder, v->text);
    c->wanted[c->parts] = value;
    c->part[c->parts++] = (part){ value, v, before, parts, out };
    return 0;
}

static int add_value(computation *c, const patch_value *v, float *out)
{
    int first = v->index < 0 ? 0 : v->index, end = first + 1, status = 0;
    while (v->index < 0 && builder_value(c->run->model.score_builder, v->name, end))
        end++;
    for (int i = first; i < end && status == 0; i++)
        status = add_part(c, v, i, end - first, out);
    return status;
}

/* Adds one part's share for `count` pictures of a batch, the first of which is test picture `first`. */
static void add_numbers(const computation *c, const part *p, const float *data, int first, int count)
{
    const ablate_shape *shape = &p->value->shape;
    const int64_t patches = (int64_t)c->grid * c->grid, channels = shape->rank == 3 ? shape->dim[2] : 1;
    const int channel = p->of->channel < 0 ? 0 : p->of->channel;
    for (int i = 0; i < count; i++)
        for (int64_t j = 0; j < patches; j++) {
            const float *row = data + ((int64_t)i * shape->dim[1] + p->before + j) * channels;
            double x = (double)row[channel] - (p->of->minus >= 0 ? (double)row[p->of->minus] : 0);
            x = p->of->from_one ? 1 - x : x;
            p->out[(first + i) * patches + j] += (float)(x / p->parts);
        }
}

static int compute_batches(const computation *c, predictor_walk *w)
{
    int64_t most = 0;
    for (int i = 0; i < c->parts; i++)
        most = shape_size(&c->wanted[i]->shape) > most ? shape_size(&c->wanted[i]->shape) : most;
    float *data = take((size_t)most, sizeof *data, "a value of the board");
    w->status = data ? 0 : -1;
    while (predictor_next(w))
        for (int i = 0; i < c->parts && w->status == 0; i++) {
            w->status = predictor_get(w->predictor, c->wanted[i], data);
            if (w->status == 0)
                add_numbers(c, &c->part[i], data, w->first, w->count);
        }
    free(data);
    return w->status;
}

int patches_compute(figure_runs *f, int k, const patch_value *v, int count, float *const *out)
{
    const scores *order = &f->scores[f->count - 1];
    computation c = { .run = &f->run[k], .grid = patches_grid(f, k, v, count) };
    int status = c.grid < 0 ? -1 : 0;
    for (int i = 0; i < count && status == 0; i++)
        if (out[i]) {
            memset(out[i], 0, (size_t)order->count * (size_t)c.grid * (size_t)c.grid * sizeof *out[i]);
            status = add_value(&c, &v[i], out[i]);
        }
    if (status < 0 || c.parts == 0)
        return status;
    predictor_walk w = { .predictor = finished_run_predictor(c.run, c.wanted, c.parts, order->picture, order->count),
                         .pictures = order->picture,
                         .total = order->count,
                         .label = c.run->label,
                         .note = "looking",
                         .stopped = "were looked at; the same command begins anew" };
    status = w.predictor ? compute_batches(&c, &w) : -1;
    predictor_free(w.predictor);
    return status;
}

/* ---- what a patch shows ---- */

static patch_kind kind_of(const uint8_t *mask, int size, int grid, int row, int column)
{
    int top = row * size / grid, bottom = (row + 1) * size / grid;
    int left = column * size / grid, right = (column + 1) * size / grid, marked = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            marked += mask[y * size + x] != 0;
    return marked == 0 ? PATCH_NORMAL : 2 * marked >= (bottom - top) * (right - left) ? PATCH_DEFECTIVE : PATCH_MIXED;
}

int patches_label(figure_runs *f, int grid, uint8_t *kind)
{
    finished_run *last = &f->run[f->count - 1];
    const scores *order = &f->scores[f->count - 1];
    const int size = last->input.size;
    const uint8_t *mask = session_masks(&last->session, &last->input, (mask_rule){ IMAGE_BILINEAR, 0.5 });
    for (int i = 0; mask && i < order->count; i++)
        for (int j = 0; j < grid * grid; j++)
            *kind++ = (uint8_t)kind_of(mask + (size_t)i * (size_t)size * (size_t)size, size, grid, j / grid, j % grid);
    return mask ? 0 : -1;
}
