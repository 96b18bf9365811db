#include "predict_remark.h"
#include "../base/diag.h"
#include <stdio.h>
#include <stdlib.h>

static int remark_files(predict_run *run, const predict_files *f)
{
    char *rest = f->rest.count > 0 ? folder_rest_say(&f->rest) : NULL;
    int status = rest ? predict_run_warn(run, "%s", rest) : f->rest.count > 0 ? -1 : 0;
    free(rest);
    if (status == 0 && f->again > 0)
        status = predict_run_warn(run, "%d pictures were named more than once; each is scored once", f->again);
    return status;
}

static int count_of(const predict_files *f, int class_index)
{
    int count = 0;
    for (int i = 0; i < f->count; i++)
        count += f->file[i].class_index == class_index;
    return count;
}

static int remark_unknown(predict_run *run, const predict_files *f)
{
    int unknown = count_of(f, -1);
    return unknown == 0 ? 0
                        : predict_run_warn(run,
                                           "the class of %d pictures is not known (no path CLASS/test/STATE/FILE with "
                                           "a class of the run): they are judged by the threshold of all classes "
                                           "together, though each has its own scale; --class NAME says the class",
                                           unknown);
}

static void print_few(const predict_run *run, const predict_threshold *t, int c, FILE *to)
{
    int n = t->of[c].pictures;
    fprintf(to, "%s (%d", run->record.classes[c].name, n);
    if (n > 0)
        fprintf(to, "; --false-alarms %.3g would do", predict_threshold_least(n));
    fputc(')', to);
}

static int remark_few(predict_run *run, const predict_files *f, const predict_threshold *t)
{
    char *names = NULL;
    size_t length = 0;
    int count = 0;
    FILE *to = open_memstream(&names, &length);
    if (!to)
        return complain("out of memory for a warning");
    for (int c = 0; c < t->classes; c++)
        if (!t->of[c].chosen && count_of(f, c) > 0) {
            fputs(count++ ? ", " : "", to);
            print_few(run, t, c, to);
        }
    int status = fclose(to) == 0 ? 0 : complain("out of memory for a warning");
    if (status == 0 && count > 0)
        status = predict_run_warn(run,
                                  "too few pictures without a defect for a rate of %g have: %s; pictures of these "
                                  "classes are judged by the threshold of all classes together",
                                  t->rate, names);
    free(names);
    return status;
}

int predict_remark(predict_run *run, const predict_files *f, const predict_threshold *t)
{
    if (remark_files(run, f) < 0 || remark_unknown(run, f) < 0 || remark_few(run, f, t) < 0)
        return -1;
    return t->common == 0 ? 0
                          : predict_run_warn(run,
                                             "%d of the pictures chose the thresholds themselves: of these more or "
                                             "fewer than %g may be called defective",
                                             t->common, t->rate);
}
