#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "../run/snapshot.h"
#include "curves.h"
#include <stdlib.h>
#include <string.h>

typedef struct usage { /* of one run's test pictures */
    finished_run run;
    char *label;
    ablate_value *value; /* (batch, tokens, places) */
    predictor *predictor;
    int *picture, pictures;    /* the test pictures */
    int tokens, places, first; /* first: of the patches among the tokens */
    float *batch;              /* the value for one batch */
    int64_t *uses;             /* (classes + 1, places): patches for which the place is not 0; the last row: all */
    double *sum;               /* the same: of the numbers */
    int *class_pictures;       /* (classes + 1) */
} usage;

static void usage_close(usage *u)
{
    predictor_free(u->predictor);
    free(u->label);
    free(u->picture);
    free(u->batch);
    free(u->uses);
    free(u->sum);
    free(u->class_pictures);
    finished_run_close(&u->run);
}

/* ---- getting ready ---- */

/* What a module of the run declares to be looked at so; NULL: none does. */
static const char *spread_of(const model *m)
{
    const char *name = NULL;
    for (int i = 0; i < m->parts && !name; i++)
        name = m->part[i].module->spread;
    return name;
}

static int find_value(usage *u, const char *name)
{
    if (!name && !(name = spread_of(&u->run.model)))
        return complain("%s: none of its modules spreads tokens over places; name a value with --value", u->run.folder);
    u->value = finished_run_value(&u->run, name, 0);
    if (!u->value)
        return -1;
    const ablate_shape *shape = &u->value->shape;
    if (shape->rank != 3 || shape->dim[0] != u->run.run.batch)
        return complain("'%s' is %s; name a value of pictures x tokens x places", name, shape_words(shape).text);
    u->tokens = (int)shape->dim[1];
    u->places = (int)shape->dim[2];
    u->first = !ablate_square_side(u->tokens) && ablate_square_side(u->tokens - 1);
    return 0;
}

static int list_pictures(usage *u)
{
    const dataset *d = finished_run_data(&u->run);
    if (!d || !(u->picture = dataset_list(d, true, &u->pictures)))
        return -1;
    return u->pictures > 0 ? 0 : complain("%s: its data '%s' has no test pictures", u->run.folder, d->spec);
}

static int open_usage(usage *u, const char *folder, const char *value, const finished_options *options)
{
    if (finished_run_open(&u->run, folder, options) < 0 || find_value(u, value) < 0 || list_pictures(u) < 0)
        return -1;
    size_t rows = (size_t)u->run.data->classes + 1, cells = rows * (size_t)u->places;
    u->predictor = finished_run_predictor(&u->run, &u->value, 1, u->picture, u->pictures);
    u->batch = take((size_t)shape_size(&u->value->shape), sizeof *u->batch, "a batch");
    u->uses = take(cells, sizeof *u->uses, "the usage");
    u->sum = take(cells, sizeof *u->sum, "the usage");
    u->class_pictures = take(rows, sizeof *u->class_pictures, "the usage");
    u->label = curves_label(&u->run.record, true);
    return u->label && u->predictor && u->batch && u->uses && u->sum && u->class_pictures ? 0 : -1;
}

/* ---- counting ---- */

static void count_picture(usage *u, const float *value, int row)
{
    int64_t *uses = u->uses + (size_t)row * (size_t)u->places;
    double *sum = u->sum + (size_t)row * (size_t)u->places;
    u->class_pictures[row]++;
    for (int token = u->first; token < u->tokens; token++)
        for (int place = 0; place < u->places; place++) {
            float number = value[(size_t)token * (size_t)u->places + (size_t)place];
            uses[place] += number != 0;
            sum[place] += (double)number;
        }
}

static int count_batch(usage *u, const predictor_walk *w)
{
    const dataset *d = u->run.data;
    if (predictor_get(u->predictor, u->value, u->batch) < 0)
        return -1;
    for (int i = 0; i < w->count; i++) {
        const float *value = u->batch + (size_t)i * (size_t)u->tokens * (size_t)u->places;
        count_picture(u, value, d->picture[u->picture[w->first + i]].class_index);
        count_picture(u, value, d->classes);
    }
    return 0;
}

static int count_all(usage *u, const char *note)
{
    size_t rows = (size_t)u->run.data->classes + 1, cells = rows * (size_t)u->places;
    memset(u->uses, 0, cells * sizeof *u->uses);
    memset(u->sum, 0, cells * sizeof *u->sum);
    memset(u->class_pictures, 0, rows * sizeof *u->class_pictures);
    predictor_walk w = { .predictor = u->predictor,
                         .pictures = u->picture,
                         .total = u->pictures,
                         .label = u->run.label,
                         .note = note,
                         .stopped = "were counted; the same command begins anew" };
    while (predictor_next(&w))
        w.status = count_batch(u, &w);
    return w.status;
}

/* The parameters after `epoch` epochs into all[]: 1; 0: the run did not keep them; -1: complained. */
static int find_epoch(const usage *u, int epoch, float *all)
{
    const model *m = &u->run.model;
    if (epoch == 0)
        return model_draw(m, m->train, u->run.session.device, all) < 0 ? -1 : 1;
    char *path = snapshot_path(u->run.folder, epoch);
    bool there = path && file_exists(path);
    int status = there ? snapshot_read(path, m->parameters, all) : 0;
    free(path);
    return !path || status < 0 ? -1 : there;
}

/* ---- writing ---- */

static void print_rows(const usage *u, const char *by, const char *name, int row, FILE *to)
{
    double patches = (double)u->class_pictures[row] * (u->tokens - u->first);
    for (int place = 0; place < u->places && patches > 0; place++) {
        size_t at = (size_t)row * (size_t)u->places + (size_t)place;
        name_cell(u->label, to);
        fprintf(to, "%s\t", by);
        name_print_beside(name, row < u->run.data->classes ? "all" : "", to);
        fprintf(to, "\t%d\t%d", u->class_pictures[row], place + 1);
        number_print_tabbed((double[]){ (double)u->uses[at] / patches, u->sum[at] / patches }, 2, to);
        fputc('\n', to);
    }
}

static int write_classes(usage *u, FILE *to)
{
    const dataset *d = u->run.data;
    if (count_all(u, "trained") < 0)
        return -1;
    for (int i = 0; i < d->classes; i++)
        print_rows(u, "class", d->class_name[i], i, to);
    print_rows(u, "class", "all", d->classes, to);
    fprintf(to, "\n");
    return 0;
}

static int write_epochs(usage *u, FILE *to)
{
    char name[16];
    float *all = take((size_t)u->run.model.parameters->count, sizeof *all, "the parameters");
    int status = all ? 0 : -1;
    for (int epoch = 0; epoch <= u->run.run.epochs && status == 0; epoch++) {
        int found = find_epoch(u, epoch, all);
        snprintf(name, sizeof name, "%d", epoch);
        status = found < 0 ? -1 : 0;
        if (found > 0)
            status = finished_run_put(&u->run, all) < 0 || count_all(u, name) < 0 ? -1 : 0;
        if (found > 0 && status == 0)
            print_rows(u, "epoch", name, u->run.data->classes, to);
    }
    free(all);
    return status;
}

static int write_usage(usage *u, const char *out)
{
    file_draft *draft = file_draft_open(out);
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "run\tby\tname\tpictures\tplace\tshare\tmean\n");
    int status = write_classes(u, to);
    return file_finish(draft, status < 0 ? status : write_epochs(u, to));
}

int curves_usage(const char *folder, const char *value, const finished_options *options, const char *out)
{
    usage u = { 0 };
    int status = open_usage(&u, folder, value, options);
    if (status == 0)
        status = write_usage(&u, out);
    usage_close(&u);
    return status;
}
