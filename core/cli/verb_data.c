#include "../base/name.h"
#include "../data/dataset.h"
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
        status = dataset_check(&d, stdout);
    if (status == 0 && r->folder)
        status = dataset_export(&d, r->folder, r->fitted ? &input : NULL, stdout);
    if (status == 0 && r->folder)
        printf("written to %s\n", r->folder);
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
