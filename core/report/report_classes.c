#include "report_costs.h"
#include "report_layouts.h"
#include "report_pieces.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is compared: the rows of a group, or the printed columns. A group is the number of its first row; the printed
 * columns come last. */
static int printed_kind(const report_numbers *t)
{
    return t->experiment->row_count;
}

static bool is_of(const report_numbers *t, int r, int kind)
{
    return r < t->experiment->row_count && report_group(t, r) == kind;
}

static const char *kind_name(const report_numbers *t, int kind)
{
    return kind < t->experiment->row_count ? t->experiment->rows[kind].group : "printed";
}

/* "RD*" is printed of the method of row "RD", and of "RD, another encoder". */
static const experiment_printed *printed_of(const experiment *e, const char *row)
{
    size_t length = strcspn(row, ",");
    for (int i = 0; i < e->printed_count; i++) {
        const char *name = e->printed[i].name;
        if (strncmp(name, row, length) == 0 && (!name[length] || strcmp(name + length, "*") == 0))
            return &e->printed[i];
    }
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

/* ---- all methods, a line each ---- */

enum { MEANS_RANKED = EXPERIMENT_COLUMNS + 1 };

static void here_line(const report_numbers *t, int r, sheet *s)
{
    const experiment *e = t->experiment;
    char name[200];
    const int kind = report_group(t, r);
    sheet_text(s, report_row_name(t, r, name));
    sheet_text(s, kind_name(t, kind));
    for (int c = 0; c <= e->columns; c++) {
        const int column = c < e->columns ? e->column[c] : EXPERIMENT_MEAN;
        report_cell cell = report_cell_of(t, r, NULL, column);
        sheet_cell(s, report_piece(&cell, 1 + kind * MEANS_RANKED + c));
        report_put_below(s, t, r, column);
    }
}

static void printed_line(const report_numbers *t, const experiment_printed *p, sheet *s)
{
    const experiment *e = t->experiment;
    sheet_text(s, p->name);
    sheet_text(s, kind_name(t, printed_kind(t)));
    for (int c = 0; c <= e->columns; c++) {
        sheet_piece piece = report_paper_piece(c < e->columns ? p->mean[c] : p->total);
        piece.group = 1 + printed_kind(t) * MEANS_RANKED + c;
        sheet_cell(s, piece);
    }
}

static int means_sheet(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    sheet *s = document_add(d, "Means over the classes");
    if (!s)
        return -1;
    sheet_column(s, 'l', "");
    sheet_column(s, 'l', "");
    for (int c = 0; c <= e->columns; c++)
        sheet_column(s, 'r', c < e->columns ? experiment_column_title(e->column[c]) : e->total);
    for (int kind = 0; kind < e->row_count; kind++)
        for (int r = kind; r < e->row_count; r++)
            if (is_of(t, r, kind))
                here_line(t, r, s);
    s->rule = sheet_lines(s);
    for (int i = 0; i < e->printed_count; i++)
        printed_line(t, &e->printed[i], s);
    return 0;
}

/* ---- what is compared, class by class ---- */

/* What a line is of. */
typedef struct all_line {
    const char *name; /* of the class; NULL: mean or total */
    bool total;       /* the mean of the means, one number */
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
        report_join(s, report_piece(&cell, group_of(s, c)), c);
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

static void add_line(const report_numbers *t, const all_line *line, int kind, sheet *s)
{
    const experiment *e = t->experiment;
    sheet_text(s, line->name ? line->name : line->total ? e->total : "mean");
    for (int r = 0; r < e->row_count; r++)
        if (is_of(t, r, kind))
            here_cell(t, line, r, s);
    for (int i = 0; kind == printed_kind(t) && i < e->printed_count; i++)
        printed_cell(&e->printed[i], line, e->columns, s);
}

static sheet *all_head(const report_numbers *t, int kind, document *d)
{
    const experiment *e = t->experiment;
    char titles[300], text[600];
    snprintf(text, sizeof text, "By class, %.200s. A cell: %s", kind_name(t, kind), report_titles(e, titles));
    sheet *s = document_add(d, text);
    if (!s)
        return NULL;
    sheet_column(s, 'l', "");
    for (int r = 0; r < e->row_count; r++)
        if (is_of(t, r, kind))
            sheet_column(s, 'l', e->rows[r].name);
    for (int i = 0; kind == printed_kind(t) && i < e->printed_count; i++)
        sheet_column(s, 'l', e->printed[i].name);
    return s;
}

static int all_sheet(const report_numbers *t, int kind, document *d)
{
    all_line line = { .name = NULL };
    sheet *s = all_head(t, kind, d);
    if (!s)
        return -1;
    for (int i = 0; i < t->classes; i++) {
        line.name = t->class_name[i];
        add_line(t, &line, kind, s);
    }
    s->rule = sheet_lines(s);
    line.name = NULL;
    add_line(t, &line, kind, s);
    line.total = true;
    add_line(t, &line, kind, s);
    return 0;
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
    char name[200], heading[520];
    const experiment_printed *beside = report_comparable(t) ? printed_of(e, e->rows[r].name) : NULL;
    snprintf(heading, sizeof heading, "%s, run here%s%.200s", report_row_name(t, r, name),
             beside ? "; Δ: minus printed " : "", beside ? beside->name : "");
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

int report_classes(const report_numbers *t, document *d)
{
    const experiment *e = t->experiment;
    int status = means_sheet(t, d);
    if (status == 0)
        status = report_costs(t, d);
    for (int kind = 0; kind < e->row_count && status == 0; kind++)
        if (is_of(t, kind, kind))
            status = all_sheet(t, kind, d);
    if (status == 0 && e->printed_count > 0)
        status = all_sheet(t, printed_kind(t), d);
    for (int r = 0; r < e->row_count && status == 0; r++)
        status = t->row[r].runs > 0 ? own_sheet(t, d, r) : 0;
    return status;
}
