/* report_tsv.h: a report's numbers for programs, a line a number: also each seed's, which no sheet shows. */
#ifndef ABLATE_REPORT_TSV_H
#define ABLATE_REPORT_TSV_H
#include "document.h"

/* A document's lines, of report_numbers. */
void report_tsv(const document *, const char *sign, FILE *);

#endif
