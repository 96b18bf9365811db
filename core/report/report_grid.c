/* report_grid.c: the grid's first axis down, its second across, all metrics of a row in a cell. A row outside of the
 * grid is a line of its own, with its values in the first column. */
#include "report_body.h"
#include <math.h>
#include <string.h>

enum { OUTSIDE = -1 }; /* in the place of a cell's line */

static int line_of(const experiment *e, const experiment_row *row)
{
    return row->cell < 0 ? OUTSIDE : row->cell / e->grid.axis[1].count;
}

static int column_of(const experiment *e, const experiment_row *row)
{
    return row->cell < 0 ? 0 : row->cell % e->grid.axis[1].count;
}

static bool has_paper(const report_body *t)
{
    bool any = false;
    for (int c = 0; c < t->experiment->columns; c++)
        any |= t->paper[c];
    return any;
}

/* All metrics' means, with marks and the number of seeds where some are missing. */
static void values_cell(const report_body *t, int r, report_sheet *s)
{
    const report_row *got = &t->row[r];
    char text[64];
    if (got->runs == 0) {
        report_sheet_cell(s, t->experiment->rows[r].applicable ? report_words(&got->cell[0], text) : "×", 0);
        return;
    }
    report_sheet_cell(s, "", 0);
    for (int c = 0; c < t->experiment->columns; c++) {
        report_cell cell = got->cell[c];
        cell.deviation = NAN;
        report_sheet_append(s, c ? "/" : "", 0);
        report_sheet_append(s, report_words(&cell, text), report_mark(cell.rank));
    }
    int wanted = report_seeds_wanted(t, r);
    if (got->runs < wanted) {
        snprintf(text, sizeof text, " (%d of %d seeds)", got->runs, wanted);
        report_sheet_append(s, text, 0);
    }
}

static void paper_cell(const report_body *t, int r, report_sheet *s)
{
    char number[16];
    bool any = false;
    report_sheet_cell(s, "", 0);
    for (int c = 0; c < t->experiment->columns; c++)
        any |= !isnan(t->experiment->rows[r].paper[c].percent);
    for (int c = 0; any && c < t->experiment->columns; c++) {
        const char *words = report_paper(t->experiment->rows[r].paper[c], number);
        report_sheet_append(s, c ? "/" : "", 0);
        report_sheet_append(s, *words ? words : "-", 0);
    }
}

static void deviations_cell(const report_body *t, int r, report_sheet *s)
{
    char text[16];
    report_sheet_cell(s, t->experiment->rows[r].applicable ? "" : "×", 0);
    for (int c = 0; t->row[r].runs > 1 && c < t->experiment->columns; c++) {
        snprintf(text, sizeof text, "%s%.1f", c ? "/" : "", 100 * t->row[r].cell[c].deviation);
        report_sheet_append(s, text, 0);
    }
}

/* What a sheet shows of a row. */
typedef struct grid_sheet {
    void (*cell)(const report_body *, int row, report_sheet *);
    bool paper; /* the printed values stand beside */
} grid_sheet;

/* The row of that line and column; -1: there is none. */
static int row_at(const report_body *t, int line, int column)
{
    const experiment *e = t->experiment;
    for (int r = 0; r < e->row_count; r++)
        if (e->rows[r].cell >= 0 && line_of(e, &e->rows[r]) == line && column_of(e, &e->rows[r]) == column)
            return r;
    return -1;
}

static void line_cell(const report_body *t, int r, const grid_sheet *what, report_sheet *s)
{
    if (r >= 0)
        what->cell(t, r, s);
    else
        report_sheet_cell(s, "×", 0);
    if (what->paper && r >= 0)
        paper_cell(t, r, s);
    else if (what->paper)
        report_sheet_cell(s, "", 0);
}

static void head(const report_body *t, const grid_sheet *what, report_sheet *s)
{
    const grid_axis *down = &t->experiment->grid.axis[0], *across = &t->experiment->grid.axis[1];
    char title[200];
    snprintf(title, sizeof title, "%s, %s", down->label, across->label);
    report_sheet_column(s, 'l', title);
    for (int i = 0; i < across->count; i++) {
        snprintf(title, sizeof title, "%s=%s", across->label, across->values[i]);
        report_sheet_column(s, 'r', title);
        if (what->paper)
            report_sheet_column(s, 't', "paper");
    }
}

static int add(report_body *t, const char *heading, const grid_sheet *what)
{
    const experiment *e = t->experiment;
    const grid_axis *down = &e->grid.axis[0], *across = &e->grid.axis[1];
    report_sheet *s = report_body_add(t, heading);
    char title[200];
    if (!s)
        return -1;
    head(t, what, s);
    for (int r = 0; r < e->row_count; r++)
        if (line_of(e, &e->rows[r]) == OUTSIDE) {
            report_sheet_cell(s, e->rows[r].name, 0);
            for (int i = 0; i < across->count; i++)
                line_cell(t, i == 0 ? r : -1, what, s);
        }
    for (int k = 0; k < down->count; k++) {
        snprintf(title, sizeof title, "%s=%s", down->label, down->values[k]);
        report_sheet_cell(s, title, 0);
        for (int i = 0; i < across->count; i++)
            line_cell(t, row_at(t, k, i), what, s);
    }
    return 0;
}

int report_grid(report_body *t)
{
    const experiment *e = t->experiment;
    char heading[300] = "";
    size_t used = 0;
    int most = 0;
    for (int c = 0; c < e->columns; c++) {
        snprintf(heading + used, sizeof heading - used, "%s%s", c ? "/" : "", experiment_column_title(e->column[c]));
        used = strlen(heading);
    }
    for (int r = 0; r < e->row_count; r++)
        most = t->row[r].runs > most ? t->row[r].runs : most;
    const grid_sheet values = { values_cell, has_paper(t) }, deviations = { deviations_cell, false };
    if (add(t, heading, &values) < 0)
        return -1;
    snprintf(heading + used, sizeof heading - used, ", sample standard deviation over the seeds");
    return most > 1 ? add(t, heading, &deviations) : 0;
}
