/* op_golden.h: operations beside what PyTorch makes of the same inputs: tests/golden/operations.txt. */
#ifndef LAB_OP_GOLDEN_H
#define LAB_OP_GOLDEN_H
#include "op_check.h"

/* Runs the cases of that operation and fails at the first number that is off by more than so many units in the last
 * place of 1 + its size; nine digits of the file are half a unit. Returns how many cases there are. */
int op_golden(const char *name, double ulps, double gradient_ulps);

#endif
