#include "report_layouts.h"
#include "report_pieces.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const experiment_printed *printed_of(const experiment *e, const char *name)
{
    for (int i = 0; i < e->printed_count; i++)
        if (strcmp(e->printed[i].name, name) == 0)
            return &e->printed[i];
    return NULL;
}

/* `name` NULL: the printed mean. */
static experiment_value printed_value(const experiment_printed *p, const char *name, int c)
{
    if (!name)
        return p->mean[c];
    for (int i = 0; i < p->lines; i++)
        if (strcmp(p->line[i].class_name, name) == 0)
            return p->line[i].value[c];
    return (experiment_value){ .percent = NAN };
}

/* ---- one row's own sheet ---- */

static void own_line(const report_numbers *t, int r, const char *name, const experiment_printed *beside, sheet *s)
{
    const experiment *e = t->experiment;
    static const experiment_value none = { .percent = NAN };
    sheet_text(s, name ? name : "mean");
    for (int c = 0; c <= e->columns; c++) {
        bool mean = c == e->columns; /* of a class nobody prints it */
        report_cell cell = report_cell_of(t, r, name, mean ? EXPERIMENT_MEAN : e->column[c]);
        sheet_cell(s, report_piece(&cell, 0));
        if (beside)
            sheet_cell(s, report_difference_piece(&cell, !mean   ? printed_value(beside, name, c)
                                                         : !name ? beside->total
                                                                 : none));
    }
}

static int own_sheet(const report_numbers *t, document *d, int r)
{
    const experiment *e = t->experiment;
    char name[200], heading[220];
    const experiment_printed *beside = report_comparable(t) ? printed_of(e, e->rows[r].name) : NULL;
    snprintf(heading, sizeof heading, "%s, run here", report_row_name(t, r, name));
    sheet *s = document_add(d, heading);
    if (!s)
        return -1;
    sheet_column(s, 'l', "");
    for (int c = 0; c <= e->columns; c++) {
        sheet_column(s, 'r', c < e->columns ? experiment_column_title(e->column[c]) : "Mean");
        if (beside)
            sheet_column(s, 't', "Δ");
    }
    for (int i = 0; i < t->classes; i++)
        own_line(t, r, t->class_name[i], beside, s);
    s->rule = sheet_lines(s);
    own_line(t, r, NULL, beside, s);
    return 0;
}

/* ---- what is run here beside what is printed ---- */

/* What a line of the last sheet is of. */
typedef struct all_line {
    const char *name; /* of the class; NULL: mean or total */
    bool total;       /* the mean of the means, one number */
    bool comparable;  /* are the runs ranked with the printed columns? */
} all_line;

/* The numbers of the line that is filled are ranked, each metric's among themselves. */
static int group_of(const sheet *s, int metric)
{
    int line = (s->cells - 1) / s->columns;
    return line * EXPERIMENT_COLUMNS + metric;
}

/* Where a row has no numbers, the reason stands once. */
static void here_cell(const report_numbers *t, const all_line *line, int r, sheet *s)
{
    const experiment *e = t->experiment;
    bool more = true;
    sheet_begin(s);
    for (int c = 0; c < e->columns && more; c++) {
        report_cell cell = report_cell_of(t, r, line->name, line->total ? EXPERIMENT_MEAN : e->column[c]);
        report_join(s, report_piece(&cell, line->comparable ? group_of(s, c) : 0), c);
        more = !line->total && (cell.state == REPORT_VALUE || cell.state == REPORT_UNDEFINED);
    }
}

static void printed_cell(const experiment_printed *p, const all_line *line, int columns, sheet *s)
{
    sheet_begin(s);
    for (int c = 0; c < (line->total ? 1 : columns); c++) {
        sheet_piece piece = report_paper_piece(line->total ? p->total : printed_value(p, line->name, c));
        piece.group = group_of(s, c);
        report_join(s, piece, c);
    }
}

static void add_line(const report_numbers *t, const all_line *line, sheet *s)
{
    const experiment *e = t->experiment;
    sheet_text(s, line->name ? line->name : line->total ? e->total : "mean");
    for (int r = 0; r < e->row_count; r++)
        here_cell(t, line, r, s);
    for (int i = 0; i < e->printed_count; i++)
        printed_cell(&e->printed[i], line, e->columns, s);
}

static sheet *all_head(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    char titles[300], text[320];
    snprintf(text, sizeof text, "A cell: %s", report_titles(e, titles));
    sheet *s = document_add(d, text);
    if (!s)
        return NULL;
    sheet_column(s, 'l', "");
    for (int i = 0; i < e->row_count + e->printed_count; i++) {
        bool here = i < e->row_count;
        snprintf(text, sizeof text, "%s (%s)", here ? e->rows[i].name : e->printed[i - e->row_count].name,
                 here ? "run here" : "printed");
        sheet_column(s, 'l', text);
    }
    return s;
}

static int all_sheet(const report_numbers *t, document *d)
{
    all_line line = { .comparable = report_comparable(t) };
    sheet *s = all_head(t, d);
    if (!s)
        return -1;
    for (int i = 0; i < t->classes; i++) {
        line.name = t->class_name[i];
        add_line(t, &line, s);
    }
    s->rule = sheet_lines(s);
    line.name = NULL;
    add_line(t, &line, s);
    line.total = true;
    add_line(t, &line, s);
    return 0;
}

int report_classes(const report_numbers *t, document *d)
{
    int status = 0;
    for (int r = 0; r < t->experiment->row_count && status == 0; r++)
        status = own_sheet(t, d, r);
    return status == 0 ? all_sheet(t, d) : -1;
}
