/* page_provenance.h: what each run was made of. */
#ifndef ABLATE_PAGE_PROVENANCE_H
#define ABLATE_PAGE_PROVENANCE_H
#include "../record/runs_list.h"
#include "page.h"
#include <stdio.h>

/* A paragraph a run that can be opened; *count: of all runs. 0, or -1: complained. */
int page_provenance(const page_options *, const runs_list *, FILE *, int *count);

#endif
