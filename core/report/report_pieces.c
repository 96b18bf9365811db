#include "report_pieces.h"
#include "../base/words.h"
#include <math.h>
#include <stdio.h>
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

const char *report_titles(const experiment *e, char text[300])
{
    *text = 0;
    for (int c = 0; c < e->columns; c++) {
        word_append(text, 300, "/", experiment_column_title(e->column[c]));
    }
    return text;
}
