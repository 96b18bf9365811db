#include "report_claims.h"
#include "report_gains.h"
#include "report_pieces.h"
#include <math.h>
#include <string.h>

typedef enum verdict { HELD, NOT_HELD, NOT_TOLD, NOT_RUN, VERDICTS } verdict;
static const char *const verdicts[VERDICTS] = { "held", "not held", "cannot be told", "not run" };

/* See the last sentence of report_claims. */
static verdict judge(const report_gain *gain, double printed)
{
    if (gain->pairs == 0)
        return NOT_RUN;
    if (gain->pairs == 1 || isnan(gain->over.low))
        return NOT_TOLD;
    return gain->over.low > 0 ? HELD : 100 * gain->over.high < printed ? NOT_HELD : NOT_TOLD;
}

static void print_number(double percent, int digits, FILE *out)
{
    char number[SHEET_NUMBER];
    const sheet_piece p = sheet_number(percent, digits, SHEET_CHANGE);
    fputs(sheet_words(&p, number), out);
}

static void print_gain(const report_gain *gain, FILE *out)
{
    print_number(100 * gain->over.difference, 1, out);
    if (isnan(gain->over.low))
        return;
    fputs(" [", out);
    print_number(100 * gain->over.low, 1, out);
    fputs(", ", out);
    print_number(100 * gain->over.high, 1, out);
    fputc(']', out);
}

static void print_printed(const report_numbers *t, const experiment_claim *claim, FILE *out)
{
    const char *before = "";
    for (int c = 0; c < t->experiment->columns; c++)
        if (claim->of[c]) {
            const experiment_value printed = report_gain_printed(t, claim->row[0], claim->row[1], c);
            fprintf(out, "%s%s ", before, experiment_column_title(t->experiment->column[c]));
            print_number(printed.percent, printed.decimals > 1 ? printed.decimals : 1, out);
            before = ", ";
        }
}

/* What came out of a claim, a metric after the other; "not run" once for all. */
static void print_found(const report_numbers *t, const experiment_claim *claim, int count[VERDICTS], FILE *out)
{
    const char *before = "";
    bool run = false;
    for (int c = 0; c < t->experiment->columns; c++)
        if (claim->of[c]) {
            const int column = t->experiment->column[c];
            const report_gain gain = report_gain_of(t, claim->row[0], claim->row[1], column);
            verdict v = judge(&gain, report_gain_printed(t, claim->row[0], claim->row[1], c).percent);
            count[v]++;
            if (v == NOT_RUN)
                continue;
            fprintf(out, "%s%s ", before, experiment_column_title(column));
            print_gain(&gain, out);
            fprintf(out, ": %s", verdicts[v]);
            before = "; ";
            run = true;
        }
    fprintf(out, "%s.\n", run ? "" : verdicts[NOT_RUN]);
}

static void print_claim(const report_numbers *t, const experiment_claim *claim, int count[VERDICTS], FILE *out)
{
    const experiment_row *row = t->experiment->rows;
    fprintf(out, "Claim %s (row %s over row %s)%s%s%s, printed ", claim->name, row[claim->row[1]].name,
            row[claim->row[0]].name, *claim->says ? ": \"" : "", claim->says, *claim->says ? "\"" : "");
    print_printed(t, claim, out);
    fputs("; here ", out);
    print_found(t, claim, count, out);
}

void report_claims(const report_numbers *t, FILE *out)
{
    int count[VERDICTS] = { 0 }, all = 0;
    for (int i = 0; i < t->experiment->claim_count; i++)
        print_claim(t, &t->experiment->claims[i], count, out);
    for (int v = 0; v < VERDICTS; v++)
        all += count[v];
    if (all == 0)
        return;
    fprintf(out, "Of %d claimed gains: %d held, %d not held, %d cannot be told", all, count[HELD], count[NOT_HELD],
            count[NOT_TOLD]);
    if (count[NOT_RUN])
        fprintf(out, ", %d not run", count[NOT_RUN]);
    fprintf(out,
            ".\nHeld: the interval lies above zero. Not held: it does not, and the printed gain lies above all of it. "
            "Cannot be told: neither, or there is one seed.\n");
}
