#include "report_pieces.h"
#include "../base/words.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sheet_piece report_piece(const report_cell *cell, int group)
{
    static const char *const words[] = { "not run", NULL, "undefined", "n/a", "not asked for" };
    sheet_piece p = sheet_number(100 * cell->mean, 1, SHEET_PLAIN);
    p.text = words[cell->state];
    p.spread = 100 * cell->deviation;
    p.group = group;
    return p;
}

void report_join(sheet *s, sheet_piece p, int number)
{
    p.spread = NAN;
    p.joined = number > 0;
    sheet_put(s, p);
}

void report_put_seeds(sheet *s, int runs, int wanted)
{
    char text[64];
    if (*report_seeds(runs, wanted, text))
        sheet_put(s, (sheet_piece){ .text = text });
}

sheet_piece report_paper_piece(experiment_value paper)
{
    return sheet_number(paper.percent, paper.decimals > 1 ? paper.decimals : 1, SHEET_PLAIN);
}

sheet_piece report_difference_piece(const report_cell *cell, experiment_value paper)
{
    sheet_piece p = sheet_number(100 * cell->mean - paper.percent, 1, SHEET_DIFFERENCE);
    p.text = cell->state != REPORT_VALUE || isnan(paper.percent) ? "" : NULL;
    return p;
}

sheet_piece report_printed_gain_piece(experiment_value printed)
{
    return sheet_number(printed.percent, printed.decimals > 1 ? printed.decimals : 1, SHEET_CHANGE);
}

static void put_change(sheet *s, double fraction, sheet_mark mark)
{
    sheet_piece p = sheet_number(100 * fraction, 1, SHEET_CHANGE);
    p.mark = mark;
    sheet_put(s, p);
}

static void put_text(sheet *s, const char *text)
{
    sheet_put(s, (sheet_piece){ .text = text });
}

void report_gain_cell(sheet *s, const report_gain *gain, sheet_mark mark)
{
    sheet_begin(s);
    if (gain->pairs > 0)
        put_change(s, gain->over.difference, mark);
    else
        put_text(s, "");
    if (gain->pairs == 0 || isnan(gain->over.low))
        return;
    put_text(s, " [");
    put_change(s, gain->over.low, SHEET_UNMARKED);
    put_text(s, ", ");
    put_change(s, gain->over.high, SHEET_UNMARKED);
    put_text(s, "]");
}

/* As a cell prints it. */
static double printed_mean(const report_numbers *t, int r, int column)
{
    const report_cell cell = report_cell_of(t, r, NULL, column);
    char digits[SHEET_NUMBER];
    snprintf(digits, sizeof digits, "%.1f", 100 * cell.mean);
    return cell.state == REPORT_VALUE ? strtod(digits, NULL) : NAN;
}

bool report_is_below(const report_numbers *t, int r, int column)
{
    const experiment *e = t->experiment;
    bool below = false;
    for (int k = 0; k < e->row_count && !e->rows[r].baseline; k++)
        below |= e->rows[k].baseline && printed_mean(t, r, column) < printed_mean(t, k, column);
    return below;
}

void report_put_below(sheet *s, const report_numbers *t, int r, int column)
{
    if (report_is_below(t, r, column))
        put_text(s, REPORT_BELOW);
}

const char *report_titles(const experiment *e, char text[300])
{
    *text = 0;
    for (int c = 0; c < e->columns; c++) {
        word_append(text, 300, "/", experiment_column_title(e->column[c]));
    }
    return text;
}
