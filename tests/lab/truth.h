/* truth.h: what a test compared with whose numbers, for the table that `make truth` prints. */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H
#include <stdio.h>
#include <stdlib.h>

/* Adds a line to the file that $ABLATE_TRUTH names; does nothing without it. `part` is what was checked ("Eq. 4"),
 * `reference` with whose numbers, `reason` where the tolerance comes from. The table keeps, of all lines of a part and
 * reference, the one whose error is nearest its tolerance. */
static inline void truth(const char *part, const char *reference, double error, double tolerance, const char *reason)
{
    const char *table = getenv("ABLATE_TRUTH");
    FILE *to = table ? fopen(table, "a") : NULL;
    if (!to)
        return;
    fprintf(to, "%s\t%s\t%.3g\t%.3g\t%s\n", part, reference, error, tolerance, reason);
    fclose(to);
}

#endif
