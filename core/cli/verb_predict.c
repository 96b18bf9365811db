#include "verb_predict.h"
#include "../base/diag.h"
#include "../finished/predict_remark.h"
#include "../finished/predict_write.h"
#include "help.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PATHS = 4096, MOST_SETS = 64 };

typedef struct request {
    const char *run, *path[MOST_PATHS], *good, *out, *class_name;
    int paths;
    double rate;
    bool maps, no_pictures;
    const char *set[MOST_SETS];
    predict_options predict;
} request;

enum {
    KEY_GOOD = 256,
    KEY_CLASS,
    KEY_RATE,
    KEY_MAPS,
    KEY_PLAIN,
    KEY_SET,
    KEY_MODULES,
    KEY_CACHE,
    KEY_DEVICE,
    KEY_THREADS
};
static const struct argp_option options[] = {
    { "out", 'o', "DIR", 0, "folder to write into (predictions)", 0 },
    { "good", KEY_GOOD, "PATH", 0,
      "pictures without a defect that choose the thresholds: a folder, or @LIST (the run's own test pictures)", 0 },
    { "class", KEY_CLASS, "NAME", 0,
      "class of the pictures, whose threshold judges them, and of those of --good whose path does not say it "
      "(that of their path CLASS/test/STATE/FILE)",
      0 },
    { "false-alarms", KEY_RATE, "RATE", 0, "chance of a picture without a defect to be called defective (0.05)", 0 },
    { "maps", KEY_MAPS, 0, 0, "write the raw maps too, NAME.npz", 0 },
    { "no-pictures", KEY_PLAIN, 0, 0, "write scores.tsv alone, no heat maps and overlays", 0 },
    { "set", KEY_SET, "SECTION.KEY=VALUE", HELP_REPEATS, "where the run's data or weights lie now (repeatable)", 0 },
    { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 },
    { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 },
    { "device", KEY_DEVICE, "NAME", 0, "cpu, cuda, or auto: cuda where it opens (auto)", 0 },
    { "threads", KEY_THREADS, "N", 0, "threads, 0: one a core", 0 },
    { 0 }
};

static int read_rate(request *r, const char *text)
{
    char *end;
    r->rate = strtod(text, &end);
    if (end == text || *end || !(r->rate > 0 && r->rate < 1))
        return complain("--false-alarms must be a rate between 0 and 1, e.g. 0.05; it is '%s'", text);
    return 0;
}

static int read_threads(request *r, const char *text)
{
    long n = 0;
    int status = help_number("threads", text, 0, 4096, &n);
    r->predict.threads = (int)n;
    return status;
}

static int add(const char **list, int *count, int room, const char *text, const char *what)
{
    if (*count == room)
        return complain("more than %d %s; name a folder, or a list as @FILE", room, what);
    list[(*count)++] = text;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    request *r = state->input;
    const char **place = key == 'o'           ? &r->out
                         : key == KEY_GOOD    ? &r->good
                         : key == KEY_CLASS   ? &r->class_name
                         : key == KEY_MODULES ? &r->predict.modules
                         : key == KEY_CACHE   ? &r->predict.cache
                         : key == KEY_DEVICE  ? &r->predict.device
                                              : NULL;
    int status = 0;
    if (place)
        *place = text;
    else if (key == KEY_RATE)
        status = read_rate(r, text);
    else if (key == KEY_THREADS)
        status = read_threads(r, text);
    else if (key == KEY_SET)
        status = add(r->set, &r->predict.sets, MOST_SETS, text, "times --set");
    else if (key == KEY_MAPS || key == KEY_PLAIN)
        *(key == KEY_MAPS ? &r->maps : &r->no_pictures) = true;
    else if (key == ARGP_KEY_ARG && !r->run)
        r->run = text;
    else if (key == ARGP_KEY_ARG)
        status = add(r->path, &r->paths, MOST_PATHS, text, "paths");
    else
        return ARGP_ERR_UNKNOWN;
    return status < 0 ? EINVAL : 0;
}

static int list_files(const request *r, predict_files *files)
{
    int status = 0;
    files->out = r->out;
    for (int i = 0; i < r->paths && status == 0; i++)
        status = predict_files_add(files, r->path[i]);
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

static void say(const request *r, const predict_run *run, const predict_files *f, const predict_threshold *t,
                const predict_summary *s)
{
    const predict_limit *only = only_limit(f, t);
    for (int i = 0; i < run->warnings; i++)
        fprintf(stderr, "%s: %s\n", run->label, run->warning[i]);
    printf("%d pictures scored, %d called defective: above ", s->scored, s->defective);
    if (only)
        printf("%.6g, which at most %.3g of pictures without a defect should be", only->image, only->rate);
    else
        printf("the threshold of their class, for the rates of false alarms in scores.tsv");
    printf(" (chosen from %d: %s)\n%s/scores.tsv\n", only ? only->pictures : t->all.pictures, t->from, r->out);
}

/* Files, thresholds and whatever is to be said of them. */
static int prepare(const request *r, predict_run *run, predict_files *files, predict_threshold *t)
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

static int predict(const request *r)
{
    predict_run run = { 0 };
    predict_files files = { 0 };
    predict_threshold threshold = { 0 };
    predict_summary summary = { 0 };
    const predict_output output = { r->out, !r->no_pictures, r->maps };
    char *unreadable = NULL;
    size_t length = 0;
    FILE *list = open_memstream(&unreadable, &length);
    int status = list ? list_files(r, &files) : complain("out of memory for the list of pictures");
    if (status == 0)
        status = predict_run_open(&run, r->run, &r->predict);
    if (status == 0)
        status = prepare(r, &run, &files, &threshold);
    if (status == 0)
        status = predict_write(&run, &files, &threshold, &output, &summary, list);
    if (list)
        fclose(list);
    if (status == 0)
        say(r, &run, &files, &threshold, &summary);
    if (status == 0 && summary.unread > 0) {
        fprintf(stderr, "not read:\n%s", unreadable);
        status = complain("%d of %d pictures could not be read; the others are done", summary.unread, files.count);
    }
    free(unreadable);
    predict_threshold_free(&threshold);
    predict_files_free(&files);
    predict_run_close(&run);
    return status;
}

int verb_predict(int argc, char **argv)
{
    static const struct argp parser = {
        options, parse, "RUN PATH...", "Score pictures with a finished run: files, folders, lists of paths (@FILE).",
        NULL,    NULL,  NULL
    };
    static request r;
    r = (request){ .out = "predictions", .rate = 0.05 };
    if (help_asked(argc, argv, &parser))
        return 0;
    if (help_parse(argc, argv, &parser, &r) < 0)
        return -1;
    if (r.paths == 0)
        return complain("ablate predict: name a finished run and what it is to judge: pictures, folders, or @LIST");
    r.predict.set = r.set;
    return predict(&r);
}
