/* report_pieces.h: numbers of a report as pieces of a sheet's cells. */
#ifndef ABLATE_REPORT_PIECES_H
#define ABLATE_REPORT_PIECES_H
#include "document.h"
#include "report_gains.h"

/* Mean and deviation; or "not run", "not asked for", "undefined", "n/a". `group`: in which it is ranked. */
sheet_piece report_piece(const report_cell *, int group);

/* As the next of several in the last cell, without a deviation. */
void report_join(sheet *, sheet_piece, int number);

/* Lengthens the last cell by report_seeds. */
void report_put_seeds(sheet *, int runs, int wanted);

/* A printed value, with its decimals; NaN where nothing is printed. */
sheet_piece report_paper_piece(experiment_value);

/* A printed difference, with its sign. */
sheet_piece report_printed_gain_piece(experiment_value);

/* The next cell: a gain with its interval; empty where there is none. */
void report_gain_cell(sheet *, const report_gain *, sheet_mark);

/* Lengthens the last cell by REPORT_BELOW where the row's number is less than some baseline's, as both are printed. */
#define REPORT_BELOW " ▾"
void report_put_below(sheet *, const report_numbers *, int row, int column);
bool report_is_below(const report_numbers *, int row, int column);

/* The difference between a cell and a printed value; "" where there is none. */
sheet_piece report_difference_piece(const report_cell *, experiment_value);

/* "I-AUROC/AUPRO", of all columns. */
const char *report_titles(const experiment *, char text[300]);

#endif
