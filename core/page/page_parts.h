/* page_parts.h: the parts of the page, in its order. Each writes what there is and sets *count, how many things that
 * are: a part with none is left out. 0, or -1: complained. */
#ifndef ABLATE_PAGE_PARTS_H
#define ABLATE_PAGE_PARTS_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

typedef int page_part(const page_options *, const runs_list *, FILE *, int *count);

/* Each report, of its NAME.sheet. One that has none, as programs before this one wrote them, and one that is damaged
 * are left out, and are named on stderr. */
page_part page_reports;

/* The pictures of RESULTS/figures, PNG. */
page_part page_figures;

/* Of options->run, if one is named, the pictures that it gets most wrong. A defective picture is the worse missed, the
 * more of its class's good pictures score at least as high; a good one the worse alarm, the more of its class's
 * defective pictures score at most as high. No threshold is needed for that. */
page_part page_gallery;

/* The losses of each run, as RUN/losses.tsv has them, on a logarithmic scale over the epochs: a small drawing each. */
page_part page_curves;

/* What each run was made of, a paragraph a run that can be opened; *count: of all runs. */
page_part page_provenance;

#endif
