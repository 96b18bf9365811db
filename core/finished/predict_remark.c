#include "../base/diag.h"
#include "predict_threshold.h"
#include <stdio.h>
#include <stdlib.h>

static int remark_files(finished_run *run, const predict_files *f)
{
    char *rest = f->rest.count > 0 ? folder_rest_say(&f->rest) : NULL;
    int status = rest ? finished_run_warn(run, "%s", rest) : f->rest.count > 0 ? -1 : 0;
    free(rest);
    if (status == 0 && f->again > 0)
        status = finished_run_warn(run, "%d pictures were named more than once; each is scored once", f->again);
    return status;
}

static int count_of(const predict_files *f, int class_index)
{
    int count = 0;
    for (int i = 0; i < f->count; i++)
        count += f->file[i].class_index == class_index;
    return count;
}

static int remark_unknown(finished_run *run, const predict_files *f)
{
    int unknown = count_of(f, -1);
    return unknown == 0 ? 0
                        : finished_run_warn(run,
                                            "the class of %d pictures is not known (no path CLASS/test/STATE/FILE with "
                                            "a class of the run): they are judged by the threshold of all classes "
                                            "together, though each has its own scale; --class NAME says the class",
                                            unknown);
}

/* The names of the classes that are judged and have no threshold of their own, or one that cannot keep the rate; how
 * many pictures these have. New memory; NULL: complained. */
static char *name_classes(const finished_run *run, const predict_files *f, const predict_threshold *t, bool none)
{
    char *names = NULL;
    size_t length = 0;
    int count = 0;
    FILE *to = open_memstream(&names, &length);
    for (int c = 0; to && c < t->classes; c++) {
        const predict_limit *l = &t->of[c];
        if ((none ? l->pictures > 0 : l->pictures == 0 || l->rate <= t->rate) || count_of(f, c) == 0)
            continue;
        fprintf(to, "%s%s", count++ ? ", " : "", run->record.classes[c].name);
        if (!none)
            fprintf(to, " (%d, which promise %.3g)", l->pictures, predict_threshold_least(l->pictures));
    }
    if (to && fclose(to) == 0)
        return names;
    complain("out of memory for a warning");
    return NULL;
}

static int remark_few(finished_run *run, const predict_files *f, const predict_threshold *t)
{
    char *none = name_classes(run, f, t, true), *few = name_classes(run, f, t, false);
    int status = none && few ? 0 : -1;
    if (status == 0 && *none)
        status =
            finished_run_warn(run,
                              "no picture without a defect is known to be of these classes, which are judged by the "
                              "threshold of all classes together, though each has its own scale: %s",
                              none);
    if (status == 0 && *few)
        status = finished_run_warn(run,
                                   "too few pictures without a defect for a false alarm rate of %g: %s; give more with "
                                   "--good, or type that rate with --false-alarms",
                                   t->rate, few);
    free(none);
    free(few);
    return status;
}

int predict_remark(finished_run *run, const predict_files *f, const predict_threshold *t)
{
    if (remark_files(run, f) < 0 || remark_unknown(run, f) < 0 || remark_few(run, f, t) < 0)
        return -1;
    return t->common == 0 ? 0
                          : finished_run_warn(run,
                                              "%d of the pictures chose the thresholds themselves: of these more or "
                                              "fewer than %g may be called defective",
                                              t->common, t->rate);
}
