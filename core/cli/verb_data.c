#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/stop.h"
#include "../base/workers.h"
#include "../data/dataset_outside.h"
#include "../data/dataset_survey.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    const char *folder;
    bool fitted, check;
} request;

static const line_option options[] = {
    OPTION(request, check, "check", 0, NULL,
           "read every picture and mask to its last byte, and name all that cannot be used"),
    OPTION(request, folder, "export", 'e', "DIR",
           "write every picture and mask as PNG: CLASS/train/good, CLASS/test/STATE, CLASS/ground_truth/STATE",
           .path = OPTION_FOLDER),
    OPTION(request, fitted, "fitted", 0, NULL,
           "export them as the network sees them, but for mean and deviation; [input] says how, e.g. --set "
           "input.fit=crop"),
    SHARED_SET("a setting of the module or of [input] (repeatable)"),
    { 0 }
};

/* Classes, and in each how many pictures of each state there are for training and test. */
static void print_contents(const dataset *d)
{
    char spec[NAME_ROOM], counts[DATASET_COUNTS];
    int width = 20;
    printf("%s: %s\n", name_shown(d->spec, spec, sizeof spec), dataset_counts(d, counts));
    for (int c = 0; c < d->classes; c++)
        width = name_columns(d->class_name[c]) > width ? name_columns(d->class_name[c]) : width;
    for (int c = 0; c < d->classes; c++) {
        int training = 0, good = 0, bad = 0;
        for (int i = 0; i < d->pictures; i++) {
            const picture *p = &d->picture[i];
            training += p->class_index == c && !p->test;
            good += p->class_index == c && p->test && p->good;
            bad += p->class_index == c && p->test && !p->good;
        }
        fputs("  ", stdout);
        name_pad(d->class_name[c], width, stdout);
        printf(" %4d training, %4d good and %4d defective for test\n", training, good, bad);
    }
}

/* What lies there and is not used: the first of it, or all. */
static int print_unused(const dataset *d, bool all)
{
    char *text = d->unused.count > 0 && !all ? folder_rest_say(&d->unused) : NULL;
    if (text) {
        name_show(text, stdout);
        putchar('\n');
    }
    for (int i = 0; all && i < d->unused.count; i++) {
        fputs("not used: ", stdout);
        name_show(d->unused.text[i], stdout);
        putchar('\n');
    }
    int status = d->unused.count > 0 && !all && !text ? -1 : 0;
    free(text);
    return status;
}

/* ---- reading everything ---- */

typedef struct check_work {
    const dataset *data;
    int unusable, masks, other; /* masks: pictures that have one; other: files of another format than their names say */
} check_work;

/* Pictures are read by their bytes, but whoever counts them by their names, or opens them elsewhere, may be misled. */
static bool fits_ending(const char *path, const char *format)
{
    static const struct {
        const char *format, *endings;
    } usual[] = { { "PNG", ".png " },
                  { "JPEG", ".jpg .jpeg .jpe .jfif " },
                  { "BMP", ".bmp .dib " },
                  { "TIFF", ".tif .tiff " },
                  { "WebP", ".webp " } };
    const char *dot = strrchr(path, '.');
    char ending[12];
    bool fits = false;
    snprintf(ending, sizeof ending, "%.10s ", dot ? dot : "");
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        fits = fits || (strcmp(usual[i].format, format) == 0 && strcasestr(usual[i].endings, ending));
    return fits;
}

/* 1: it has a mask; 0: it has none; -1: complained. */
static int read_one(const dataset *d, int i)
{
    ablate_image image;
    image_mask mask;
    int status = dataset_image(d, i, &image);
    image_free(&image);
    if (status == 0) {
        status = dataset_mask(d, i, &mask);
        status = status < 0 ? -1 : mask.value != NULL;
        image_mask_free(&mask);
    }
    return status;
}

/* Of a file that could be read. */
static void check_ending(check_work *w, const char *path)
{
    image_facts facts;
    if (!path || image_look(path, &facts) < 0)
        complaint_clear();
    else if (!fits_ending(path, facts.format))
#pragma omp critical(check_one)
    {
        name_show(path, stdout);
        printf(": a %s, other than its name says; it is read as what it is\n", facts.format);
        w->other++;
    }
}

/* Goes on after a complaint: whoever copies damaged files again wants to know all of them. */
static int check_one(void *context, int i)
{
    check_work *w = context;
    if (stop_asked())
        return stop_complain("the pictures were being checked; the same command begins anew");
    int masks = read_one(w->data, i);
    if (masks >= 0) {
        check_ending(w, w->data->picture[i].path);
        check_ending(w, w->data->picture[i].mask);
    }
#pragma omp critical(check_one)
    {
        if (masks < 0)
            printf("%s\n", complaint());
        w->masks += masks > 0;
        w->unusable += masks < 0;
    }
    complaint_clear();
    return 0;
}

/* What reading changes or leaves out. */
static int print_survey(const dataset *d)
{
    dataset_survey survey;
    int status = dataset_survey_make(&survey, d);
    if (status == 0) {
        image_survey_print(&survey.pictures, "pictures", false, stdout);
        image_survey_print(&survey.masks, "masks", true, stdout);
    }
    dataset_survey_free(&survey);
    return status;
}

/* What is written is upright, without the tag that said otherwise. */
static int print_turned(const dataset *d)
{
    dataset_survey survey;
    int status = dataset_survey_make(&survey, d);
    char *turned = status == 0 ? dataset_survey_turned(&survey) : NULL;
    if (turned && *turned)
        printf("%s\n", turned);
    dataset_survey_free(&survey);
    status = turned ? 0 : -1;
    free(turned);
    return status;
}

static int check_all(const dataset *d)
{
    check_work work = { .data = d };
    if (workers_run(d->pictures, check_one, &work) < 0 || print_survey(d) < 0)
        return -1;
    if (work.unusable > 0)
        return complain("%s: %d of %d pictures cannot be used; they are named above", d->spec, work.unusable,
                        d->pictures);
    printf("all %d pictures and the masks of %d can be %s", d->pictures, work.masks,
           d->module->image ? "made" : "read");
    if (work.other > 0)
        printf("; of %d the format is not what the name says", work.other);
    if (d->unused.count > 0)
        printf("; %d file%s or folder%s not used, as named above", d->unused.count, d->unused.count == 1 ? "" : "s",
               d->unused.count == 1 ? " is" : "s are");
    putchar('\n');
    return 0;
}

/* ---- writing everything ---- */

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

static int export_all(const dataset *d, const char *folder, const input_settings *fitted)
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
        status = print_turned(d);
    if (status == 0)
        printf("written to %s\n", folder);
    return status;
}

/* ---- the verb ---- */

/* Opens the data set and fills the settings of [input]. Nothing that was set may stay unread. */
static int open_data(const verb_line *given, dataset *d, input_settings *input)
{
    settings chosen = { 0 };
    int status = 0;
    for (int i = 0; i < given->set.count && status == 0; i++)
        status = settings_set_text(&chosen, given->set.text[i], "--set", i + 1);
    if (status == 0)
        status = dataset_open(d, given->word[0], &chosen, given->modules);
    if (status == 0)
        status = settings_fill(&d->owner, "input", input_settings_rows, input);
    if (status == 0)
        status = settings_check_used(&d->owner, (const char *const[]){ d->module->name, "input" }, 2);
    settings_free(&chosen);
    return status;
}

static int run(void *given)
{
    const request *r = given;
    dataset d = { 0 };
    input_settings input;
    int status = open_data(&r->given, &d, &input);
    if (status == 0 && r->folder)
        status = dataset_check_export(&d, "--export", r->folder);
    if (status == 0)
        print_contents(&d);
    if (status == 0)
        status = print_unused(&d, r->check);
    if (status == 0 && r->check)
        status = check_all(&d);
    if (status == 0 && r->folder)
        status = export_all(&d, r->folder, r->fitted ? &input : NULL);
    dataset_close(&d);
    return status;
}

const verb verb_data = {
    .name = "data",
    .summary = "SPEC      show what a data module holds, or write it as files",
    .words = "MODULE[:PATH]",
    .doc = "Show what a data module holds, or write it as files.",
    .least = 1,
    .most = 1,
    .lacks = "name a data module, e.g. ablate data folder:PATH",
    .options = { options, shared_modules },
    .rules = { { "!--export", "nothing is written", "fitted" } },
    .size = sizeof(request),
    .run = run,
};
