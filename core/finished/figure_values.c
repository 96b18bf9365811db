#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "../files/figure_map.h"
#include "figure_patches.h"
#include "figure_spread.h"
#include "figures.h"
#include <math.h>
#include <stdlib.h>

typedef struct patches { /* everything of one command */
    figure_runs runs;
    const figure_options *options;
    patch_value value[FIGURE_VALUES];
    int values;
    int grid;
    int64_t each;                          /* numbers of a run and value: all patches of all test pictures */
    float *number[FIGURE_VALUES];          /* (runs, each); those of a run that lacks the value are not read */
    float *of[FIGURE_VALUES][FIGURE_RUNS]; /* into them, or NULL */
    uint8_t *kind;                         /* (each) */
} patches;

static void patches_close(patches *p)
{
    for (int v = 0; v < FIGURE_VALUES; v++)
        free(p->number[v]);
    free(p->kind);
    figure_runs_close(&p->runs);
}

/* ---- computing ---- */

/* All runs must have one grid; a value may be missing in some runs, not in all. */
static int check_values(patches *p)
{
    const figure_runs *f = &p->runs;
    for (int k = 0; k < f->count; k++) {
        int grid = patches_grid(f, k, p->value, p->values);
        if (grid < 0)
            return -1;
        if (grid > 0 && p->grid > 0 && grid != p->grid)
            return complain("%s has %d x %d patches, a run before it %d x %d; name runs of one grid", f->run[k].folder,
                            grid, grid, p->grid, p->grid);
        p->grid = grid > 0 ? grid : p->grid;
    }
    for (int v = 0; v < p->values; v++) {
        bool somewhere = false;
        for (int k = 0; k < f->count; k++)
            somewhere = somewhere || patch_value_exists(&f->run[k], &p->value[v]);
        const patch_value *value = &p->value[v];
        if (!somewhere && !finished_run_value(&f->run[f->count - 1], value->name, value->index < 0 ? 0 : value->index))
            return -1;
    }
    return 0;
}

/* Runs that have a value get their place beside each other, so that they share one scale. */
static int make_room(patches *p)
{
    p->each = (int64_t)p->runs.scores[p->runs.count - 1].count * p->grid * p->grid;
    p->kind = take((size_t)p->each, 1, "the patches");
    for (int v = 0; v < p->values; v++) {
        float *next = p->number[v] =
            take((size_t)p->each * (size_t)p->runs.count, sizeof *next, "the patches' numbers");
        for (int k = 0; next && k < p->runs.count; k++)
            if (patch_value_exists(&p->runs.run[k], &p->value[v])) {
                p->of[v][k] = next;
                next += p->each;
            }
        if (!p->number[v])
            return -1;
    }
    return p->kind ? 0 : -1;
}

static int compute(patches *p)
{
    int status = 0;
    for (int k = 0; k < p->runs.count && status == 0; k++) {
        float *out[FIGURE_VALUES];
        for (int v = 0; v < p->values; v++)
            out[v] = p->of[v][k];
        status = patches_compute(&p->runs, k, p->value, p->values, out);
    }
    return status < 0 ? -1 : patches_label(&p->runs, p->grid, p->kind);
}

static int64_t runs_with(const patches *p, int v)
{
    int64_t count = 0;
    for (int k = 0; k < p->runs.count; k++)
        count += p->of[v][k] != NULL;
    return count;
}

/* ---- writing ---- */

static int write_maps(const patches *p, int v, map_scale scale)
{
    int status = 0;
    for (int k = 0; k < p->runs.count; k++)
        for (int i = 0; p->of[v][k] && i < p->runs.pictures && status == 0; i++) {
            const float *map = p->of[v][k] + (int64_t)p->runs.picture[i].chosen.test * p->grid * p->grid;
            char *path = take_text("%s/%d-value-%d-%d.png", p->options->out, i + 1, v + 1, k + 1);
            status = path ? map_write(path, map, p->grid, p->grid, scale) : -1;
            free(path);
        }
    return status;
}

static void print_spread(int run, map_scale shown, const spread *s, FILE *to)
{
    fprintf(to, "%d", run + 1);
    number_print_tabbed((double[]){ shown.low, shown.high }, 2, to);
    fprintf(to, "\t%lld\t%lld", (long long)s->count[PATCH_NORMAL], (long long)s->count[PATCH_DEFECTIVE]);
    number_print_tabbed((double[]){ s->mean[PATCH_NORMAL], s->mean[PATCH_DEFECTIVE], s->above }, 3, to);
    fputc('\n', to);
}

static int write_value(const patches *p, int v, FILE *values, FILE *bins)
{
    const int64_t all = p->each * runs_with(p, v);
    map_scale whole, shown;
    int status = map_scale_whole(p->number[v], all, p->value[v].text, &whole);
    shown = whole;
    if (status == 0)
        status = map_scale_trim(p->number[v], all, MAP_BEYOND, &shown);
    if (status == 0)
        status = write_maps(p, v, shown);
    for (int k = 0; k < p->runs.count && status == 0; k++) {
        spread s;
        if (!p->of[v][k])
            continue;
        status = spread_measure(p->of[v][k], p->kind, p->each, whole, &s);
        fprintf(values, "%d\t", v + 1);
        name_cell(p->value[v].text, values);
        print_spread(k, shown, &s, values);
        for (int b = 0; b < SPREAD_BINS; b++) {
            double middle = whole.low + (b + 0.5) * (whole.high - whole.low) / SPREAD_BINS;
            fprintf(bins, "%d\t%d", v + 1, k + 1);
            number_print_tabbed((double[]){ middle, s.share[PATCH_NORMAL][b], s.share[PATCH_DEFECTIVE][b] }, 3, bins);
            fputc('\n', bins);
        }
    }
    return status;
}

static file_draft *open_draft(const patches *p, const char *name, const char *head)
{
    file_draft *draft = file_draft_in(p->options->out, name);
    if (draft)
        fputs(head, file_draft_stream(draft));
    return draft;
}

static int write_values(const patches *p)
{
    file_draft *values = open_draft(p, "values.tsv",
                                    "value\tname\trun\tlow\thigh\tnormal\tdefective\tmean normal\tmean defective\t"
                                    "normal above defective\n");
    file_draft *bins = values ? open_draft(p, "histogram.tsv", "value\trun\tmiddle\tnormal\tdefective\n") : NULL;
    int status = bins ? 0 : -1;
    for (int v = 0; v < p->values && status == 0; v++)
        status = write_value(p, v, file_draft_stream(values), file_draft_stream(bins));
    int finished = file_finish(bins, status);
    return file_finish(values, status) < 0 ? -1 : finished;
}

static int make_patches(patches *p, const char *const *value)
{
    int status = 0;
    for (int v = 0; v < p->values && status == 0; v++)
        status = patch_value_read(value[v], &p->value[v]);
    if (status == 0)
        status = figure_runs_open(&p->runs, p->options);
    if (status == 0)
        status = check_values(p);
    if (status == 0)
        status = figure_runs_score(&p->runs, p->runs.count - 1);
    if (status == 0)
        status = figure_runs_choose(&p->runs, p->options);
    if (status < 0 || make_room(p) < 0 || compute(p) < 0 || write_values(p) < 0)
        return -1;
    return figure_runs_write(&p->runs, p->options);
}

int figure_values(const figure_options *o, const char *const *value, int values)
{
    patches p = { .options = o, .values = values };
    if (values > FIGURE_VALUES)
        return complain("more than %d values; name fewer", (int)FIGURE_VALUES);
    int status = make_patches(&p, value);
    patches_close(&p);
    return status;
}
