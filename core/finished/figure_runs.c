#include "figure_runs.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include <stdlib.h>
#include <string.h>

void figure_runs_close(figure_runs *f)
{
    for (int k = 0; k < FIGURE_RUNS; k++) {
        scores_free(&f->scores[k]);
        finished_run_close(&f->run[k]);
    }
    free(f->picture);
    *f = (figure_runs){ 0 };
}

/* ---- opening ---- */

static int open_one(figure_runs *f, int k, const figure_options *o)
{
    finished_run *run = &f->run[k];
    if (finished_run_open(run, o->run[k], &o->predict) < 0 || !finished_run_data(run))
        return -1;
    finished_run_say(run, run->folder);
    return 0;
}

int figure_runs_open(figure_runs *f, const figure_options *o)
{
    for (f->count = 0; f->count < o->runs; f->count++)
        if (open_one(f, f->count, o) < 0)
            return -1;
    const finished_run *last = &f->run[f->count - 1];
    f->data = last->data;
    if (dataset_check_outside(f->data, "--out", o->out) < 0)
        return -1;
    for (int k = 0; k < f->count - 1; k++)
        if (strcmp(f->run[k].record.data_hash, last->record.data_hash) != 0)
            return complain("%s and %s were judged on different pictures (%s; %s); name runs of the same data",
                            f->run[k].folder, last->folder, f->run[k].record.data, last->record.data);
    return 0;
}

int figure_runs_score(figure_runs *f, int k)
{
    scores *s = &f->scores[k];
    if (finished_run_scores(&f->run[k], s) < 0)
        return -1;
    double *image = s->image ? s->image : take((size_t)s->count, sizeof *image, "the image scores");
    for (int i = 0; image && !s->image && i < s->count; i++)
        image[i] = scores_picture(s, i);
    s->image = image;
    return s->image ? 0 : -1;
}

/* ---- choosing ---- */

/* The classes that are shown, into `list`, which has room for all of the data set. */
static int list_classes(const figure_runs *f, const figure_options *o, int *list, int *count)
{
    const dataset *d = f->data;
    int status = 0;
    *count = o->spread ? o->spread : o->classes ? o->classes : d->classes;
    if (o->spread)
        return choose_classes(d, &f->run[f->count - 1].record, o->spread, list);
    for (int i = 0; i < *count && status == 0; i++) {
        list[i] = o->classes ? choose_named(d, o->class_name[i]) : i;
        status = list[i] < 0 ? -1 : 0;
    }
    return status;
}

static int add_picture(figure_runs *f, const figure_options *o, int class_index, bool good)
{
    const scores *last = &f->scores[f->count - 1];
    figure_picture *p = &f->picture[f->pictures];
    *p = (figure_picture){ .class_index = class_index, .good = good };
    int found =
        choose_picture(f->data, last->picture, last->count, last->image, class_index, good, o->rule, &p->chosen);
    f->pictures += found > 0;
    return found < 0 ? -1 : 0;
}

static int add_pictures(figure_runs *f, const figure_options *o, const int *classes, int count)
{
    f->picture = take(2 * (size_t)count, sizeof *f->picture, "the chosen pictures");
    int status = f->picture ? 0 : -1;
    for (int i = 0; i < count && status == 0; i++) {
        if (o->good)
            status = add_picture(f, o, classes[i], true);
        if (status == 0)
            status = add_picture(f, o, classes[i], false);
    }
    if (status == 0 && f->pictures == 0)
        return complain("data '%s' has no defective test pictures of these classes; ask for good ones with --good",
                        f->data->spec);
    return status;
}

int figure_runs_choose(figure_runs *f, const figure_options *o)
{
    int room = f->data->classes + o->classes + o->spread, count = 0;
    int *classes = take((size_t)room, sizeof *classes, "the classes");
    int status = classes ? list_classes(f, o, classes, &count) : -1;
    if (status == 0)
        status = add_pictures(f, o, classes, count);
    free(classes);
    return status;
}

/* ---- writing ---- */

/* Black where the data set has no mask, as with good pictures. */
static int get_mask(const figure_runs *f, int index, image_mask *mask)
{
    const input_settings *to = &f->run[f->count - 1].input;
    if (dataset_mask_fitted(f->data, index, to, (mask_rule){ IMAGE_BILINEAR, 0.5 }, mask) < 0)
        return -1;
    if (!mask->value)
        *mask = (image_mask){ to->size, to->size, take_zeroed((size_t)to->size, (size_t)to->size, "a mask") };
    return mask->value ? 0 : -1;
}

static int write_picture(const figure_runs *f, const figure_options *o, int i)
{
    int index = f->scores[f->count - 1].picture[f->picture[i].chosen.test];
    ablate_image image = { 0, 0, NULL };
    image_mask mask = { 0, 0, NULL };
    char *path = take_text("%s/%d-picture.png", o->out, i + 1), *mask_path = take_text("%s/%d-mask.png", o->out, i + 1);
    int status = path && mask_path ? dataset_fitted(f->data, index, &f->run[f->count - 1].input, &image) : -1;
    if (status == 0)
        status = image_write_png(path, &image);
    if (status == 0)
        status = get_mask(f, index, &mask);
    if (status == 0)
        status = image_mask_write_png(mask_path, &mask);
    image_free(&image);
    image_mask_free(&mask);
    free(path);
    free(mask_path);
    return status;
}

static void print_line(const figure_runs *f, int i, FILE *to)
{
    const figure_picture *p = &f->picture[i];
    const picture *own = &f->data->picture[f->scores[f->count - 1].picture[p->chosen.test]];
    fprintf(to, "%d\t", i + 1);
    name_cell(own->class_name, to);
    name_cell(own->state, to);
    name_cell(own->name, to);
    fprintf(to, "%d\t%d\t%d", own->good, p->chosen.rank, p->chosen.of);
    for (int k = 0; k < f->count; k++)
        if (f->scores[k].image)
            number_print_tabbed(&f->scores[k].image[p->chosen.test], 1, to);
    fprintf(to, "\n");
}

static int write_runs(const figure_runs *f, const figure_options *o)
{
    file_draft *draft = file_draft_in(o->out, "runs.tsv");
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "number\texperiment\trow\tseed\tmodel\tscale\tdata\tprotocol\trule");
    for (int i = 0; i < METRICS_KINDS; i++)
        fprintf(to, "\t%s", metrics_name((metrics_kind)i));
    for (int k = 0; k < f->count; k++) {
        const finished_run *r = &f->run[k];
        fprintf(to, "\n%d\t", k + 1);
        name_cell(r->record.experiment, to);
        name_cell(r->record.row, to);
        fprintf(to, "%d\t%s\t", r->record.seed, r->run.model);
        name_cell(r->record.scale, to);
        name_cell(r->record.data, to);
        fprintf(to, "%s\t%s", r->record.protocol, choice_rule_name(o->rule));
        number_print_tabbed(r->record.mean, METRICS_KINDS, to);
    }
    fprintf(to, "\n");
    return file_commit(draft);
}

int figure_runs_write(const figure_runs *f, const figure_options *o)
{
    int status = write_runs(f, o);
    for (int i = 0; i < f->pictures && status == 0; i++)
        status = write_picture(f, o, i);
    file_draft *draft = status == 0 ? file_draft_in(o->out, "pictures.tsv") : NULL;
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "number\tclass\tstate\tname\tgood\trank\tof");
    for (int k = 0; k < f->count; k++)
        if (f->scores[k].image)
            fprintf(to, "\tscore %d", k + 1);
    fprintf(to, "\n");
    for (int i = 0; i < f->pictures; i++)
        print_line(f, i, to);
    return file_commit(draft);
}
