/* truth.h: what a test compared with whose numbers, for the table that `make truth` prints. */
#ifndef LAB_TRUTH_H
#define LAB_TRUTH_H

/* Adds a line to the file that $ABLATE_TRUTH names; does nothing without it. `part` is what was checked ("Eq. 4"),
 * `reference` with whose numbers, `reason` where the tolerance comes from. The table keeps, of all lines of a part and
 * reference, the one whose error is nearest its tolerance. */
void truth(const char *part, const char *reference, double error, double tolerance, const char *reason);

#endif
