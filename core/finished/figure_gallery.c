#include "../base/diag.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../files/figure_map.h"
#include "figures.h"
#include <stdlib.h>
#include <string.h>

/* Maps of all test pictures of a class, one after the other, in new memory; NULL: complained. */
static float *gather(const figure_runs *f, int k, int class_index, int64_t *pixels)
{
    const scores *s = &f->scores[k];
    const size_t area = (size_t)s->size * (size_t)s->size;
    float *all = take((size_t)s->count * area, sizeof *all, "the score maps of a class");
    *pixels = 0;
    for (int i = 0; all && i < s->count; i++)
        if (f->data->picture[s->picture[i]].class_index == class_index) {
            memcpy(all + *pixels, s->maps + (size_t)i * area, area * sizeof *all);
            *pixels += (int64_t)area;
        }
    return all;
}

/* A class's own scale, since every metric judges a class by itself. */
static int find_scale(const figure_runs *f, int k, int class_index, map_scale *scale)
{
    int64_t pixels;
    float *all = gather(f, k, class_index, &pixels);
    char *what = take_text("%s: maps of class '%s'", f->run[k].folder, f->data->class_name[class_index]);
    int status = all && what ? map_scale_whole(all, pixels, what, scale) : -1;
    if (status == 0)
        status = map_scale_trim(all, pixels, MAP_BEYOND, scale);
    free(all);
    free(what);
    return status;
}

static void write_scale(int i, int k, map_scale scale, FILE *scales)
{
    fprintf(scales, "%d\t%d", i + 1, k + 1);
    number_print_tabbed((double[]){ scale.low, scale.high }, 2, scales);
    fputc('\n', scales);
}

static int write_map(const figure_runs *f, int k, int i, const figure_options *o, FILE *scales)
{
    const scores *s = &f->scores[k];
    const size_t first = (size_t)f->picture[i].chosen.test * (size_t)s->size * (size_t)s->size;
    map_scale scale;
    char *path = take_text("%s/%d-map-%d.png", o->out, i + 1, k + 1);
    int status = path ? find_scale(f, k, f->picture[i].class_index, &scale) : -1;
    if (status == 0)
        status = map_write(path, s->maps + first, s->size, s->size, scale);
    if (status == 0)
        write_scale(i, k, scale, scales);
    free(path);
    return status;
}

static int write_maps(const figure_runs *f, const figure_options *o)
{
    file_draft *draft = file_draft_in(o->out, "scales.tsv");
    int status = draft ? 0 : -1;
    if (draft)
        fprintf(file_draft_stream(draft), "picture\trun\tlow\thigh\n");
    for (int i = 0; i < f->pictures && status == 0; i++)
        for (int k = 0; k < f->count && status == 0; k++)
            status = write_map(f, k, i, o, file_draft_stream(draft));
    return file_finish(draft, status);
}

int figure_gallery(const figure_options *o, int *pictures)
{
    figure_runs f = { .count = 0 };
    int status = figure_runs_open(&f, o);
    for (int k = 0; k < f.count && status == 0; k++)
        status = figure_runs_score(&f, k);
    if (status == 0)
        status = figure_runs_choose(&f, o);
    if (status == 0)
        status = write_maps(&f, o);
    if (status == 0)
        status = figure_runs_write(&f, o);
    *pictures = f.pictures;
    figure_runs_close(&f);
    return status;
}
