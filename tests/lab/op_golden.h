/* op_golden.h: operations beside what PyTorch makes of the same inputs: tests/golden/operations.txt. */
#ifndef LAB_OP_GOLDEN_H
#define LAB_OP_GOLDEN_H
#include "op_check.h"

/* Runs the cases of that operation and fails at the first number that is off by more than so many units in the last
 * place of 1 + its size; nine digits of the file are half a unit. Returns how many cases there are. */
int op_golden(const char *name, double ulps, double gradient_ulps);

/* The numbers of a line, by its first word, of a case that is more than one operation: "trained_norm|eps=0.001
 * momentum=0.01", and what is wanted of it. Returns how many there are, at most `most`. */
int64_t op_golden_line(const char *of, const char *word, double *numbers, int64_t most);

/* The number that element e of input k has there, and of the result's gradient. */
float op_golden_input(int k, int64_t e);
float op_golden_slope(int64_t e);

#endif
