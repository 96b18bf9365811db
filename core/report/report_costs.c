#include "report_costs.h"
#include "../base/diag.h"
#include "report_pieces.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum cost { PARAMETERS, TRAINING, MEMORY, SCORING, COSTS } cost;

static double cost_of(const run_record *run, cost which)
{
    const run_cost *c = &run->cost;
    const double of[COSTS] = { c->parameters, c->training, c->memory / 0x1p20, c->scoring };
    return c->machine ? of[which] : NAN;
}

static bool any_known(const report_numbers *t, int r)
{
    bool any = false;
    for (int i = 0; i < t->row[r].runs; i++)
        any |= t->row[r].run[i]->cost.machine != NULL;
    return any;
}

/* Over the runs that have it; NaN: none has. */
static double mean_of(const report_numbers *t, int r, cost which)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < t->row[r].runs; i++) {
        double value = cost_of(t->row[r].run[i], which);
        sum += isfinite(value) ? value : 0;
        n += isfinite(value);
    }
    return n > 0 ? sum / n : NAN;
}

/* Three digits, or all before the point. */
static int digits_for(double value)
{
    return value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : 2;
}

/* With a thin blank before each three of its digits: "1 234 567". */
static const char *grouped(double value, char text[40])
{
    char plain[32];
    int length = snprintf(plain, sizeof plain, "%.0f", value);
    char *to = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ' ';
        *to++ = plain[i];
    }
    *to = 0;
    return text;
}

static void add_row(const report_numbers *t, int r, sheet *s)
{
    char number[40];
    sheet_text(s, t->experiment->rows[r].name);
    for (int c = 0; c < COSTS; c++) {
        double value = mean_of(t, r, (cost)c);
        if (c == PARAMETERS && isfinite(value))
            sheet_text(s, grouped(value, number));
        else
            sheet_cell(s, sheet_number(value, digits_for(value), SHEET_PLAIN));
    }
}

int report_costs(const report_numbers *t, document *d)
{
    static const char *const title[COSTS] = { "parameters trained", "training, s", "memory, MiB",
                                              "scoring, pictures/s" };
    sheet *s = NULL;
    for (int r = 0; r < t->experiment->row_count; r++) {
        if (!any_known(t, r))
            continue;
        if (!s) {
            s = document_add(d, "What each costs");
            if (!s)
                return -1;
            sheet_column(s, 'l', "");
            for (int c = 0; c < COSTS; c++)
                sheet_column(s, 'r', title[c]);
        }
        add_row(t, r, s);
    }
    return 0;
}

/* ---- what is said of it ---- */

static const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
}

/* "cpu, 2 threads on AMD EPYC, 2 processors"; false: the run has no cost. */
static bool print_where(const run_record *run, char text[300])
{
    const char *backend = text_or(run->backend, "");
    if (run->cost.machine)
        snprintf(text, 300, "%.*s, %d thread%s, on %s", (int)strcspn(backend, ":"), backend, run->threads,
                 run->threads == 1 ? "" : "s", run->cost.machine);
    return run->cost.machine != NULL;
}

void report_costs_say(const report_numbers *t, FILE *out)
{
    char first[300] = "", other[300];
    int differ = 0;
    for (int r = 0; r < t->experiment->row_count; r++)
        for (int i = 0; i < t->row[r].runs; i++) {
            if (!print_where(t->row[r].run[i], other))
                continue;
            if (!*first)
                memcpy(first, other, sizeof first);
            differ += strcmp(first, other) != 0;
        }
    if (!*first)
        return;
    fprintf(out, "Costs: %s%s.\n", first,
            differ ? ", and others of the runs elsewhere or with other threads: compare them with care" : "");
    fprintf(out,
            "Costs are means over the seeds. Training: all steps, and what a row that trains nothing gathers of the "
            "training pictures; what the frozen part makes of them, which is computed once for all rows that share "
            "it, does not count. Memory: what the engine plans for training or for scoring, whichever is more, "
            "without pictures and caches. Scoring: from pixels to scores, the frozen part too, the fastest batch of "
            "a few.\n");
}
