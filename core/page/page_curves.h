/* page_curves.h: the losses of each run, as RUN/losses.tsv has them, on a logarithmic scale over the epochs. */
#ifndef ABLATE_PAGE_CURVES_H
#define ABLATE_PAGE_CURVES_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

/* A small drawing a run, *count of them. 0, or -1: complained. */
int page_curves(const page_options *, const runs_list *, FILE *, int *count);

#endif
