/* page_reports.h: what a folder of results holds beside its runs: reports, and figures. */
#ifndef ABLATE_PAGE_REPORTS_H
#define ABLATE_PAGE_REPORTS_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

/* Each report, of its NAME.sheet. One that has none, as programs before this one wrote them, and one that is damaged
 * are left out, and are named on stderr. *count: how many are shown. 0, or -1: complained. */
int page_reports(const page_options *, const runs_list *, FILE *, int *count);

/* The pictures of RESULTS/figures, PNG. */
int page_figures(const page_options *, const runs_list *, FILE *, int *count);

#endif
