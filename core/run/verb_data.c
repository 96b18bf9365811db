#include "verb_data.h"
#include "../base/diag.h"
#include "dataset.h"
#include "help.h"
#include "workers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct data_options {
    const char *spec, *folder, *modules, *set[32];
    int sets;
} data_options;

static const struct argp_option options[] = {
    { "export", 'e', "DIR", 0,
      "write every picture and mask as PNG: CLASS/train/good, CLASS/test/STATE, "
      "CLASS/ground_truth/STATE",
      0 },
    { "set", 's', "SECTION.KEY=VALUE", 0, "a setting of the module (repeatable)", 0 },
    { "modules", 'm', "DIR", 0, "look for modules here first", 0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    data_options *o = state->input;
    if (key == 'e')
        o->folder = text;
    else if (key == 'm')
        o->modules = text;
    else if (key == 's' && o->sets < 32)
        o->set[o->sets++] = text;
    else if (key == ARGP_KEY_ARG && !o->spec)
        o->spec = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* Classes, and in each how many pictures of each state there are for training and test. */
static void print_contents(const dataset *d)
{
    printf("%s: %d classes, %d training and %d test pictures\n", d->spec, d->classes, dataset_count(d, false),
           dataset_count(d, true));
    for (int c = 0; c < d->classes; c++) {
        int training = 0, good = 0, bad = 0;
        for (int i = 0; i < d->pictures; i++) {
            const picture *p = &d->picture[i];
            training += p->class_index == c && !p->test;
            good += p->class_index == c && p->test && p->good;
            bad += p->class_index == c && p->test && !p->good;
        }
        printf("  %-20s %4d training, %4d good and %4d defective for test\n", d->class_name[c], training, good, bad);
    }
}

typedef struct export_work {
    const dataset *data;
    const char *folder;
    int *number; /* of each picture within its class, split and state */
} export_work;

static int export_one(void *context, int i)
{
    const export_work *w = context;
    const picture *p = &w->data->picture[i];
    ablate_image image = { 0, 0, NULL };
    image_mask mask = { 0, 0, NULL };
    char *path =
        take_text("%s/%s/%s/%s/%03d.png", w->folder, p->class_name, p->test ? "test" : "train", p->state, w->number[i]);
    char *mask_path =
        take_text("%s/%s/ground_truth/%s/%03d_mask.png", w->folder, p->class_name, p->state, w->number[i]);
    int status = path && mask_path ? dataset_image(w->data, i, &image) : -1;
    if (status == 0)
        status = image_write_png(path, &image);
    if (status == 0 && p->test && !p->good)
        status = dataset_mask(w->data, i, &mask);
    if (status == 0 && mask.value)
        status = image_mask_write_png(mask_path, &mask);
    image_free(&image);
    image_mask_free(&mask);
    free(path);
    free(mask_path);
    return status;
}

static int export_all(const dataset *d, const char *folder)
{
    export_work work = { d, folder, take_zeroed((size_t)d->pictures, sizeof(int), "the pictures' numbers") };
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
        printf("written to %s\n", folder);
    return status;
}

int verb_data(int argc, char **argv)
{
    const struct argp parser = {
        options, parse, "MODULE[:PATH]", "Show what a data module holds, or write it as files.", NULL, NULL, NULL
    };
    data_options o = { NULL };
    settings chosen = { NULL, 0, 0 };
    dataset d = { 0 };
    if (help_asked(argc, argv, &parser))
        return 0;
    if (help_parse(argc, argv, &parser, &o) < 0)
        return -1;
    if (!o.spec)
        return complain("ablate data: name a data module, e.g. ablate data folder:PATH");
    int status = 0;
    for (int i = 0; i < o.sets && status == 0; i++)
        status = settings_set_text(&chosen, o.set[i], "--set", i + 1);
    if (status == 0)
        status = dataset_open(&d, o.spec, &chosen, o.modules);
    if (status == 0)
        print_contents(&d);
    if (status == 0 && o.folder)
        status = export_all(&d, o.folder);
    dataset_close(&d);
    settings_free(&chosen);
    return status;
}
