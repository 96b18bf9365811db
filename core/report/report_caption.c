#include "report_caption.h"
#include "../base/diag.h"
#include "report_printed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_LIMIT = 16 };

typedef struct text_list { /* distinct texts, in order */
    char *text[LIST_LIMIT];
    int count;
    bool cut; /* there were more */
} text_list;

/* Takes over `text`. */
static void list_add(text_list *list, char *text)
{
    bool known = text == NULL;
    for (int i = 0; !known && i < list->count; i++)
        known = strcmp(list->text[i], text) == 0;
    if (!known && list->count < LIST_LIMIT) {
        list->text[list->count++] = text;
        return;
    }
    list->cut |= !known;
    free(text);
}

static void list_free(text_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->text[i]);
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

/* What a run has of something: its item 0, 1, ...; NULL: no more. */
static char *data_of(const run_record *run, int item)
{
    return item ? NULL
                : take_text("%s (SHA-256 %.12s)", text_or(run->data, "not recorded"),
                            text_or(run->data_hash, "unknown"));
}

/* Without the threads, which change no result. */
static char *engine_of(const run_record *run, int item)
{
    const char *backend = text_or(run->backend, "unknown"), *threads = strstr(backend, " threads");
    while (threads && threads > backend && threads[-1] != ',')
        threads--;
    return item
               ? NULL
               : take_text("version %s, %.*s", text_or(run->version, "unknown"),
                           threads && threads > backend ? (int)(threads - backend) - 1 : (int)strlen(backend), backend);
}

/* What must agree of it; other kernels of one device are told apart by print_kernels. */
static char *program_of(const run_record *run, int item)
{
    const char *backend = text_or(run->backend, "unknown");
    return item
               ? NULL
               : take_text("%s %.*s", text_or(run_record_numbers(run), "unknown"), (int)strcspn(backend, ":"), backend);
}

static char *threads_of(const run_record *run, int item)
{
    return item == 0 && run->threads > 0 ? take_text("%d", run->threads) : NULL;
}

static char *kernels_of(const run_record *run, int item)
{
    return item == 0 && run->core_type && *run->core_type ? take_text("%s", run->core_type) : NULL;
}

static char *seed_of(const run_record *run, int item)
{
    return item ? NULL : take_text("%d", run->seed);
}

static char *protocol_of(const run_record *run, int item)
{
    return item ? NULL : take_text("%s", text_or(run->protocol, "not recorded"));
}

static char *weights_of(const run_record *run, int item)
{
    const run_weights *w = &run->weights[item];
    return item < run->weight_count ? take_text("%s (SHA-256 %.12s)", w->path, w->hash) : NULL;
}

static char *note_of(const run_record *run, int item)
{
    return item < run->note_count ? take_text("%s", run->notes[item]) : NULL;
}

/* The distinct values of something over all runs of the report. */
static void list_runs(const report_numbers *t, char *(*of)(const run_record *, int), text_list *list)
{
    char *text;
    for (int r = 0; r < t->experiment->row_count; r++)
        for (int i = 0; i < t->row[r].runs; i++)
            for (int item = 0; (text = of(t->row[r].run[i], item)); item++)
                list_add(list, text);
}

static void print_runs(const report_numbers *t, const char *title, char *(*of)(const run_record *, int),
                       bool must_agree, FILE *out)
{
    text_list list = { 0 };
    list_runs(t, of, &list);
    print_list(title, &list, must_agree, out);
    list_free(&list);
}

static void print_engine(const report_numbers *t, FILE *out)
{
    text_list programs = { 0 }, threads = { 0 };
    list_runs(t, program_of, &programs);
    list_runs(t, threads_of, &threads);
    print_runs(t, "Engine", engine_of, false, out);
    if (programs.count > 1)
        fprintf(out, "The runs differ in version or device: do not compare them.\n");
    print_list("Threads, which change no result", &threads, false, out);
    list_free(&programs);
    list_free(&threads);
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
static void print_kernels(const report_numbers *t, FILE *out)
{
    text_list list = { 0 };
    list_runs(t, kernels_of, &list);
    if (list.count == 1)
        fprintf(out, "Kernels: %s; machines of the same kernels give the same bits.\n", list.text[0]);
    for (int i = 0; list.count > 1 && i < list.count; i++) {
        fputs(i ? "; " : "Kernels: ", out);
        if (t->experiment->row_count > 1) {
            print_rows_on(t, list.text[i], out);
            fputs(" on ", out);
        }
        fputs(list.text[i], out);
    }
    if (list.count > 1)
        fprintf(out, " (the runs differ in this: kernels round differently, and training makes more of it).\n");
    list_free(&list);
}

static void print_notes(const report_numbers *t, FILE *out)
{
    text_list list = { 0 };
    list_runs(t, note_of, &list);
    for (int i = 0; i < list.count; i++)
        fprintf(out, "Note: %s\n", list.text[i]);
    if (list.cut)
        fprintf(out, "Note: there are more notes in the runs' own files.\n");
    list_free(&list);
}

static bool not_run(const experiment_row *row)
{
    return row->applicable && !row->unasked;
}

static bool not_asked(const experiment_row *row)
{
    return row->applicable && row->unasked;
}

static bool run_otherwise(const experiment_row *row)
{
    return row->applicable && row->others > 0;
}

/* Rows without any run that are so. */
static void print_missing(const report_numbers *t, const char *title, bool (*is)(const experiment_row *), FILE *out)
{
    int missing = 0;
    for (int r = 0; r < t->experiment->row_count; r++)
        if (t->row[r].runs == 0 && is(&t->experiment->rows[r]))
            fprintf(out, "%s%s", missing++ ? ", " : title, t->experiment->rows[r].name);
    if (missing)
        fprintf(out, ".\n");
}

static void print_values(const report_numbers *t, FILE *out)
{
    text_list seeds = { 0 };
    list_runs(t, seed_of, &seeds);
    if (t->most > 1)
        fprintf(out, "Values: percent, mean ± sample standard deviation (n - 1) over the seeds.\n");
    else
        fprintf(out, "Values: percent, of one run a row.\n");
    print_seeds(&seeds, out);
    list_free(&seeds);
    bool paper = false, mean = false;
    for (int c = 0; c < t->experiment->columns; c++) {
        paper |= t->paper[c];
        mean |= t->experiment->column[c] == EXPERIMENT_MEAN;
    }
    if (mean || t->experiment->layout == LAYOUT_CLASSES)
        fprintf(out, "Mean: the plain mean of the other columns.\n");
    if (t->experiment->layout == LAYOUT_CLASSES)
        fprintf(out, "%s: the mean of the means over the classes.\n", t->experiment->total);
    bool cells = t->experiment->layout == LAYOUT_GRID;
    if (cells && t->experiment->grid.where)
        fprintf(out, "×: a combination outside of the grid, in which %s.\n", t->experiment->grid.where->value);
    if (paper)
        fprintf(out,
                "Paper: the values the paper prints, from its own data and encoder%s. Where data or encoder differ "
                "from the paper's, %s.\n",
                cells ? "" : "; Δ: this run minus the paper",
                cells ? "they are of another experiment" : "Δ compares two different experiments");
    report_printed(t, out);
}

static void print_sentence(const char *text, FILE *out)
{
    if (*text)
        fprintf(out, "%s\n", text);
}

char *report_caption(const report_numbers *t)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        complain("out of memory for a caption");
        return NULL;
    }
    print_sentence(t->experiment->caption, out);
    print_sentence(t->experiment->note, out);
    if (t->experiment->changes && *t->experiment->changes)
        fprintf(out, "Changed on the command line: %s.\n", t->experiment->changes);
    print_values(t, out);
    fprintf(out, "Scale: %s.\n", text_or(t->experiment->scale, "none"));
    print_runs(t, "Data", data_of, true, out);
    print_runs(t, "Weights", weights_of, false, out);
    print_runs(t, "Protocol", protocol_of, true, out);
    print_engine(t, out);
    print_kernels(t, out);
    print_missing(t, "Not run: ", not_run, out);
    print_missing(t, "Not asked for: ", not_asked, out);
    print_missing(t, "Finished with other settings, data, weights or code, and so not shown: ", run_otherwise, out);
    print_notes(t, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    complain("out of memory for a caption");
    return NULL;
}
