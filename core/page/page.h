/* page.h: RESULTS/index.html, one self-contained page of what is in a folder of results: reports, figures, learning
 * curves, a gallery of pictures with heat maps, and what each run was made of. No script, nothing from elsewhere. */
#ifndef ABLATE_PAGE_H
#define ABLATE_PAGE_H
#include "../finished/finished_run.h"

typedef struct page_options {
    const char *results;      /* the folder; the page is written into it */
    const char *run;          /* folder of the run whose pictures are shown; NULL: no gallery */
    int shown;                /* most pictures of each kind in the gallery */
    finished_options predict; /* how that run is opened */
} page_options;

/* 0, or -1: complained; then an old page is as it was. */
int page_write(const page_options *);

#endif
