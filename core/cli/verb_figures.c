#include "../base/diag.h"
#include "../finished/figures.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>

typedef struct request {
    verb_line given;
    option_texts class_name, value;
    choice_rule rule;
    int spread;
    bool good;
} request;

static int read_rule(const line_option *o, const char *text, void *field)
{
    (void)o;
    return choice_rule_find(text, field);
}

static const line_option options[] = {
    SHARED_OUT_FOLDER("folder to write to"),
    OPTION_TAKEN(read_rule, request, rule, "rule", 0, "RULE",
                 "which of a class's defective pictures: the one whose image score in the last RUN is the lowest, the "
                 "median (the default; the lower of two), or the highest"),
    OPTION(request, good, "good", 0, NULL, "beside it a defect-free one by the same rule"),
    OPTION(request, class_name, "class", 'c', "CLASS", "only this class (repeatable)", .repeats = true),
    OPTION(request, spread, "spread", 0, "N",
           "only N classes, evenly spread from the lowest to the highest I-AUROC of the last RUN", .least = 1,
           .most = OPTION_TEXTS),
    { 0 }
};

static const line_option value_options[] = {
    OPTION(
        request, value, "value", 'v', "VALUE",
        "NAME, a value of the board with a number for each patch: NAME.K, the K-th of that name from 0, or NAME, the "
        "mean of all; NAME.K:C, channel C of it; NAME.K:C-D, a difference of channels; 1-NAME, one minus it "
        "(repeatable)",
        .repeats = true),
    { 0 }
};

static figure_options wanted(const request *r)
{
    const verb_line *l = &r->given;
    return (figure_options){ .run = l->word,
                             .runs = l->words,
                             .class_name = r->class_name.text,
                             .classes = r->class_name.count,
                             .spread = r->spread,
                             .rule = r->rule,
                             .good = r->good,
                             .out = l->out,
                             .predict = shared_opening(l) };
}

static int make_gallery(void *given)
{
    int pictures = 0;
    const figure_options o = wanted(given);
    int status = figure_gallery(&o, &pictures);
    if (status == 0)
        printf("%d pictures written to %s\n", pictures, o.out);
    return status;
}

static int make_values(void *given)
{
    const request *r = given;
    const figure_options o = wanted(r);
    int status = figure_values(&o, r->value.text, r->value.count);
    if (status == 0)
        printf("%d values of %d runs written to %s\n", r->value.count, o.runs, o.out);
    return status;
}

static const request start = { .rule = CHOICE_MEDIAN };

#define SPREAD_RULE                                                                                                    \
    {                                                                                                                  \
        "--spread", "the classes are chosen", "class"                                                                  \
    }

const verb verb_gallery = {
    .name = "gallery",
    .summary = "RUN...    write test pictures with the score maps of finished runs",
    .words = "RUN...",
    .doc = "Write test pictures, their masks and the score maps of finished runs as PNG: of each class one picture, "
           "chosen by a rule (pictures.tsv). A map is grey, 0 .. 255, between the scores beyond which 0.5 % each of "
           "the run's pixels lie, over all test pictures of the class; scales.tsv has these two.",
    .least = 1,
    .most = FIGURE_RUNS,
    .needs = "out",
    .lacks = "name the folders of finished runs and --out",
    .options = { options, shared_runs, shared_modules, shared_cache, shared_device },
    .rules = { SPREAD_RULE },
    .size = sizeof(request),
    .start = &start,
    .run = make_gallery,
};

const verb verb_patches = {
    .name = "patches",
    .summary = "RUN...    write numbers of the board patch by patch, and how defects differ",
    .words = "RUN...",
    .doc = "Write numbers of the board patch by patch, for finished runs: maps of chosen pictures as PNG, grey, 0 .. "
           "255, between the numbers beyond which 0.5 % each of all patches of all these runs lie; a histogram of the "
           "normal and of the defective patches of all test pictures; and how often a normal patch has a greater "
           "number than a defective one.",
    .least = 1,
    .most = FIGURE_RUNS,
    .needs = "out value",
    .lacks = "name the folders of finished runs, --out and a --value, such as distance",
    .options = { options, value_options, shared_runs, shared_modules, shared_cache, shared_device },
    .rules = { SPREAD_RULE },
    .size = sizeof(request),
    .start = &start,
    .run = make_values,
};
