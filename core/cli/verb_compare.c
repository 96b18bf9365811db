#include "../base/diag.h"
#include "../base/name.h"
#include "../files/json.h"
#include "../finished/comparison.h"
#include "shared.h"
#include "verbs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    bool json;
} request;

static const line_option options[] = { OPTION(request, json, "json", 0, NULL, "print as JSON"), { 0 } };

/* ---- printing ---- */

static void print_setting(void *to, const char *name, const char *a, const char *b)
{
    char first[NAME_ROOM], second[NAME_ROOM];
    fprintf(to, "  %-24s %-32s %s\n", name, name_shown(a ? a : "-", first, sizeof first),
            name_shown(b ? b : "-", second, sizeof second));
}

static void print_classes(const comparison *f, FILE *out)
{
    fprintf(out, "\nB minus A by class, percentage points, mean of %d seed%s\n  %-24s", f->runs->pairs,
            f->runs->pairs == 1 ? "" : "s", "");
    for (int m = 0; m < METRICS_KINDS; m++)
        fprintf(out, "%9s", metrics_title((metrics_kind)m));
    for (int i = 0; i < f->classes; i++) {
        fputs("\n  ", out);
        name_pad(f->runs->pair[0].record[0].classes[i].name, 24, out);
        for (int m = 0; m < METRICS_KINDS; m++)
            fprintf(out, "%+9.1f", 100 * f->difference[m * f->classes + i]);
    }
    fputc('\n', out);
}

/* `none` stands where there is no interval. */
static void print_interval(const bootstrap_interval *i, const char *none, FILE *out)
{
    if (isnan(i->low))
        fprintf(out, "  %-18s", none);
    else
        fprintf(out, "  %+6.1f .. %+6.1f%s", 100 * i->low, 100 * i->high, bootstrap_is_told(i) ? " *" : "  ");
}

static void print_means(const comparison *f, FILE *out)
{
    const bool seeds = f->runs->pairs > 1;
    fprintf(out, "\n  %-10s %8s %8s %8s  %-18s  %-18s%s\n", "mean", "A", "B", "B - A", "95 % over classes",
            "over pictures", seeds ? "  and over seeds" : "");
    for (int m = 0; m < METRICS_KINDS; m++) {
        if (!f->known[m])
            continue;
        const bootstrap_interval none = { NAN, NAN, NAN };
        fprintf(out, "  %-10s %8.1f %8.1f %+8.1f", metrics_title((metrics_kind)m), 100 * f->mean[0][m],
                100 * f->mean[1][m], 100 * f->over_classes[m].difference);
        print_interval(comparison_spreads(f, (metrics_kind)m) ? &f->over_classes[m] : &none, "- (one class)", out);
        print_interval(&f->over_pictures[m], "-", out);
        if (seeds)
            print_interval(&f->over_seeds[m], "-", out);
        if (f->known[m] < f->classes)
            fprintf(out, "  B - A of %d of %d classes", f->known[m], f->classes);
        fputc('\n', out);
    }
    if (f->without)
        fprintf(out, "  No intervals over pictures: %s.\n", f->without);
    else if (strcmp(f->runs->pair[0].record[0].protocol, "exact") != 0)
        fprintf(out,
                "  Intervals over pictures are of the protocol 'exact', whatever the runs' own makes of scores.\n");
    fprintf(
        out,
        "  * does not hold zero. 95 %% intervals of %d bootstrap draws: classes drawn again; or the pictures within\n"
        "  each class, good and defective ones apart and the same for A and B; %s\n",
        (int)BOOTSTRAP_SAMPLES,
        seeds ? "or these, widened by Student's t for the seeds." : "they say nothing about other training seeds.");
}

static void print_text(const request *r, const comparison *f, FILE *out)
{
    const compare_runs *c = f->runs;
    const run_record *a = &c->pair[0].record[0], *b = &c->pair[0].record[1];
    fprintf(out, "A  %s, row %s: %s\nB  %s, row %s: %s\n%s; protocol %s; seeds", a->experiment, a->row,
            r->given.word[0], b->experiment, b->row, r->given.word[1], a->data, a->protocol);
    for (int i = 0; i < c->pairs; i++) {
        int first = c->pair[i].record[0].seed, second = c->pair[i].record[1].seed;
        fprintf(out, first == second ? " %d" : " %d of A and %d of B", first, second);
    }
    if (c->alone > 0)
        fprintf(out, " (%d runs of other seeds left out)", c->alone);
    fprintf(out, "\n\nSettings that differ\n  %-24s %-32s %s\n", "", "A", "B");
    compare_settings(c, print_setting, out);
    for (int side = 0; side < 2; side++)
        if (compare_settings_vary(c, side))
            fprintf(out, "  The runs of %c are of different settings themselves; these are those of seed %d.\n",
                    'A' + side, c->pair[0].record[side].seed);
    print_classes(f, out);
    print_means(f, out);
}

static void add_setting(void *to, const char *name, const char *a, const char *b)
{
    cJSON *item = cJSON_AddObjectToObject(to, name);
    cJSON_AddItemToObject(item, "a", a ? json_text(a) : cJSON_CreateNull());
    cJSON_AddItemToObject(item, "b", b ? json_text(b) : cJSON_CreateNull());
}

static void add_interval(cJSON *to, const char *name, const bootstrap_interval *i)
{
    cJSON *ends = cJSON_AddArrayToObject(to, name);
    cJSON_AddItemToArray(ends, json_number(i->low));
    cJSON_AddItemToArray(ends, json_number(i->high));
}

static void add_metric(cJSON *to, const comparison *f, int m)
{
    cJSON *metric = cJSON_AddObjectToObject(to, metrics_name((metrics_kind)m));
    cJSON *classes = cJSON_CreateObject();
    json_add_number(metric, "a", f->mean[0][m]);
    json_add_number(metric, "b", f->mean[1][m]);
    json_add_number(metric, "difference", f->over_classes[m].difference);
    if (comparison_spreads(f, (metrics_kind)m))
        add_interval(metric, "interval_over_classes", &f->over_classes[m]);
    if (!isnan(f->over_pictures[m].low))
        add_interval(metric, "interval_over_pictures", &f->over_pictures[m]);
    if (!isnan(f->over_seeds[m].low))
        add_interval(metric, "interval_over_pictures_and_seeds", &f->over_seeds[m]);
    for (int i = 0; i < f->classes; i++)
        json_add(classes, f->runs->pair[0].record[0].classes[i].name, json_number(f->difference[m * f->classes + i]));
    cJSON_AddItemToObject(metric, "classes", classes);
}

static int print_json(const comparison *f, FILE *out)
{
    cJSON *whole = cJSON_CreateObject(), *changed = cJSON_AddObjectToObject(whole, "settings");
    cJSON *metrics = cJSON_AddObjectToObject(whole, "metrics");
    compare_settings(f->runs, add_setting, changed);
    for (int m = 0; m < METRICS_KINDS; m++)
        if (f->known[m])
            add_metric(metrics, f, m);
    char *text = cJSON_Print(whole);
    int status = text && fprintf(out, "%s\n", text) > 0 ? 0 : complain("out of memory for the comparison");
    cJSON_free(text);
    cJSON_Delete(whole);
    return status;
}

static int run(void *given)
{
    const request *r = given;
    compare_runs *runs = take_zeroed(1, sizeof *runs, "the runs to compare");
    comparison f = { 0 };
    int status = runs ? compare_runs_open(runs, r->given.word[0], r->given.word[1]) : -1;
    if (status == 0)
        status = comparison_make(&f, runs);
    if (status == 0 && r->json)
        status = print_json(&f, stdout);
    else if (status == 0)
        print_text(r, &f, stdout);
    comparison_free(&f);
    if (runs)
        compare_runs_free(runs);
    free(runs);
    return status;
}

const verb verb_compare = {
    .name = "compare",
    .summary = "RUN RUN   what two runs set differently, and what came of it",
    .words = "RUN RUN",
    .doc = "Compare two finished runs, or two rows with several seeds: B minus A.",
    .least = 2,
    .most = 2,
    .lacks = "name two runs, or two folders with the seeds of a row each",
    .options = { options },
    .size = sizeof(request),
    .run = run,
};
