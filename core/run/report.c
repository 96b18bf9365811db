/* report.c: the forms of a report for files. The plain form is report_plain.c. */
#include "report.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "report_body.h"
#include "report_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void markdown_cell(const report_cell *cell, double paper, bool has_paper, FILE *out)
{
    static const char *const marks[3][2] = { { "", "" }, { "**", "**" }, { "<u>", "</u>" } };
    char words[64], number[16];
    fprintf(out, " %s%s%s |", marks[cell->rank][0], report_words(cell, " ± ", words), marks[cell->rank][1]);
    if (has_paper) {
        fprintf(out, " %s |", report_paper(paper, number));
        fprintf(out, " %s |", report_difference(cell, paper, "−", number));
    }
}

static void markdown_head(const report_body *t, FILE *out)
{
    const experiment *e = t->experiment;
    int numbers = 0;
    fprintf(out, "|  |");
    for (int w = 0; w < e->words; w++)
        fprintf(out, " %s |", e->label[w]);
    for (int c = 0; c < e->columns; c++) {
        fprintf(out, " %s |%s", experiment_column_title(e->column[c]), t->paper[c] ? " paper | Δ |" : "");
        numbers += t->paper[c] ? 3 : 1;
    }
    fprintf(out, "\n|:--|");
    for (int w = 0; w < e->words; w++)
        fprintf(out, ":-:|");
    for (int n = 0; n < numbers; n++)
        fprintf(out, "--:|");
    fputc('\n', out);
}

void report_markdown(const report_body *t, FILE *out)
{
    const experiment *e = t->experiment;
    char name[200], title[400];
    fprintf(out, "<!-- Written by ablate; do not edit. -->\n\n## ");
    report_text_markdown(report_title(t, title), out);
    fprintf(out, "\n\n");
    markdown_head(t, out);
    for (int r = 0; r < e->row_count; r++) {
        fprintf(out, "| ");
        report_text_markdown(report_row_name(t, r, name), out);
        fprintf(out, " |");
        for (int w = 0; w < e->words; w++)
            fprintf(out, " %s |", e->rows[r].tick[w] ? "✓" : "×");
        for (int c = 0; c < e->columns; c++)
            markdown_cell(&t->row[r].cell[c], e->rows[r].paper[c], t->paper[c], out);
        fputc('\n', out);
    }
    fprintf(out, "\nBest **bold**, second best <u>underlined</u>.\n");
    report_text_lines(t->caption, "\n", "\n", report_text_markdown, out);
}

static void tex_cell(const report_cell *cell, double paper, bool has_paper, FILE *out)
{
    static const char *const marks[3][2] = { { "", "" }, { "\\textbf{", "}" }, { "\\underline{", "}" } };
    char words[64], number[16];
    fprintf(out, " & %s%s%s", marks[cell->rank][0], report_words(cell, " $\\pm$ ", words), marks[cell->rank][1]);
    if (has_paper) {
        fprintf(out, " & %s", report_paper(paper, number));
        fprintf(out, " & %s", report_difference(cell, paper, "$-$", number));
    }
}

static void tex_head(const report_body *t, FILE *out)
{
    const experiment *e = t->experiment;
    fprintf(out, "\\begin{tabular}{l%.*s", e->words, "cccccccccccccccc");
    for (int c = 0; c < e->columns; c++)
        fputs(t->paper[c] ? "rrr" : "r", out);
    fprintf(out, "}\n\\hline\n");
    for (int w = 0; w < e->words; w++) {
        fprintf(out, " & ");
        report_text_tex(e->label[w], out);
    }
    for (int c = 0; c < e->columns; c++)
        fprintf(out, " & %s%s", experiment_column_title(e->column[c]), t->paper[c] ? " & paper & $\\Delta$" : "");
    fprintf(out, " \\\\\n\\hline\n");
}

void report_tex(const report_body *t, FILE *out)
{
    const experiment *e = t->experiment;
    char name[200], title[400];
    fprintf(out, "%% Written by ablate; do not edit. Needs \\usepackage{amssymb} for \\checkmark.\n"
                 "\\begin{center}\n");
    tex_head(t, out);
    for (int r = 0; r < e->row_count; r++) {
        report_text_tex(report_row_name(t, r, name), out);
        for (int w = 0; w < e->words; w++)
            fprintf(out, " & %s", e->rows[r].tick[w] ? "\\checkmark" : "$\\times$");
        for (int c = 0; c < e->columns; c++)
            tex_cell(&t->row[r].cell[c], e->rows[r].paper[c], t->paper[c], out);
        fprintf(out, " \\\\\n");
    }
    fprintf(out, "\\hline\n\\end{tabular}\n\n\\medskip\n");
    report_text_tex(report_title(t, title), out);
    fprintf(out, ".\nBest \\textbf{bold}, second best \\underline{underlined}.");
    report_text_lines(t->caption, "\n", "", report_text_tex, out);
    fprintf(out, "\n\\end{center}\n");
}

static void tsv_line(const char *row, int column, const char *seed, double value, FILE *out)
{
    if (isfinite(value))
        fprintf(out, "%s\t%s\t%s\t%.17g\n", row, experiment_column_name(column), seed, value);
    else
        fprintf(out, "%s\t%s\t%s\tundefined\n", row, experiment_column_name(column), seed);
}

static void tsv_cell(const report_body *t, int r, int c, FILE *out)
{
    const experiment *e = t->experiment;
    const report_cell *cell = &t->row[r].cell[c];
    const char *name = e->rows[r].name;
    char seed[16];
    for (int i = 0; i < t->row[r].runs; i++) {
        snprintf(seed, sizeof seed, "%d", t->row[r].run[i]->seed);
        tsv_line(name, e->column[c], seed, report_value(e, t->row[r].run[i], e->column[c]), out);
    }
    if (t->row[r].runs > 0)
        tsv_line(name, e->column[c], "mean", cell->mean, out);
    else
        fprintf(out, "%s\t%s\tmean\t%s\n", name, experiment_column_name(e->column[c]),
                cell->state == REPORT_NOT_APPLICABLE ? "not applicable" : "not run");
    if (t->row[r].runs > 1)
        tsv_line(name, e->column[c], "deviation", cell->deviation, out);
    if (!isnan(e->rows[r].paper[c]))
        tsv_line(name, e->column[c], "paper", e->rows[r].paper[c] / 100, out);
}

void report_tsv(const report_body *t, FILE *out)
{
    fprintf(
        out,
        "# Written by ablate; do not edit. A line a number: row, metric, seed (or `mean` and sample `deviation` over "
        "the seeds, or `paper`), value as a fraction.\n");
    report_text_lines(t->caption, "# ", "\n", report_text_plain, out);
    fprintf(out, "row\tmetric\tseed\tvalue\n");
    for (int r = 0; r < t->experiment->row_count; r++)
        for (int c = 0; c < t->experiment->columns; c++)
            tsv_cell(t, r, c, out);
}

static int write_form(const report_body *t, const char *folder, const char *ending,
                      void (*form)(const report_body *, FILE *))
{
    char *path = take_text("%s/%s.%s", folder, t->experiment->name, ending);
    file_draft *draft = path ? file_draft_open(path) : NULL;
    free(path);
    if (!draft)
        return -1;
    form(t, file_draft_stream(draft));
    return file_commit(draft);
}

int report_write(const experiment *e, const run_record *records, int count, const char *folder)
{
    report_body *t = report_body_make(e, records, count);
    int status = t ? 0 : -1;
    if (status == 0)
        status = write_form(t, folder, "md", report_markdown);
    if (status == 0)
        status = write_form(t, folder, "tsv", report_tsv);
    if (status == 0)
        status = write_form(t, folder, "tex", report_tex);
    report_body_free(t);
    return status;
}

int report_print(const experiment *e, const run_record *records, int count, FILE *out)
{
    report_body *t = report_body_make(e, records, count);
    if (!t)
        return -1;
    report_plain(t, out);
    report_body_free(t);
    return 0;
}
