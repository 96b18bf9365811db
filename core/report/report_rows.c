#include "report_layouts.h"
#include "report_pieces.h"
#include <math.h>
#include <stdio.h>

/* Which columns stand beside a metric's values. */
typedef struct beside {
    bool gain, difference;
} beside;

static void head(const report_numbers *t, beside has, sheet *s)
{
    const experiment *e = t->experiment;
    char gain[250];
    sheet_column(s, 'l', "");
    for (int w = 0; w < e->words; w++)
        sheet_column(s, 'c', e->label[w]);
    if (has.gain)
        snprintf(gain, sizeof gain, "gain over %.150s [95 %%]", e->rows[e->gain].name);
    for (int c = 0; c < e->columns; c++) {
        sheet_column(s, 'r', experiment_column_title(e->column[c]));
        if (has.gain)
            sheet_column(s, 't', gain);
        if (t->paper[c])
            sheet_column(s, 't', has.gain ? "paper (gain)" : "paper");
        if (t->paper[c] && has.difference)
            sheet_column(s, 't', "Δ");
    }
}

static void name_cell(const report_numbers *t, int r, sheet *s)
{
    char name[200];
    sheet_text(s, report_row_name(t, r, name));
    if (t->experiment->rows[r].baseline)
        sheet_put(s, (sheet_piece){ .text = " (baseline)" });
}

static void gain_cell(const report_numbers *t, int r, int column, sheet *s)
{
    const int from = t->experiment->gain;
    const report_gain gain = from == r ? (report_gain){ 0 } : report_gain_of(t, from, r, column);
    report_gain_cell(s, &gain, SHEET_UNMARKED);
}

static void paper_cell(const report_numbers *t, int r, int c, bool gain, sheet *s)
{
    const experiment *e = t->experiment;
    const experiment_value paper = e->rows[r].paper[c];
    sheet_cell(s, isnan(paper.percent) ? (sheet_piece){ .text = "" } : report_paper_piece(paper));
    if (!gain || r == e->gain || isnan(report_gain_printed(t, e->gain, r, c).percent))
        return;
    sheet_put(s, (sheet_piece){ .text = " (" });
    sheet_put(s, report_printed_gain_piece(report_gain_printed(t, e->gain, r, c)));
    sheet_put(s, (sheet_piece){ .text = ")" });
}

int report_rows(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    const beside has = { e->gain >= 0, report_comparable(t) };
    sheet *s = document_add(d, NULL);
    if (!s)
        return -1;
    head(t, has, s);
    for (int r = 0; r < e->row_count; r++) {
        name_cell(t, r, s);
        for (int w = 0; w < e->words; w++)
            sheet_text(s, e->rows[r].tick[w] ? "✓" : "×");
        for (int c = 0; c < e->columns; c++) {
            report_cell cell = report_cell_of(t, r, NULL, e->column[c]);
            sheet_cell(s, report_piece(&cell, 1 + c));
            report_put_below(s, t, r, e->column[c]);
            if (has.gain)
                gain_cell(t, r, e->column[c], s);
            if (t->paper[c])
                paper_cell(t, r, c, has.gain, s);
            if (t->paper[c] && has.difference)
                sheet_cell(s, report_difference_piece(&cell, e->rows[r].paper[c]));
        }
    }
    return 0;
}
