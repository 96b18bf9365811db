#include "verb_curves.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include "../finished/curves.h"
#include "help.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 64, MOST_SETS = 64 };

typedef struct curves_options {
    const char *what, *out, *value;
    const char *run[MOST_RUNS], *set[MOST_SETS];
    int runs;
    predict_options predict;
} curves_options;

enum { KEY_OUT = 256, KEY_VALUE, KEY_SET, KEY_MODULES, KEY_CACHE, KEY_DEVICE };
static const struct argp_option options[] = {
    { "out", KEY_OUT, "FILE", 0, "tab-separated file to write", 0 },
    { "value", KEY_VALUE, "NAME", 0, "usage: of this value on the board, pictures x tokens x places (gates)", 0 },
    { "set", KEY_SET, "SECTION.KEY=VALUE", HELP_REPEATS, "lay this over the runs' settings (repeatable)", 0 },
    { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 },
    { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 },
    { "device", KEY_DEVICE, "NAME", 0, "cpu, cuda, or auto: cuda where it opens (auto)", 0 },
    { 0 }
};

static int add_text(const char **list, int *count, int room, const char *text, const char *of)
{
    if (*count == room)
        return complain("ablate curves: more than %d %s", room, of);
    list[(*count)++] = text;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    curves_options *o = state->input;
    const char **place = key == KEY_OUT       ? &o->out
                         : key == KEY_VALUE   ? &o->value
                         : key == KEY_MODULES ? &o->predict.modules
                         : key == KEY_CACHE   ? &o->predict.cache
                         : key == KEY_DEVICE  ? &o->predict.device
                                              : NULL;
    if (key == ARGP_KEY_ARG && !o->what)
        place = &o->what;
    if (place)
        *place = text;
    else if (key == KEY_SET)
        return add_text(o->set, &o->predict.sets, MOST_SETS, text, "--set") < 0 ? EINVAL : 0;
    else if (key == ARGP_KEY_ARG)
        return add_text(o->run, &o->runs, MOST_RUNS, text, "runs") < 0 ? EINVAL : 0;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static int write_what(const curves_options *o)
{
    if (o->value && strcmp(o->what, "usage") != 0)
        return complain("ablate curves %s: --value is for usage; leave it out", o->what);
    if (strcmp(o->what, "losses") == 0)
        return curves_losses(o->run, o->runs, &o->predict, o->out);
    if (strcmp(o->what, "scores") == 0)
        return curves_scores(o->run, o->runs, &o->predict, o->out);
    if (strcmp(o->what, "usage") != 0)
        return complain("ablate curves: '%s' is none of losses, scores, usage", o->what);
    return o->runs == 1 ? curves_usage(o->run[0], o->value ? o->value : "gates", &o->predict, o->out)
                        : complain("ablate curves usage: name one run, not %d", o->runs);
}

static bool lies_in(const char *path, const char *folder)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash ? take_text("%.*s", (int)(slash - path), path) : take_text(".");
    bool inside = parent && folder_same(*parent ? parent : "/", folder);
    free(parent);
    return inside;
}

int verb_curves(int argc, char **argv)
{
    const struct argp parser = { options,
                                 parse,
                                 "losses|scores|usage RUN...",
                                 "Write what finished runs say about their training: losses by epoch, of runs that "
                                 "differ in their seed; histograms of normal and defective scores; or how often each "
                                 "place of a value, such as an expert's gate, is used by class and by epoch.",
                                 NULL,
                                 NULL,
                                 NULL };
    curves_options o = { .value = NULL };
    if (help_asked(argc, argv, &parser))
        return 0;
    if (help_parse(argc, argv, &parser, &o) < 0)
        return -1;
    o.predict.set = o.set;
    if (!o.what || o.runs == 0 || !o.out)
        return complain("ablate curves: name losses, scores or usage, the folder of a run, and --out; see ablate "
                        "curves --help");
    for (int i = 0; i < o.runs; i++)
        if (lies_in(o.out, o.run[i]))
            return complain("--out %s lies in the folder of a run, %s, whose files it could replace; choose another "
                            "place",
                            o.out, o.run[i]);
    return write_what(&o);
}
