/* report_claims.h: what an experiment's claims come to, in sentences. */
#ifndef ABLATE_REPORT_CLAIMS_H
#define ABLATE_REPORT_CLAIMS_H
#include "report_numbers.h"
#include <stdio.h>

/* A sentence a claim: what is printed, what came out here, and whether it is held; then how many are, and what that
 * means. Nothing where the experiment has no claim. */
void report_claims(const report_numbers *, FILE *);

#endif
