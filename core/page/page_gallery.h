/* page_gallery.h: the pictures that a run gets most wrong. A defective picture is the worse missed, the more of its
 * class's good pictures score at least as high; a good one the worse alarm, the more of its class's defective pictures
 * score at most as high. No threshold is needed for that. */
#ifndef ABLATE_PAGE_GALLERY_H
#define ABLATE_PAGE_GALLERY_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

/* Of options->run, if one is named: then *count is 1. 0, or -1: complained. */
int page_gallery(const page_options *, const runs_list *, FILE *, int *count);

#endif
