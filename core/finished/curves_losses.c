#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "curves.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct loss_log {      /* one losses.tsv */
    char *path, *label, *text; /* text: cut at tabs and ends of lines */
    char **name;               /* of the terms, in text */
    double *value;             /* (epochs, terms) */
    int terms, epochs, seed;
} loss_log;

static void log_free(loss_log *l)
{
    free(l->path);
    free(l->label);
    free(l->text);
    free(l->name);
    free(l->value);
}

/* ---- reading ---- */

static int read_names(loss_log *l, char *line)
{
    char *rest = line, *word = strsep(&rest, "\t");
    if (strcmp(word, "epoch") != 0 || !rest)
        return complain("%s:1: the first line must be 'epoch' and the names of losses; run it again with --again",
                        l->path);
    while ((word = strsep(&rest, "\t"))) {
        char **more = take_again(l->name, (size_t)l->terms + 1, sizeof *more, "the names of losses");
        if (!more)
            return -1;
        l->name = more;
        l->name[l->terms++] = word;
        if (name_read(word) < 0)
            return complain("%s:1: '%s' begins with a backslash, but " NAME_RULE, l->path, word);
    }
    return 0;
}

/* Epoch number `epochs + 1` and a number for each term. */
static int read_epoch(loss_log *l, char *line)
{
    double *more = take_again(l->value, (size_t)(l->epochs + 1) * (size_t)l->terms, sizeof *more, "the losses");
    if (!more)
        return -1;
    l->value = more;
    char *rest = line;
    for (int i = -1; i < l->terms; i++) {
        char *word = strsep(&rest, "\t"), *end = NULL;
        double number = word ? strtod(word, &end) : 0;
        if (!word || end == word || *end || (i < 0 && number != l->epochs + 1) || (i == l->terms - 1 && rest))
            return complain("%s:%d: it must be the epoch %d and %d numbers; run it again with --again", l->path,
                            l->epochs + 2, l->epochs + 1, l->terms);
        if (i >= 0)
            l->value[l->epochs * l->terms + i] = number;
    }
    l->epochs++;
    return 0;
}

static int read_log(loss_log *l, const predict_run *run)
{
    file_map map = { 0 };
    l->seed = run->record.seed;
    l->path = take_text("%s/losses.tsv", run->folder);
    l->label = curves_label(&run->record, false);
    if (!l->path || !l->label || file_map_open(l->path, &map) < 0)
        return -1;
    l->text = take_text("%.*s", (int)map.size, (const char *)map.data);
    file_map_close(&map);
    char *rest = l->text, *line = rest ? strsep(&rest, "\n") : NULL;
    int status = line ? read_names(l, line) : -1;
    while (status == 0 && (line = strsep(&rest, "\n")))
        if (*line)
            status = read_epoch(l, line);
    return status < 0 || l->epochs > 0 ? status : complain("%s: it holds no epoch; run it again with --again", l->path);
}

/* ---- runs that belong together ---- */

typedef struct loss_curves {
    loss_log *log;
    int logs;
    double *weight; /* (epochs, terms) of the first log */
} loss_curves;

/* Lives through the epochs as a training does: modules may change the weights of losses. */
static int find_weights(loss_curves *c, predict_run *run)
{
    const loss_log *first = &c->log[0];
    const graph *g = run->model.train;
    c->weight = take((size_t)first->epochs * (size_t)first->terms, sizeof *c->weight, "the losses");
    if (!c->weight)
        return -1;
    for (int e = 0; e < first->epochs; e++) {
        if (model_begin_epoch(&run->model, e) < 0)
            return -1;
        for (int i = 0; i < first->terms; i++)
            c->weight[e * first->terms + i] = i < g->losses ? g->loss[i].weight : (double)NAN;
    }
    return 0;
}

/* The next line at *at that is not the seed's, its length in *length; NULL: there is none. */
static const char *next_setting(const char **at, size_t *length)
{
    static const char seed[] = "run.seed = ";
    while (**at) {
        const char *line = *at;
        *length = strcspn(line, "\n");
        *at += *length + (line[*length] == '\n');
        if (strncmp(line, seed, sizeof seed - 1) != 0)
            return line;
    }
    return NULL;
}

static bool same_settings(const char *a, const char *b)
{
    const char *x, *y;
    size_t n = 0, m = 0;
    do {
        x = next_setting(&a, &n);
        y = next_setting(&b, &m);
        if (!x != !y || (x && (n != m || memcmp(x, y, n) != 0)))
            return false;
    } while (x);
    return true;
}

static int check_alike(const loss_log *a, const loss_log *b)
{
    bool alike = a->terms == b->terms && a->epochs == b->epochs;
    for (int i = 0; alike && i < a->terms; i++)
        alike = strcmp(a->name[i], b->name[i]) == 0;
    return alike ? 0
                 : complain("%s and %s have other losses or epochs; name runs that differ in their seed alone", a->path,
                            b->path);
}

static int read_run(loss_curves *c, const char *folder, const predict_options *options, char **chosen)
{
    predict_run run = { 0 };
    loss_log *log = &c->log[c->logs++];
    int status = predict_run_open(&run, folder, options);
    if (status == 0)
        status = read_log(log, &run);
    if (status == 0 && c->logs == 1) {
        *chosen = take_text("%s", run.record.settings);
        status = *chosen ? find_weights(c, &run) : -1;
    } else if (status == 0) {
        status = same_settings(*chosen, run.record.settings)
                     ? check_alike(&c->log[0], log)
                     : complain("%s and %s have other settings; name runs that differ in their seed alone",
                                c->log[0].path, log->path);
    }
    predict_run_close(&run);
    return status;
}

/* ---- writing ---- */

static void print_row(const loss_curves *c, int epoch, int term, FILE *to)
{
    int terms = c->log[0].terms, at = epoch * terms + term;
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (int i = 0; i < c->logs; i++) {
        double value = c->log[i].value[at];
        least = value < least ? value : least;
        most = value > most ? value : most;
        sum += value;
    }
    name_cell(c->log[0].label, to);
    name_cell(c->log[0].name[term], to);
    fprintf(to, "%d", epoch + 1);
    number_print_tabbed((double[]){ c->weight[at], least, sum / c->logs, most }, 4, to);
    for (int i = 0; i < c->logs; i++)
        number_print_tabbed(&c->log[i].value[at], 1, to);
    fprintf(to, "\n");
}

static int write_curves(const loss_curves *c, const char *out)
{
    file_draft *draft = file_draft_open(out);
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "run\tterm\tepoch\tweight\tleast\tmean\tmost");
    for (int i = 0; i < c->logs; i++)
        fprintf(to, "\tseed %d", c->log[i].seed);
    fprintf(to, "\n");
    for (int term = 0; term < c->log[0].terms; term++) {
        for (int e = 0; e < c->log[0].epochs; e++)
            print_row(c, e, term, to);
        fprintf(to, "\n");
    }
    return file_commit(draft);
}

int curves_losses(const char *const *folders, int count, const predict_options *options, const char *out)
{
    if (count < 1)
        return complain("losses are of one run at least; name one");
    loss_curves c = { .log = take_zeroed((size_t)count, sizeof *c.log, "the losses") };
    char *chosen = NULL;
    int status = c.log ? 0 : -1;
    for (int i = 0; i < count && status == 0; i++)
        status = read_run(&c, folders[i], options, &chosen);
    if (status == 0)
        status = write_curves(&c, out);
    for (int i = 0; i < c.logs; i++)
        log_free(&c.log[i]);
    free(c.log);
    free(c.weight);
    free(chosen);
    return status;
}
