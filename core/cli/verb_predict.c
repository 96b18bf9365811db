#include "../base/diag.h"
#include "../finished/predict_write.h"
#include "shared.h"
#include "verbs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given; /* the run, then paths */
    const char *good, *class_name;
    double rate;
    bool maps, no_pictures;
} request;

static int read_rate(const line_option *o, const char *text, void *field)
{
    char *end;
    double rate = *(double *)field = strtod(text, &end);
    if (end == text || *end || !(rate > 0 && rate < 1))
        return complain("--%s must be a rate between 0 and 1, e.g. 0.05; it is '%s'", o->name, text);
    return 0;
}

static const line_option options[] = {
    SHARED_OUT_FOLDER("folder to write into (predictions)"),
    OPTION(request, good, "good", 0, "PATH",
           "pictures without a defect that choose the thresholds: a folder, or @LIST (the run's own test pictures)"),
    OPTION(request, class_name, "class", 0, "NAME",
           "class of the pictures, whose threshold judges them, and of those of --good whose path does not say it "
           "(that of their path CLASS/test/STATE/FILE)"),
    OPTION_TAKEN(read_rate, request, rate, "false-alarms", 0, "RATE",
                 "chance of a picture without a defect to be called defective (0.05)"),
    OPTION(request, maps, "maps", 0, NULL, "write the raw maps too, NAME.npz"),
    OPTION(request, no_pictures, "no-pictures", 0, NULL, "write scores.tsv alone, no heat maps and overlays"),
    { 0 }
};

static int list_files(const request *r, predict_files *files)
{
    int status = 0;
    files->out = r->given.out;
    for (int i = 1; i < r->given.words && status == 0; i++)
        status = predict_files_add(files, r->given.word[i]);
    return status == 0 ? predict_files_unique(files) : -1;
}

/* The only limit that judged, or NULL: there were several. */
static const predict_limit *only_limit(const predict_files *f, const predict_threshold *t)
{
    const predict_limit *first = predict_threshold_of(t, f->count > 0 ? f->file[0].class_index : -1);
    for (int i = 1; i < f->count; i++)
        if (predict_threshold_of(t, f->file[i].class_index) != first)
            return NULL;
    return first;
}

static void say(const request *r, const finished_run *run, const predict_files *f, const predict_threshold *t,
                const predict_summary *s)
{
    const predict_limit *only = only_limit(f, t);
    finished_run_say(run, run->label);
    printf("%d pictures scored, %d called defective: above ", s->scored, s->defective);
    if (only)
        printf("%.6g, which at most %.3g of pictures without a defect should be", only->image, only->rate);
    else
        printf("the threshold of their class, for the rates of false alarms in scores.tsv");
    printf(" (chosen from %d: %s)\n%s/scores.tsv\n", only ? only->pictures : t->all.pictures, t->from, r->given.out);
}

/* Files, thresholds and whatever is to be said of them. */
static int prepare(const request *r, finished_run *run, predict_files *files, predict_threshold *t)
{
    int named = r->class_name ? predict_class_named(run, r->class_name) : -1;
    if (r->class_name && named < 0)
        return -1;
    predict_class_assign(run, files, named);
    const predict_good good = { r->good, named, r->rate };
    if (predict_threshold_choose(run, files, &good, t) < 0)
        return -1;
    return predict_remark(run, files, t);
}

static int run(void *given)
{
    const request *r = given;
    const finished_options how = shared_opening(&r->given);
    finished_run opened = { 0 };
    predict_files files = { 0 };
    predict_threshold threshold = { 0 };
    predict_summary summary = { 0 };
    const predict_output output = { r->given.out, !r->no_pictures, r->maps };
    char *unreadable = NULL;
    size_t length = 0;
    FILE *list = open_memstream(&unreadable, &length);
    int status = list ? list_files(r, &files) : complain("out of memory for the list of pictures");
    if (status == 0)
        status = finished_run_open(&opened, r->given.word[0], &how);
    if (status == 0)
        status = prepare(r, &opened, &files, &threshold);
    if (status == 0)
        status = predict_write(&opened, &files, &threshold, &output, &summary, list);
    if (list)
        fclose(list);
    if (status == 0)
        say(r, &opened, &files, &threshold, &summary);
    if (status == 0 && summary.unread > 0) {
        fprintf(stderr, "not read:\n%s", unreadable);
        status = complain("%d of %d pictures could not be read; the others are done", summary.unread, files.count);
    }
    free(unreadable);
    predict_threshold_free(&threshold);
    predict_files_free(&files);
    finished_run_close(&opened);
    return status;
}

static const request start = { .given.out = "predictions", .rate = 0.05 };

const verb verb_predict = {
    .name = "predict",
    .summary = "RUN PATH  score pictures with a finished run",
    .words = "RUN PATH...",
    .doc = "Score pictures with a finished run: files, folders, lists of paths (@FILE).",
    .least = 2,
    .most = LINE_ANY,
    .lacks = "name a finished run and what it is to judge: pictures, folders, or @LIST",
    .options = { options, shared_runs, shared_modules, shared_cache, shared_device },
    .size = sizeof(request),
    .start = &start,
    .run = run,
};
