/* page_parts.h: the parts of a page of results, each written to a stream. Only page*.c include it. */
#ifndef ABLATE_PAGE_PARTS_H
#define ABLATE_PAGE_PARTS_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

enum { PAGE_NAMES = 512 };

typedef struct page_names { /* of files, sorted; zeroed = empty */
    char *name[PAGE_NAMES];
    int count;
} page_names;

/* The names in a folder that end so and are not hidden, without the ending; a folder that is not there has none.
 * 0, or -1: complained. */
int page_names_list(const char *folder, const char *ending, page_names *);
void page_names_free(page_names *);

void page_head(FILE *); /* up to the body's beginning, with the style */

/* Each report of the folder (NAME.md as `ablate run` writes it) with its rows and columns. *count: how many. 0 or -1.
 */
int page_reports(const char *results, FILE *, int *count);

/* The pictures of RESULTS/figures, PNG. 0 or -1. */
int page_figures(const char *results, FILE *, int *count);

/* The losses of each run by epoch, as small drawings. 0 or -1. */
int page_curves(const char *results, const page_runs *, FILE *, int *count);

/* Pictures that the run gets wrong, the worst first. 0 or -1. */
int page_gallery(const page_options *, FILE *);

/* What each run was made of. 0 or -1. */
int page_provenance(const page_runs *, FILE *);

#endif
