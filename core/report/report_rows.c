#include "report_layouts.h"
#include "report_pieces.h"
#include <math.h>

static void head(const report_numbers *t, sheet *s)
{
    const experiment *e = t->experiment;
    sheet_column(s, 'l', "");
    for (int w = 0; w < e->words; w++)
        sheet_column(s, 'c', e->label[w]);
    for (int c = 0; c < e->columns; c++) {
        sheet_column(s, 'r', experiment_column_title(e->column[c]));
        if (t->paper[c]) {
            sheet_column(s, 't', "paper");
            sheet_column(s, 't', "Δ");
        }
    }
}

int report_rows(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    sheet *s = document_add(d, NULL);
    char name[200];
    if (!s)
        return -1;
    head(t, s);
    for (int r = 0; r < e->row_count; r++) {
        sheet_text(s, report_row_name(t, r, name));
        for (int w = 0; w < e->words; w++)
            sheet_text(s, e->rows[r].tick[w] ? "✓" : "×");
        for (int c = 0; c < e->columns; c++) {
            report_cell cell = report_cell_of(t, r, NULL, e->column[c]);
            sheet_cell(s, report_piece(&cell, 1 + c));
            if (t->paper[c]) {
                bool any = !isnan(e->rows[r].paper[c].percent);
                sheet_cell(s, any ? report_paper_piece(e->rows[r].paper[c]) : (sheet_piece){ .text = "" });
                sheet_cell(s, report_difference_piece(&cell, e->rows[r].paper[c]));
            }
        }
    }
    return 0;
}
