#include "../base/diag.h"
#include "../base/name.h"
#include "../base/stop.h"
#include "../base/workers.h"
#include "dataset_survey.h"
#include <string.h>

typedef struct check_work {
    const dataset *data;
    FILE *to;
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
        name_show(path, w->to);
        fprintf(w->to, ": a %s, other than its name says; it is read as what it is\n", facts.format);
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
            fprintf(w->to, "%s\n", complaint());
        w->masks += masks > 0;
        w->unusable += masks < 0;
    }
    complaint_clear();
    return 0;
}

/* What reading changes or leaves out. */
static int print_survey(const dataset *d, FILE *to)
{
    dataset_survey survey;
    int status = dataset_survey_make(&survey, d);
    if (status == 0) {
        image_survey_print(&survey.pictures, "pictures", false, to);
        image_survey_print(&survey.masks, "masks", true, to);
    }
    dataset_survey_free(&survey);
    return status;
}

int dataset_check(const dataset *d, FILE *to)
{
    check_work work = { .data = d, .to = to };
    if (workers_run(d->pictures, check_one, &work) < 0 || print_survey(d, to) < 0)
        return -1;
    if (work.unusable > 0)
        return complain("%s: %d of %d pictures cannot be used; they are named above", d->spec, work.unusable,
                        d->pictures);
    fprintf(to, "all %d pictures and the masks of %d can be %s", d->pictures, work.masks,
            d->module->image ? "made" : "read");
    if (work.other > 0)
        fprintf(to, "; of %d the format is not what the name says", work.other);
    if (d->unused.count > 0)
        fprintf(to, "; %d file%s or folder%s not used, as named above", d->unused.count,
                d->unused.count == 1 ? "" : "s", d->unused.count == 1 ? " is" : "s are");
    fputc('\n', to);
    return 0;
}
