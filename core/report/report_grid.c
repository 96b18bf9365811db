#include "report_layouts.h"
#include "report_pieces.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const sheet_piece outside = { .text = "×" }, nothing = { .text = "" }; /* outside: of the grid's `where` */

static report_cell cell_of(const report_numbers *t, int r, int c)
{
    return report_cell_of(t, r, NULL, t->experiment->column[c]);
}

/* All metrics' means, with marks and the number of seeds where some are missing. */
static void values_cell(const report_numbers *t, int r, sheet *s)
{
    int runs = t->row[r].runs;
    sheet_begin(s);
    for (int c = 0; c < (runs > 0 ? t->experiment->columns : 1); c++) {
        report_cell cell = cell_of(t, r, c);
        report_join(s, cell.state == REPORT_NOT_APPLICABLE ? outside : report_piece(&cell, 1 + c), c);
    }
    report_put_seeds(s, runs, report_seeds_wanted(t, r));
}

static void paper_cell(const report_numbers *t, int r, sheet *s)
{
    bool any = false;
    const experiment_value *paper = t->experiment->rows[r].paper;
    for (int c = 0; c < t->experiment->columns; c++)
        any |= !isnan(paper[c].percent);
    sheet_begin(s);
    if (!any)
        sheet_put(s, nothing);
    for (int c = 0; any && c < t->experiment->columns; c++)
        report_join(s, report_paper_piece(paper[c]), c);
}

/* Of all metrics; intervals stand in the sentences of claims. */
static void gains_cell(const report_numbers *t, int r, sheet *s)
{
    const experiment *e = t->experiment;
    bool any = true;
    sheet_begin(s);
    for (int c = 0; c < e->columns && any; c++) {
        const report_gain gain = r == e->gain ? (report_gain){ 0 } : report_gain_of(t, e->gain, r, e->column[c]);
        any = gain.pairs > 0;
        report_join(s,
                    any                     ? sheet_number(100 * gain.over.difference, 1, SHEET_CHANGE)
                    : e->rows[r].applicable ? nothing
                                            : outside,
                    c);
    }
}

static void paper_gains_cell(const report_numbers *t, int r, sheet *s)
{
    const experiment *e = t->experiment;
    bool any = false;
    sheet_begin(s);
    for (int c = 0; c < e->columns && r != e->gain; c++)
        any |= !isnan(report_gain_printed(t, e->gain, r, c).percent);
    if (!any)
        sheet_put(s, nothing);
    for (int c = 0; c < e->columns && any; c++)
        report_join(s, report_printed_gain_piece(report_gain_printed(t, e->gain, r, c)), c);
}

static void deviations_cell(const report_numbers *t, int r, sheet *s)
{
    int runs = t->row[r].runs;
    sheet_begin(s);
    if (runs < 2)
        sheet_put(s, t->experiment->rows[r].applicable ? nothing : outside);
    for (int c = 0; runs > 1 && c < t->experiment->columns; c++)
        report_join(s, sheet_number(100 * cell_of(t, r, c).deviation, 1, SHEET_PLAIN), c);
}

/* What a sheet shows of a row. */
typedef struct grid_sheet {
    void (*cell)(const report_numbers *, int row, sheet *);
    void (*paper)(const report_numbers *, int row, sheet *); /* what is printed, beside it; NULL: nothing */
} grid_sheet;

/* The row of that cell of the grid; -1: there is none. */
static int row_at(const experiment *e, int cell)
{
    for (int r = 0; r < e->row_count; r++)
        if (e->rows[r].cell == cell)
            return r;
    return -1;
}

static void line_cell(const report_numbers *t, int r, const grid_sheet *what, sheet *s)
{
    if (r >= 0)
        what->cell(t, r, s);
    else
        sheet_cell(s, outside);
    if (what->paper && r >= 0)
        what->paper(t, r, s);
    else if (what->paper)
        sheet_cell(s, nothing);
}

static void head(const report_numbers *t, const grid_sheet *what, sheet *s)
{
    const grid_axis *down = &t->experiment->grid.axis[0], *across = &t->experiment->grid.axis[1];
    char title[200];
    snprintf(title, sizeof title, "%s, %s", down->label, across->label);
    sheet_column(s, 'l', title);
    for (int i = 0; i < across->count; i++) {
        snprintf(title, sizeof title, "%s=%s", across->label, across->values[i]);
        sheet_column(s, 'r', title);
        if (what->paper)
            sheet_column(s, 't', "paper");
    }
}

static int add(const report_numbers *t, document *d, const char *heading, const grid_sheet *what)
{
    const experiment *e = t->experiment;
    const grid_axis *down = &e->grid.axis[0], *across = &e->grid.axis[1];
    sheet *s = document_add(d, heading);
    char title[200];
    if (!s)
        return -1;
    head(t, what, s);
    for (int r = 0; r < e->row_count; r++)
        if (e->rows[r].cell < 0) {
            sheet_text(s, e->rows[r].name);
            for (int i = 0; i < across->count; i++)
                line_cell(t, i == 0 ? r : -1, what, s);
        }
    for (int k = 0; k < down->count; k++) {
        snprintf(title, sizeof title, "%s=%s", down->label, down->values[k]);
        sheet_text(s, title);
        for (int i = 0; i < across->count; i++)
            line_cell(t, row_at(e, k * across->count + i), what, s);
    }
    return 0;
}

int report_grid(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    char titles[300], heading[600];
    const grid_sheet values = { values_cell, t->any_paper ? paper_cell : NULL }, deviations = { deviations_cell, NULL },
                     gains = { gains_cell, t->any_paper ? paper_gains_cell : NULL };
    report_titles(e, titles);
    int status = add(t, d, titles, &values);
    if (e->gain >= 0)
        snprintf(heading, sizeof heading, "%s, gain over %.200s", titles, e->rows[e->gain].name);
    if (status == 0 && e->gain >= 0)
        status = add(t, d, heading, &gains);
    snprintf(heading, sizeof heading, "%s, sample standard deviation over the seeds", titles);
    return status == 0 && t->most > 1 ? add(t, d, heading, &deviations) : status;
}
