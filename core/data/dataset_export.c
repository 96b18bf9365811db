#include "../base/diag.h"
#include "../base/stop.h"
#include "../base/workers.h"
#include "dataset_survey.h"
#include <stdlib.h>
#include <string.h>

typedef struct export_work {
    const dataset *data;
    const char *folder;
    const input_settings *fitted; /* NULL: at their own size */
    int *number;                  /* of each picture within its class, split and state */
} export_work;

static int get_image(const export_work *w, int i, ablate_image *image)
{
    return w->fitted ? dataset_fitted(w->data, i, w->fitted, image) : dataset_image(w->data, i, image);
}

/* Only pictures that show a defect get a mask; value NULL: none. */
static int get_mask(const export_work *w, int i, image_mask *mask)
{
    const picture *p = &w->data->picture[i];
    *mask = (image_mask){ 0, 0, NULL };
    if (!p->test || p->good)
        return 0;
    const mask_rule half = { IMAGE_BILINEAR, 0.5 };
    return w->fitted ? dataset_mask_fitted(w->data, i, w->fitted, half, mask) : dataset_mask(w->data, i, mask);
}

static int export_one(void *context, int i)
{
    const export_work *w = context;
    const picture *p = &w->data->picture[i];
    if (stop_asked())
        return stop_complain("pictures were being written to %s; some are missing there, the same command writes all",
                             w->folder);
    ablate_image image = { 0, 0, NULL };
    image_mask mask = { 0, 0, NULL };
    char *path =
        take_text("%s/%s/%s/%s/%03d.png", w->folder, p->class_name, p->test ? "test" : "train", p->state, w->number[i]);
    char *mask_path =
        take_text("%s/%s/ground_truth/%s/%03d_mask.png", w->folder, p->class_name, p->state, w->number[i]);
    int status = path && mask_path ? get_image(w, i, &image) : -1;
    if (status == 0)
        status = image_write_png(path, &image);
    if (status == 0)
        status = get_mask(w, i, &mask);
    if (status == 0 && mask.value)
        status = image_mask_write_png(mask_path, &mask);
    image_free(&image);
    image_mask_free(&mask);
    free(path);
    free(mask_path);
    return status;
}

/* What is written is upright, without the tag that said otherwise. */
static int print_turned(const dataset *d, FILE *to)
{
    dataset_survey survey;
    int status = dataset_survey_make(&survey, d);
    char *turned = status == 0 ? dataset_survey_turned(&survey) : NULL;
    if (turned && *turned)
        fprintf(to, "%s\n", turned);
    dataset_survey_free(&survey);
    status = turned ? 0 : -1;
    free(turned);
    return status;
}

int dataset_export(const dataset *d, const char *folder, const input_settings *fitted, FILE *to)
{
    export_work work = { d, folder, fitted, take_zeroed((size_t)d->pictures, sizeof(int), "the pictures' numbers") };
    if (!work.number)
        return -1;
    for (int i = 0; i < d->pictures; i++)
        for (int j = 0; j < i; j++) {
            const picture *a = &d->picture[i], *b = &d->picture[j];
            work.number[i] += a->class_index == b->class_index && a->test == b->test && !strcmp(a->state, b->state);
        }
    int status = workers_run(d->pictures, export_one, &work);
    free(work.number);
    if (status == 0)
        status = print_turned(d, to);
    return status;
}
