/* report_caption.h: what must be said beside the numbers, gathered from the experiment and the records. */
#ifndef ABLATE_REPORT_CAPTION_H
#define ABLATE_REPORT_CAPTION_H
#include "../base/arena.h"
#include "report_numbers.h"

/* Sentences, one a line, in the memory given. NULL: complained. */
char *report_caption(const report_numbers *, arena *);

#endif
