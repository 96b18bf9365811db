#include "run_options.h"
#include "../base/diag.h"
#include "help.h"
#include <errno.h>
#include <stdio.h>
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

/* An option that changes nothing of what a verb does is refused there, rather than ignored. */
typedef struct verb_option {
    unsigned verbs;
    struct argp_option option;
} verb_option;

enum {
    ALL = RUN_VERB | CHECK_VERB | TRACE_VERB | GRAPH_VERB,
    ON_DEVICE = RUN_VERB | CHECK_VERB | TRACE_VERB,
    STEPPING = RUN_VERB | TRACE_VERB
};

static const verb_option known[] = {
    { ALL, { "row", 'r', "ROW", HELP_REPEATS, "only this row (repeatable)", 0 } },
    { ON_DEVICE, { "seeds", KEY_SEEDS, "N", 0, "runs with N seeds", 0 } },
    { ALL, { "set", KEY_SET, "SECTION.KEY=VALUE", HELP_REPEATS, "lay this over every row (repeatable)", 0 } },
    { ALL, { "data", KEY_DATA, "MODULE[:PATH]", 0, "another data set, e.g. folder:PATH", 0 } },
    { ALL, { "scale", KEY_SCALE, "NAME", 0, "lay scale/NAME.ini over the base", 0 } },
    { STEPPING | GRAPH_VERB,
      { "out", KEY_OUT, "DIR", 0, "folder of results (results); trace, graph --overview: the file", 0 } },
    { STEPPING, { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 } },
    { ALL, { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 } },
    { ON_DEVICE, { "device", KEY_DEVICE, "NAME", 0, "cpu, cuda, or auto: cuda where it opens (auto)", 0 } },
    { ON_DEVICE, { "threads", KEY_THREADS, "N", 0, "threads, 0: one a core", 0 } },
    { RUN_VERB, { "again", KEY_AGAIN, 0, 0, "run even what has finished", 0 } },
    { STEPPING, { "steps", KEY_STEPS, "N", 0, "stop each run after N steps; trace: how many", 0 } },
    { RUN_VERB,
      { "choices", KEY_CHOICES, "NAME", 0, "one report NAME of all files: what each other row changes from the first",
        0 } },
    { RUN_VERB, { "keep-maps", KEY_MAPS, 0, 0, "write each run's anomaly maps, maps.npz beside its metrics.json", 0 } },
    { RUN_VERB,
      { "keep-epochs", KEY_EPOCHS, 0, 0, "keep the parameters after each epoch, parameters-epoch-N.safetensors", 0 } },
    { RUN_VERB,
      { "folders", KEY_FOLDERS, 0, 0, "print the folder of each run, and neither print nor write reports", 0 } },
    { STEPPING, { "timing", KEY_TIMING, 0, 0, "print the time by operation", 0 } },
    { GRAPH_VERB, { "dot", KEY_DOT, 0, 0, "graph: as Graphviz draws it", 0 } },
    { GRAPH_VERB,
      { "overview", KEY_OVERVIEW, 0, 0, "graph: the modules and what they hand each other, as shapes to be drawn",
        0 } },
};
enum { OPTIONS = sizeof known / sizeof *known };

/* Those of the verbs, {0}-ended. */
static void list_options(unsigned verbs, struct argp_option list[OPTIONS + 1])
{
    int count = 0;
    for (int i = 0; i < OPTIONS; i++)
        if (known[i].verbs & verbs)
            list[count++] = known[i].option;
    list[count] = (struct argp_option){ 0 };
}

static int refuse_foreign(const verb_option *of, const char *name)
{
    static const char *const names[] = { "run", "check", "trace", "graph" };
    char has[80] = "";
    for (int v = 0; v < 4; v++)
        if (of->verbs & (1u << v))
            snprintf(has + strlen(has), sizeof has - strlen(has), "%sablate %s", *has ? ", " : "", names[v]);
    return complain("ablate %s: --%s means nothing here; it is an option of %s", name, of->option.name, has);
}

static int check_foreign(int key, run_verb verb, const char *name)
{
    for (int i = 0; i < OPTIONS; i++)
        if (known[i].option.key == key && !(known[i].verbs & verb))
            return refuse_foreign(&known[i], name);
    return 0;
}

static int add_text(const char **list, int *count, int room, const char *text, const char *option)
{
    if (*count == room)
        return complain("more than %d times --%s", room, option);
    list[(*count)++] = text;
    return 0;
}

static int add_file(run_options *o, const char *text)
{
    for (int i = 0; i < o->files; i++)
        if (strcmp(o->file[i], text) == 0)
            return complain("'%s' is named twice; delete one", text);
    if (o->files == RUN_OPTIONS_FILES)
        return complain("more than %d files; name fewer", (int)RUN_OPTIONS_FILES);
    o->file[o->files++] = text;
    return 0;
}

static int parse_number(int key, const char *text, run_options *o)
{
    long n = 0;
    int status = key == KEY_SEEDS   ? help_number("seeds", text, 1, 1000, &n)
                 : key == KEY_STEPS ? help_number("steps", text, 1, 1000000000, &n)
                                    : help_number("threads", text, 0, 4096, &n);
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
    int status = check_foreign(key, o->verb, state->argv[0]);
    if (status < 0)
        return EINVAL;
    if (key == 'r')
        status = add_text(o->rows, &o->row_count, RUN_OPTIONS_FILES, text, "row");
    else if (key == KEY_SET)
        status = add_text(o->set, &o->experiment.sets, RUN_OPTIONS_SETS, text, "set");
    else if (key == ARGP_KEY_ARG)
        status = add_file(o, text);
    else if (key == KEY_SEEDS || key == KEY_STEPS || key == KEY_THREADS)
        status = parse_number(key, text, o);
    else
        status = parse_text(key, text, o);
    return status < 0 ? EINVAL : status > 0 ? ARGP_ERR_UNKNOWN : 0;
}

/* What excludes each other, or needs another. */
static int check_together(const run_options *o, const char *verb)
{
    if (o->files == 0)
        return complain("ablate %s: name an experiment file, e.g. ablations/NAME.ini", verb);
    if (o->folders && o->choices)
        return complain("ablate run: --folders writes no report; leave out it or --choices");
    if (o->verb != GRAPH_VERB)
        return 0;
    if (o->dot && o->overview)
        return complain("ablate graph: --dot and --overview are two drawings; leave out one");
    if (o->out && !o->overview)
        return complain("ablate graph: --out is the file of --overview; add that, or redirect what is printed");
    if (o->files > 1 || o->row_count > 1)
        return complain("ablate graph: a graph is of one row of one file; leave out '%s'",
                        o->files > 1 ? o->file[1] : o->rows[1]);
    return 0;
}

int run_options_read(int argc, char **argv, run_verb verb, const char *doc, run_options *o)
{
    struct argp_option own[OPTIONS + 1], all[OPTIONS + 1];
    list_options(verb, own);
    list_options(ALL, all);
    const struct argp shown = { own, parse, "FILE...", doc, NULL, NULL, NULL };
    const struct argp parser = { all, parse, "FILE...", doc, NULL, NULL, NULL };
    *o = (run_options){ .verb = verb, .cache = "cache", .runner = { .out = "results" } };
    o->help = help_asked(argc, argv, &shown);
    if (o->help)
        return 0;
    if (help_parse(argc, argv, &parser, o) < 0)
        return -1;
    o->experiment.set = o->set;
    return check_together(o, argv[0]);
}

bool run_options_wants(const run_options *o, const char *row)
{
    for (int i = 0; i < o->row_count; i++)
        if (strcmp(o->rows[i], row) == 0)
            return true;
    return o->row_count == 0;
}
