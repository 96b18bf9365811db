#include "predict_threshold.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void predict_threshold_free(predict_threshold *t)
{
    free(t->of);
    free(t->from);
    *t = (predict_threshold){ 0 };
}

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The greatest m with m / n <= rate: the quotient, not the product, is compared, since 0.29 * 100 is below 29. */
static int most_below(int n, double rate)
{
    int m = (int)(rate * n);
    while (m < n && (double)(m + 1) / n <= rate)
        m++;
    while (m > 0 && (double)m / n > rate)
        m--;
    return m;
}

double predict_threshold_least(int n)
{
    double least = 1.0 / (n + 1), unit = pow(10, floor(log10(least)) - 2), rounded = ceil(least / unit) * unit;
    return rounded < least ? rounded + unit : rounded;
}

static int complain_of_few(int n, double rate)
{
    const double needed = ceil(1 / rate) - 1;
    if (n < 1)
        return complain("a false alarm rate of %g needs at least %.0f defect-free pictures, there are none; give some "
                        "with --good",
                        rate, needed);
    return complain("a false alarm rate of %g needs at least %.0f defect-free pictures, there are %d; give more with "
                    "--good, or type --false-alarms %.3g, which %d can promise",
                    rate, needed, n, predict_threshold_least(n), n);
}

int predict_threshold_rule(double *score, int n, double rate, double *threshold)
{
    int most = most_below(n + 1, rate);
    if (most < 1)
        return complain_of_few(n, rate);
    qsort(score, (size_t)n, sizeof *score, by_value);
    *threshold = score[n - most];
    return 0;
}

const predict_limit *predict_threshold_of(const predict_threshold *t, int class_index)
{
    return class_index >= 0 && t->of[class_index].pictures > 0 ? &t->of[class_index] : &t->all;
}

/* ---- the defect-free pictures ---- */

enum { IMAGE, GREATEST, MEDIAN, KINDS };

typedef struct good_score {
    int class_index;
    double value[KINDS]; /* the picture's score, and of its map */
} good_score;

typedef struct good_scores {
    int *class_index;  /* by picture asked for */
    const char **path; /* by picture asked for; NULL: it has no file */
    good_score *read;  /* by picture that could be read */
    double *room;      /* a map; a class's scores */
    char *reason;      /* of the first that could not be read */
    int count, unread;
} good_scores;

static double median_of(double *value, size_t n)
{
    qsort(value, n, sizeof *value, by_value);
    return value[n / 2];
}

static int take_batch(good_scores *g, const predict_walk *batch)
{
    const size_t area = (size_t)batch->size * (size_t)batch->size;
    for (int i = 0; i < batch->count; i++) {
        if (batch->reason[i]) {
            if (g->unread++ == 0 && !(g->reason = take_text("%s", batch->reason[i])))
                return -1;
            continue;
        }
        for (size_t k = 0; k < area; k++)
            g->room[k] = (double)batch->maps[(size_t)i * area + k];
        const double median = median_of(g->room, area); /* sorts them */
        g->read[g->count++] =
            (good_score){ g->class_index[batch->first + i], { batch->score[i], g->room[area - 1], median } };
    }
    return 0;
}

static int take_all(good_scores *g, predict_walk walk)
{
    walk.label = "defect-free pictures";
    while (predict_next(&walk))
        walk.status = take_batch(g, &walk);
    return walk.status;
}

static int make_room(good_scores *g, int count, int size)
{
    size_t n = (size_t)count, area = (size_t)size * (size_t)size;
    g->class_index = take(n, sizeof *g->class_index, "the classes of defect-free pictures");
    g->path = take(n, sizeof *g->path, "the paths of defect-free pictures");
    g->read = take(n, sizeof *g->read, "the scores of defect-free pictures");
    g->room = take(area > n ? area : n, sizeof *g->room, "a map");
    return g->class_index && g->path && g->read && g->room ? 0 : -1;
}

static void release(good_scores *g)
{
    free(g->class_index);
    free((void *)g->path);
    free(g->reason);
    free(g->read);
    free(g->room);
}

/* A picture's own path says its class; where it does not, the command line may. */
static void classify(const finished_run *run, predict_files *files, int named, good_scores *g)
{
    predict_class_assign(run, files, -1);
    for (int i = 0; i < files->count; i++) {
        g->class_index[i] = files->file[i].class_index >= 0 ? files->file[i].class_index : named;
        g->path[i] = files->file[i].path;
    }
}

static int note_rest(finished_run *run, const predict_files *files, const char *good)
{
    char *rest = files->rest.count > 0 ? folder_rest_say(&files->rest) : NULL;
    int status = rest ? finished_run_warn(run, "--good %s: %s", good, rest) : files->rest.count > 0 ? -1 : 0;
    free(rest);
    return status;
}

/* Leaves out what lies among the defects of a data set, and says so; also which the run may have been trained on. */
static int leave_defects(finished_run *run, predict_files *f, const char *good)
{
    int kept = 0, left = 0, trained = 0;
    for (int i = 0; i < f->count; i++) {
        predict_state state = predict_class_state(f->file[i].whole);
        trained += state == PREDICT_TRAINED;
        left += state == PREDICT_DEFECTIVE;
        predict_file swap = f->file[kept];
        if (state != PREDICT_DEFECTIVE) {
            f->file[kept++] = f->file[i];
            f->file[i] = swap;
        }
    }
    for (int i = kept; i < f->count; i++) {
        free(f->file[i].path);
        free(f->file[i].whole);
    }
    f->count = kept;
    if (left > 0 &&
        finished_run_warn(run, "--good %s: left out, as they lie in test folders other than good: %d", good, left) < 0)
        return -1;
    return trained == 0 ? 0
                        : finished_run_warn(run,
                                            "--good %s: %d lie in a folder train; if the run was trained on them, new "
                                            "pictures score higher, and more are called defective than the rate says",
                                            good, trained);
}

static int score_given(finished_run *run, const predict_files *judged, const predict_good *good, predict_threshold *t,
                       good_scores *g)
{
    predict_files files = { .out = judged->out };
    int status = predict_files_add(&files, good->path);
    if (status == 0)
        status = predict_files_unique(&files) < 0 || note_rest(run, &files, good->path) < 0 ||
                         leave_defects(run, &files, good->path) < 0
                     ? -1
                     : 0;
    if (status == 0)
        status = make_room(g, files.count, run->input.size);
    if (status == 0) {
        classify(run, &files, good->named, g);
        t->common = predict_files_common(judged, g->path, files.count);
        status = t->common < 0 ? -1 : take_all(g, (predict_walk){ .run = run, .files = &files });
    }
    if (status == 0 && g->unread > 0)
        status =
            finished_run_warn(run,
                              "%d of the %d pictures of %s could not be read and are left out of the threshold; the "
                              "first: %s",
                              g->unread, files.count, good->path, g->reason);
    t->from = take_text("the pictures of %s", good->path);
    predict_files_free(&files);
    return t->from ? status : -1;
}

static int score_own(finished_run *run, const predict_files *judged, predict_threshold *t, good_scores *g)
{
    const dataset *d = finished_run_data(run);
    int count = 0, *own = d ? take((size_t)d->pictures, sizeof *own, "the test pictures") : NULL;
    for (int i = 0; own && i < d->pictures; i++)
        if (d->picture[i].test && d->picture[i].good)
            own[count++] = i;
    int status = own ? make_room(g, count, run->input.size) : -1;
    for (int i = 0; status == 0 && i < count; i++) {
        const char *class_name = d->picture[own[i]].class_name; /* every one of the data is in the record */
        g->class_index[i] = run_record_class(&run->record, class_name, strlen(class_name));
        g->path[i] = d->picture[own[i]].path;
    }
    if (status == 0)
        status = (t->common = predict_files_common(judged, g->path, count)) < 0 ? -1 : 0;
    if (status == 0 && count > 0)
        status = take_all(g, (predict_walk){ .run = run, .own = own, .owned = count });
    t->from = status == 0 ? take_text("the test pictures without a defect of the run's own data %s", d->spec) : NULL;
    free(own);
    return t->from ? 0 : -1;
}

/* Into g->room: numbers of this kind of one class, or of all (-1). How many they are. */
static int gather(good_scores *g, int kind, int class_index)
{
    int n = 0;
    for (int i = 0; i < g->count; i++)
        if (class_index < 0 || g->read[i].class_index == class_index)
            g->room[n++] = g->read[i].value[kind];
    return n;
}

static int choose(good_scores *g, int class_index, double rate, predict_limit *to)
{
    int n = gather(g, IMAGE, class_index);
    if (predict_threshold_rule(g->room, n, rate, &to->image) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        to->above += g->room[i] > to->image;
    gather(g, GREATEST, class_index);
    if (predict_threshold_rule(g->room, n, rate, &to->pixel) < 0)
        return -1;
    gather(g, MEDIAN, class_index);
    to->calm = median_of(g->room, (size_t)n);
    to->pictures = n;
    to->rate = rate;
    return 0;
}

static int choose_all(predict_threshold *t, good_scores *g, int classes)
{
    t->of = take_zeroed((size_t)classes, sizeof *t->of, "the thresholds");
    if (!t->of || choose(g, -1, t->rate, &t->all) < 0)
        return -1;
    t->classes = classes;
    for (int c = 0; c < classes; c++) {
        double least = 1.0 / (gather(g, IMAGE, c) + 1);
        if (least < 1 && choose(g, c, least > t->rate ? least : t->rate, &t->of[c]) < 0)
            return -1;
    }
    return 0;
}

int predict_threshold_choose(finished_run *run, const predict_files *judged, const predict_good *good,
                             predict_threshold *t)
{
    good_scores g = { NULL };
    *t = (predict_threshold){ .rate = good->rate };
    int status = good->path ? score_given(run, judged, good, t, &g) : score_own(run, judged, t, &g);
    if (status == 0)
        status = choose_all(t, &g, run->record.class_count);
    release(&g);
    return status;
}
