/* page_parts.h: the parts of a page of results, each written to a stream. Only page*.c include it. */
#ifndef ABLATE_PAGE_PARTS_H
#define ABLATE_PAGE_PARTS_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

void page_head(FILE *); /* up to the body's beginning, with the style */

/* Each report of the folder (NAME.md as `ablate run` writes it) with its rows and columns. *count: how many. 0 or -1.
 */
int page_reports(const char *results, FILE *, int *count);

/* The pictures of RESULTS/figures, PNG. 0 or -1. */
int page_figures(const char *results, FILE *, int *count);

/* The losses of each run by epoch, as small drawings. 0 or -1. */
int page_curves(const runs_list *, FILE *, int *count);

/* Pictures that the run gets wrong, the worst first. 0 or -1. */
int page_gallery(const page_options *, FILE *);

/* What each run was made of. 0 or -1. */
int page_provenance(const char *results, const runs_list *, FILE *);

#endif
