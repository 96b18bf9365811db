#include "run_options.h"
#include "../base/diag.h"
#include "help.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_SEEDS = 256,
    KEY_SET,
    KEY_DATA,
    KEY_OUT,
    KEY_SCALE,
    KEY_DEVICE,
    KEY_MODULES,
    KEY_CACHE,
    KEY_THREADS,
    KEY_AGAIN,
    KEY_STEPS,
    KEY_TIMING,
    KEY_MAPS,
    KEY_CHOICES,
    KEY_EPOCHS,
    KEY_DOT,
    KEY_OVERVIEW,
    KEY_FOLDERS
};

static const struct argp_option options[] = {
    { "row", 'r', "ROW", 0, "only this row (repeatable)", 0 },
    { "seeds", KEY_SEEDS, "N", 0, "runs with N seeds", 0 },
    { "set", KEY_SET, "SECTION.KEY=VALUE", 0, "lay this over every row (repeatable)", 0 },
    { "data", KEY_DATA, "MODULE[:PATH]", 0, "another data set, e.g. folder:PATH", 0 },
    { "scale", KEY_SCALE, "NAME", 0, "lay scale/NAME.ini over the base", 0 },
    { "out", KEY_OUT, "DIR", 0, "folder of results (results); trace, graph --overview: the file", 0 },
    { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 },
    { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 },
    { "device", KEY_DEVICE, "NAME", 0, "cpu, cuda, or auto: cuda where it opens (auto)", 0 },
    { "threads", KEY_THREADS, "N", 0, "threads, 0: one a core", 0 },
    { "again", KEY_AGAIN, 0, 0, "run even what has finished", 0 },
    { "steps", KEY_STEPS, "N", 0, "stop each run after N steps; trace: how many", 0 },
    { "choices", KEY_CHOICES, "NAME", 0, "one report NAME of all files: what each other row changes from the first",
      0 },
    { "keep-maps", KEY_MAPS, 0, 0, "write each run's anomaly maps, maps.npz beside its metrics.json", 0 },
    { "keep-epochs", KEY_EPOCHS, 0, 0, "keep the parameters after each epoch, parameters-epoch-N.safetensors", 0 },
    { "folders", KEY_FOLDERS, 0, 0, "print the folder of each run, and neither print nor write reports", 0 },
    { "timing", KEY_TIMING, 0, 0, "print the time by operation", 0 },
    { "dot", KEY_DOT, 0, 0, "graph: as Graphviz draws it", 0 },
    { "overview", KEY_OVERVIEW, 0, 0, "graph: the modules and what they hand each other, as shapes to be drawn", 0 },
    { 0 }
};

static int read_number(const char *text, const char *option, long least, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno || end == text || *end || *out < least || *out > 1000000000)
        return complain("--%s must be an integer from %ld on; it is '%s'", option, least, text);
    return 0;
}

static int add_text(const char **list, int *count, int room, const char *text, const char *option)
{
    if (*count == room)
        return complain("more than %d times --%s", room, option);
    list[(*count)++] = text;
    return 0;
}

static int parse_number(int key, const char *text, run_options *o)
{
    long n = 0;
    int status = read_number(text,
                             key == KEY_SEEDS   ? "seeds"
                             : key == KEY_STEPS ? "steps"
                                                : "threads",
                             key == KEY_THREADS ? 0 : 1, &n);
    if (key == KEY_SEEDS)
        o->experiment.seeds = (int)n;
    else if (key == KEY_STEPS)
        o->runner.most_steps = n;
    else
        o->threads = (int)n;
    return status;
}

/* 0, or 1: the key is no flag. */
static int parse_flag(int key, run_options *o)
{
    bool *flag = key == KEY_AGAIN      ? &o->runner.again
                 : key == KEY_TIMING   ? &o->runner.timing
                 : key == KEY_MAPS     ? &o->runner.keep_maps
                 : key == KEY_EPOCHS   ? &o->runner.keep_epochs
                 : key == KEY_DOT      ? &o->dot
                 : key == KEY_OVERVIEW ? &o->overview
                 : key == KEY_FOLDERS  ? &o->folders
                                       : NULL;
    if (!flag)
        return 1;
    *flag = true;
    return 0;
}

static int parse_text(int key, const char *text, run_options *o)
{
    switch (key) {
    case KEY_DATA:
        o->experiment.data = text;
        return 0;
    case KEY_SCALE:
        o->experiment.scale = text;
        return 0;
    case KEY_OUT:
        o->out = o->runner.out = text;
        return 0;
    case KEY_CHOICES:
        o->choices = text;
        return 0;
    case KEY_CACHE:
        o->cache = text;
        return 0;
    case KEY_MODULES:
        o->modules = text;
        return 0;
    case KEY_DEVICE:
        o->device = text;
        return 0;
    default:
        return parse_flag(key, o);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    run_options *o = state->input;
    int status = 0;
    if (key == 'r')
        status = add_text(o->rows, &o->row_count, RUN_OPTIONS_FILES, text, "row");
    else if (key == KEY_SET)
        status = add_text(o->set, &o->experiment.sets, RUN_OPTIONS_SETS, text, "set");
    else if (key == ARGP_KEY_ARG)
        status = add_text(o->file, &o->files, RUN_OPTIONS_FILES, text, "files");
    else if (key == KEY_SEEDS || key == KEY_STEPS || key == KEY_THREADS)
        status = parse_number(key, text, o);
    else
        status = parse_text(key, text, o);
    return status < 0 ? EINVAL : status > 0 ? ARGP_ERR_UNKNOWN : 0;
}

int run_options_read(int argc, char **argv, const char *doc, run_options *o)
{
    const struct argp parser = { options, parse, "FILE...", doc, NULL, NULL, NULL };
    *o = (run_options){ .cache = "cache", .runner = { .out = "results" } };
    o->help = help_asked(argc, argv, &parser);
    if (o->help)
        return 0;
    if (help_parse(argc, argv, &parser, o) < 0)
        return -1;
    o->experiment.set = o->set;
    if (o->files == 0)
        return complain("ablate %s: name an experiment file, e.g. ablations/NAME.ini", argv[0]);
    return 0;
}

bool run_options_wants(const run_options *o, const char *row)
{
    for (int i = 0; i < o->row_count; i++)
        if (strcmp(o->rows[i], row) == 0)
            return true;
    return o->row_count == 0;
}
