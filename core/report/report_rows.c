/* report_rows.c: a line a row: ticks, then value, printed value and difference a column. */
#include "report_body.h"
#include <math.h>

static void head(const report_body *t, report_sheet *s)
{
    const experiment *e = t->experiment;
    report_sheet_column(s, 'l', "");
    for (int w = 0; w < e->words; w++)
        report_sheet_column(s, 'c', e->label[w]);
    for (int c = 0; c < e->columns; c++) {
        report_sheet_column(s, 'r', experiment_column_title(e->column[c]));
        if (t->paper[c]) {
            report_sheet_column(s, 't', "paper");
            report_sheet_column(s, 't', "Δ");
        }
    }
}

int report_rows(report_body *t)
{
    const experiment *e = t->experiment;
    report_sheet *s = report_body_add(t, NULL);
    char name[200], words[64], number[16];
    if (!s)
        return -1;
    head(t, s);
    for (int r = 0; r < e->row_count; r++) {
        report_sheet_cell(s, report_row_name(t, r, name), 0);
        for (int w = 0; w < e->words; w++)
            report_sheet_cell(s, e->rows[r].tick[w] ? "✓" : "×", 0);
        for (int c = 0; c < e->columns; c++) {
            const report_cell *cell = &t->row[r].cell[c];
            report_sheet_cell(s, report_words(cell, words), report_mark(cell->rank));
            if (t->paper[c]) {
                report_sheet_cell(s, report_paper(e->rows[r].paper[c], number), 0);
                report_sheet_cell(s, report_difference(cell, e->rows[r].paper[c], number), 0);
            }
        }
    }
    return 0;
}
