#include "report_caption.h"
#include "../base/diag.h"
#include "report_chance.h"
#include "report_claims.h"
#include "report_costs.h"
#include "report_pieces.h"
#include "report_printed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_LIMIT = 16 };

typedef struct caption {
    const report_numbers *of;
    FILE *out;
    arena *memory;
} caption;

/* What a run has of something: its item 0, 1, ...; NULL: no more. */
typedef const char *run_text(arena *, const run_record *, int item);

typedef struct text_list { /* distinct texts, in order */
    const char *text[LIST_LIMIT];
    int count;
    bool cut; /* there were more */
} text_list;

static void list_add(text_list *list, const char *text)
{
    bool known = false;
    for (int i = 0; !known && i < list->count; i++)
        known = strcmp(list->text[i], text) == 0;
    list->cut |= !known && list->count == LIST_LIMIT;
    if (!known && list->count < LIST_LIMIT)
        list->text[list->count++] = text;
}

/* "Seeds: 0, 1." */
static void print_seeds(const text_list *seeds, FILE *out)
{
    for (int i = 0; i < seeds->count; i++)
        fprintf(out, "%s%s", i ? ", " : seeds->count == 1 ? "Seed: " : "Seeds: ", seeds->text[i]);
    if (seeds->count > 0)
        fprintf(out, "%s.\n", seeds->cut ? ", ..." : "");
}

/* "Data: a." or "Data: a; b (the runs differ in this)." */
static void print_list(const char *title, const text_list *list, bool must_agree, FILE *out)
{
    if (list->count == 0)
        return;
    fprintf(out, "%s: ", title);
    for (int i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? "; " : "", list->text[i]);
    fprintf(out, "%s%s.\n", list->cut ? "; and more" : "",
            must_agree && list->count > 1 ? " (the runs differ in this: do not compare them)" : "");
}

static const char *text_or(const char *text, const char *other)
{
    return text && *text ? text : other;
}

static const char *data_of(arena *memory, const run_record *run, int item)
{
    return item ? NULL
                : arena_print(memory, "%s (SHA-256 %.12s)", text_or(run->data, "not recorded"),
                              text_or(run->data_hash, "unknown"));
}

/* Without the threads, which change no result. */
static const char *engine_of(arena *memory, const run_record *run, int item)
{
    const char *backend = text_or(run->backend, "unknown"), *threads = strstr(backend, " threads");
    while (threads && threads > backend && threads[-1] != ',')
        threads--;
    return item ? NULL
                : arena_print(memory, "version %s, %.*s", text_or(run->version, "unknown"),
                              threads && threads > backend ? (int)(threads - backend) - 1 : (int)strlen(backend),
                              backend);
}

/* What must agree of it; other kernels of one device are told apart by print_kernels. */
static const char *program_of(arena *memory, const run_record *run, int item)
{
    const char *backend = text_or(run->backend, "unknown");
    return item ? NULL
                : arena_print(memory, "%s %.*s", text_or(run_record_numbers(run), "unknown"),
                              (int)strcspn(backend, ":"), backend);
}

static const char *threads_of(arena *memory, const run_record *run, int item)
{
    return item == 0 && run->threads > 0 ? arena_print(memory, "%d", run->threads) : NULL;
}

static const char *kernels_of(arena *memory, const run_record *run, int item)
{
    return item == 0 && run->core_type && *run->core_type ? arena_print(memory, "%s", run->core_type) : NULL;
}

static const char *seed_of(arena *memory, const run_record *run, int item)
{
    return item ? NULL : arena_print(memory, "%d", run->seed);
}

static const char *protocol_of(arena *memory, const run_record *run, int item)
{
    return item ? NULL : arena_print(memory, "%s", text_or(run->protocol, "not recorded"));
}

static const char *weights_of(arena *memory, const run_record *run, int item)
{
    const run_weights *w = &run->weights[item];
    return item < run->weight_count ? arena_print(memory, "%s (SHA-256 %.12s)", w->path, w->hash) : NULL;
}

static const char *note_of(arena *memory, const run_record *run, int item)
{
    return item < run->note_count ? arena_print(memory, "%s", run->notes[item]) : NULL;
}

/* The distinct values of something over all runs of the report. */
static text_list list_of(const caption *c, run_text *of)
{
    text_list list = { .count = 0 };
    const char *text;
    for (int r = 0; r < c->of->experiment->row_count; r++)
        for (int i = 0; i < c->of->row[r].runs; i++)
            for (int item = 0; (text = of(c->memory, c->of->row[r].run[i], item)); item++)
                list_add(&list, text);
    return list;
}

static void print_runs(const caption *c, const char *title, run_text *of, bool must_agree)
{
    const text_list list = list_of(c, of);
    print_list(title, &list, must_agree, c->out);
}

static void print_engine(const caption *c)
{
    print_runs(c, "Engine", engine_of, false);
    if (list_of(c, program_of).count > 1)
        fprintf(c->out, "The runs differ in version or device: do not compare them.\n");
    print_runs(c, "Threads, which change no result", threads_of, false);
}

/* Rows of which a run is on these kernels. */
static void print_rows_on(const report_numbers *t, const char *kernels, FILE *out)
{
    int named = 0;
    for (int r = 0; r < t->experiment->row_count; r++) {
        bool on = false;
        for (int i = 0; i < t->row[r].runs && !on; i++)
            on = strcmp(text_or(t->row[r].run[i]->core_type, ""), kernels) == 0;
        if (on)
            fprintf(out, "%s%s", named++ ? ", " : "", t->experiment->rows[r].name);
    }
}

/* The kind of kernels, which rounds in its own way: "Kernels: A." or "Kernels: i, ii on A; iii on B (...)." */
static void print_kernels(const caption *c)
{
    const text_list list = list_of(c, kernels_of);
    FILE *out = c->out;
    if (list.count == 1)
        fprintf(out, "Kernels: %s; machines of the same kernels give the same bits.\n", list.text[0]);
    for (int i = 0; list.count > 1 && i < list.count; i++) {
        fputs(i ? "; " : "Kernels: ", out);
        if (c->of->experiment->row_count > 1) {
            print_rows_on(c->of, list.text[i], out);
            fputs(" on ", out);
        }
        fputs(list.text[i], out);
    }
    if (list.count > 1)
        fprintf(out, " (the runs differ in this: kernels round differently, and training makes more of it).\n");
}

static void print_notes(const caption *c)
{
    const text_list list = list_of(c, note_of);
    for (int i = 0; i < list.count; i++)
        fprintf(c->out, "Note: %s\n", list.text[i]);
    if (list.cut)
        fprintf(c->out, "Note: there are more notes in the runs' own files.\n");
}

/* Rows without any run for this reason; REPORT_VALUE: that have finished otherwise, whatever the reason. */
static void print_missing(const report_numbers *t, const char *title, report_state why, FILE *out)
{
    int missing = 0;
    for (int r = 0; r < t->experiment->row_count; r++) {
        const experiment_row *row = &t->experiment->rows[r];
        report_state state = report_cell_of(t, r, NULL, EXPERIMENT_MEAN).state;
        bool otherwise = why == REPORT_VALUE && row->applicable && row->others > 0;
        if (t->row[r].runs == 0 && (state == why || otherwise))
            fprintf(out, "%s%s", missing++ ? ", " : title, row->name);
    }
    if (missing)
        fprintf(out, ".\n");
}

/* What gains are, and what their intervals cover. */
static void print_gains(const report_numbers *t, FILE *out)
{
    const experiment *e = t->experiment;
    if (e->gain < 0 && e->claim_count == 0)
        return;
    if (e->gain >= 0)
        fprintf(out, "Gain: percentage points over row %s, of the same seeds.\n", e->rows[e->gain].name);
    if (t->undrawn)
        fprintf(out, "Some intervals are missing: %s.\n", t->undrawn);
    fprintf(out,
            "[ ]: 95 %% interval of a difference: the middle of %d draws of the test pictures (bootstrap: within each "
            "class, good and defective ones apart, the same for both rows and all seeds)%s\n",
            (int)BOOTSTRAP_SAMPLES,
            t->most > 1 ? ", widened by Student's t for so few seeds; of one seed it says nothing about others."
                        : "; of one seed it says nothing about others.");
}

/* Rows that train nothing, and what is marked. */
static void print_baselines(const report_numbers *t, FILE *out)
{
    const experiment *e = t->experiment;
    int named = 0;
    bool below = false;
    for (int r = 0; r < e->row_count; r++) {
        if (e->rows[r].baseline)
            fprintf(out, "%s%s",
                    named++ ? ", " : "Baseline, which trains nothing and is not of the paper: ", e->rows[r].name);
        for (int c = 0; c < e->columns; c++)
            below |= report_is_below(t, r, e->column[c]);
    }
    if (named)
        fprintf(out, below ? ". ▾: below it.\n" : ".\n");
}

static void print_values(const caption *c)
{
    const report_numbers *t = c->of;
    const text_list seeds = list_of(c, seed_of);
    FILE *out = c->out;
    if (t->most > 1)
        fprintf(out,
                "Values: percent, mean ± sample standard deviation (n - 1) over the training's seeds alone: it does "
                "not cover the choice of test pictures.\n");
    else
        fprintf(out, "Values: percent, of one run a row.\n");
    print_seeds(&seeds, out);
    bool mean = false;
    for (int i = 0; i < t->experiment->columns; i++)
        mean |= t->experiment->column[i] == EXPERIMENT_MEAN;
    if (mean || t->experiment->layout == LAYOUT_CLASSES)
        fprintf(out, "Mean: the plain mean of the other metrics.\n");
    if (t->experiment->layout == LAYOUT_CLASSES)
        fprintf(out, "%s: the mean of the means over the classes.\n", t->experiment->total);
    bool cells = t->experiment->layout == LAYOUT_GRID;
    if (cells && t->experiment->grid.where)
        fprintf(out, "×: a combination outside of the grid, in which %s.\n", t->experiment->grid.where->value);
    print_gains(t, out);
    if (t->any_paper)
        fprintf(out, "Paper: the values the paper prints, from its own data and encoder%s.\n",
                !report_comparable(t) ? ": where these differ, of another experiment, in which gains can be compared "
                                        "and values cannot"
                : cells               ? ""
                                      : "; Δ: this run minus the paper");
    report_printed(t, out);
}

/* The rows that cannot stand for that reason, where none before it has it. */
static void print_lacking(const experiment *e, int first, FILE *out)
{
    const char *why = e->rows[first].lacks;
    for (int r = 0; r < first; r++)
        if (e->rows[r].lacks && strcmp(e->rows[r].lacks, why) == 0)
            return;
    for (int r = first; r < e->row_count; r++)
        if (e->rows[r].lacks && strcmp(e->rows[r].lacks, why) == 0)
            fprintf(out, "%s%s", r > first ? ", " : "n/a: ", e->rows[r].name);
    fprintf(out, ": %s.\n", why);
}

static void print_swapped(const caption *c)
{
    const experiment *e = c->of->experiment;
    if (e->swapped)
        fprintf(c->out, "In every line: %s%s.\n", e->swapped,
                *e->note ? "; what the scale says above of its own modules and sizes is not of these runs" : "");
    for (int r = 0; r < e->row_count; r++)
        if (e->rows[r].lacks)
            print_lacking(e, r, c->out);
}

/* Where rows are of several groups, of each by itself. */
static void print_weights(const caption *c)
{
    const report_numbers *t = c->of;
    const experiment *e = t->experiment;
    const char *text;
    bool several = false;
    for (int r = 0; r < e->row_count; r++)
        several |= report_group(t, r) != 0;
    for (int group = 0; several && group < e->row_count; group++) {
        text_list list = { .count = 0 };
        for (int r = group; r < e->row_count; r++)
            for (int i = 0; report_group(t, r) == group && i < t->row[r].runs; i++)
                for (int item = 0; (text = weights_of(c->memory, t->row[r].run[i], item)); item++)
                    list_add(&list, text);
        char *title = arena_print(c->memory, "Weights, %s", e->rows[group].group);
        print_list(title ? title : "Weights", &list, false, c->out);
    }
    if (!several)
        print_runs(c, "Weights", weights_of, false);
}

static void print_sentence(const char *text, FILE *out)
{
    if (*text)
        fprintf(out, "%s\n", text);
}

char *report_caption(const report_numbers *t, arena *memory)
{
    char *text = NULL;
    size_t size;
    const caption c = { t, open_memstream(&text, &size), memory };
    if (c.out) {
        print_sentence(t->experiment->caption, c.out);
        print_baselines(t, c.out);
        report_claims(t, c.out);
        report_chance(t, c.out);
        print_sentence(t->experiment->note, c.out);
        if (t->experiment->changes && *t->experiment->changes)
            fprintf(c.out, "Changed on the command line: %s.\n", t->experiment->changes);
        print_swapped(&c);
        print_values(&c);
        if (t->experiment->layout == LAYOUT_CLASSES)
            report_costs_say(t, c.out);
        fprintf(c.out, "Scale: %s.\n", text_or(t->experiment->scale, "none"));
        print_runs(&c, "Data", data_of, true);
        print_weights(&c);
        print_runs(&c, "Protocol", protocol_of, true);
        print_engine(&c);
        print_kernels(&c);
        if (*text_or(t->experiment->absent, ""))
            fprintf(c.out, "Not here, for want of a setting: %s.\n", t->experiment->absent);
        print_missing(t, "Not run: ", REPORT_NOT_RUN, c.out);
        print_missing(t, "Not asked for: ", REPORT_NOT_ASKED, c.out);
        print_missing(t, "Finished with other settings, data, weights or code, and so not shown: ", REPORT_VALUE,
                      c.out);
        print_notes(&c);
    }
    if (c.out && fclose(c.out) == 0)
        return arena_keep(memory, text);
    free(text);
    complain("out of memory for a caption");
    return NULL;
}
