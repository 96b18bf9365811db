/* report_pieces.h: numbers of a report as pieces of a sheet's cells. */
#ifndef ABLATE_REPORT_PIECES_H
#define ABLATE_REPORT_PIECES_H
#include "document.h"
#include "report_numbers.h"

/* Mean and deviation; or "not run", "not asked for", "undefined", "n/a". `group`: in which it is ranked. */
sheet_piece report_piece(const report_cell *, int group);

/* As the next of several in the last cell, without a deviation. */
void report_join(sheet *, sheet_piece, int number);

/* Lengthens the last cell by report_seeds. */
void report_put_seeds(sheet *, int runs, int wanted);

/* A printed value, with its decimals; NaN where nothing is printed. */
sheet_piece report_paper_piece(experiment_value);

/* The difference between a cell and a printed value; "" where there is none. */
sheet_piece report_difference_piece(const report_cell *, experiment_value);

/* "I-AUROC/AUPRO", of all columns. */
const char *report_titles(const experiment *, char text[300]);

#endif
