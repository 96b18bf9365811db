#include "../base/diag.h"
#include "../finished/curves.h"
#include "shared.h"
#include "verbs.h"
#include <string.h>

typedef struct request {
    verb_line given;
    const char *value;
} request;

static const line_option options[] = { SHARED_OUT_FILE("tab-separated file to write"),
                                       OPTION(request, value, "value", 'v', "NAME",
                                              "usage: of this value on the board, pictures x tokens x places, "
                                              "instead of the one that a module names"),
                                       { 0 } };

static int run(void *given)
{
    const request *r = given;
    const verb_line *l = &r->given;
    const finished_options how = shared_opening(l);
    if (strcmp(l->mode, "losses") == 0)
        return curves_losses(l->word, l->words, &how, l->out);
    if (strcmp(l->mode, "gradients") == 0)
        return curves_gradients(l->word, l->words, &how, l->out);
    if (strcmp(l->mode, "scores") == 0)
        return curves_scores(l->word, l->words, &how, l->out);
    if (l->words > 1)
        return complain("ablate curves usage: name one run, not %d", l->words);
    return curves_usage(l->word[0], r->value, &how, l->out);
}

const verb verb_curves = {
    .name = "curves",
    .summary = "RUN...    write a run's losses, gradients, scores or use of a value's places, to be drawn",
    .words = "losses|gradients|scores|usage RUN...",
    .doc = "Write what finished runs say about their training: losses by epoch, of runs that differ in their seed; "
           "the norms of their gradients, of such runs that kept their epochs; histograms of normal and defective "
           "scores; or how often each place of a value is used "
           "by class and by epoch.",
    .modes = "losses, gradients, scores, usage",
    .least = 1,
    .most = LINE_ANY,
    .needs = "out",
    .lacks = "name losses, gradients, scores or usage, the folder of a run, and --out",
    .options = { options, shared_runs, shared_modules, shared_cache, shared_device },
    .rules = { { "losses", "losses alone are read", "value cache" },
               { "gradients", "norms alone are read", "value cache" },
               { "scores", "every score is counted", "value" } },
    .size = sizeof(request),
    .run = run,
};
