/* metrics_remark.h: what a reader of an evaluation's numbers must know beside them. */
#ifndef ABLATE_METRICS_REMARK_H
#define ABLATE_METRICS_REMARK_H
#include "metrics.h"

/* Gives the notes, why numbers are missing, and over how many classes means are, a sentence at a time. */
void metrics_each_remark(const metrics_result *, void (*give)(void *context, const char *sentence), void *context);

#endif
