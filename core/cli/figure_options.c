#include "figure_options.h"
#include "../base/diag.h"
#include "help.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_RULE = 256, KEY_SPREAD, KEY_GOOD, KEY_SET, KEY_CACHE, KEY_MODULES, KEY_DEVICE, KEY_THREADS };

static const struct argp_option options[] = {
    { "out", 'o', "DIR", 0, "folder to write to", 0 },
    { "rule", KEY_RULE, "RULE", 0,
      "which of a class's defective pictures: the one whose image score in the last RUN is the lowest, the median (the "
      "default; the lower of two), or the highest",
      0 },
    { "good", KEY_GOOD, 0, 0, "beside it a defect-free one by the same rule", 0 },
    { "class", 'c', "CLASS", HELP_REPEATS, "only this class (repeatable)", 0 },
    { "spread", KEY_SPREAD, "N", 0,
      "only N classes, evenly spread from the lowest to the highest I-AUROC of the last RUN", 0 },
    { "value", 'v', "VALUE", HELP_REPEATS,
      "patches: NAME, a value of the board with a number for each patch: NAME.K, the K-th of that name from 0, or "
      "NAME, the mean of all; NAME.K:C, channel C of it; NAME.K:C-D, a difference of channels; 1-NAME, one minus it "
      "(repeatable)",
      0 },
    { "set", KEY_SET, "SECTION.KEY=VALUE", HELP_REPEATS, "lay this over the runs' settings (repeatable)", 0 },
    { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 },
    { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 },
    { "device", KEY_DEVICE, "NAME", 0, "cpu, cuda, or auto: cuda where it opens (auto)", 0 },
    { "threads", KEY_THREADS, "N", 0, "threads, 0: one a core", 0 },
    { 0 }
};

static int add_text(const char **list, int *count, int room, const char *text, const char *what)
{
    if (*count == room)
        return complain("more than %d %s; give fewer", room, what);
    list[(*count)++] = text;
    return 0;
}

static int read_number(const char *option, const char *text, long least, long most, int *out)
{
    long n = 0;
    int status = help_number(option, text, least, most, &n);
    *out = (int)n;
    return status;
}

static int parse_text(int key, const char *text, figure_options *o)
{
    const char **place = key == 'o'           ? &o->out
                         : key == KEY_CACHE   ? &o->predict.cache
                         : key == KEY_MODULES ? &o->predict.modules
                         : key == KEY_DEVICE  ? &o->predict.device
                                              : NULL;
    if (!place)
        return 1;
    *place = text;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    figure_options *o = state->input;
    int status = 0;
    if (key == 'c')
        status = add_text(o->class_name, &o->classes, FIGURE_CLASSES, text, "times --class");
    else if (key == 'v')
        status = add_text(o->value, &o->values, FIGURE_VALUES, text, "times --value");
    else if (key == KEY_SET)
        status = add_text(o->set, &o->predict.sets, FIGURE_SETS, text, "times --set");
    else if (key == ARGP_KEY_ARG)
        status = add_text(o->run, &o->runs, FIGURE_RUNS, text, "runs");
    else if (key == KEY_RULE)
        status = choice_rule_find(text, &o->rule);
    else if (key == KEY_SPREAD)
        status = read_number("spread", text, 1, FIGURE_CLASSES, &o->spread);
    else if (key == KEY_THREADS)
        status = read_number("threads", text, 0, 4096, &o->predict.threads);
    else if (key == KEY_GOOD)
        o->good = true;
    else
        status = parse_text(key, text, o);
    return status < 0 ? EINVAL : status > 0 ? ARGP_ERR_UNKNOWN : 0;
}

int figure_options_read(int argc, char **argv, const char *doc, figure_options *o)
{
    const struct argp parser = { options, parse, "RUN...", doc, NULL, NULL, NULL };
    *o = (figure_options){ .rule = CHOICE_MEDIAN };
    o->help = help_asked(argc, argv, &parser);
    if (o->help)
        return 0;
    if (help_parse(argc, argv, &parser, o) < 0)
        return -1;
    o->predict.set = o->set;
    if (o->runs == 0 || !o->out)
        return complain("ablate %s: name the folders of finished runs and --out; see ablate %s --help", argv[0],
                        argv[0]);
    if (o->spread > 0 && o->classes > 0)
        return complain("--spread chooses the classes; leave out --class");
    return 0;
}
