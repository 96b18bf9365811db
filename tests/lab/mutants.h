/* mutants.h: operations whose gradient is wrong in one way. Each is a copy of a record with another `backward`, which
 * asks the right one for its gradients, spoils them and hands them on. */
#ifndef LAB_MUTANTS_H
#define LAB_MUTANTS_H
#include "op_check.h"

typedef enum {
    MUTANT_NONE, /* not spoilt: the checker must accept it */
    MUTANT_SIGN,
    MUTANT_ZERO,
    MUTANT_NAN,       /* one number */
    MUTANT_SHIFT,     /* each number is its neighbour's */
    MUTANT_SCALE,     /* a quarter too large */
    MUTANT_HOLE,      /* the largest number is missing */
    MUTANT_OVERWRITE, /* stores where it should add */
    MUTANT_GARBAGE,   /* adds where it should store */
    MUTANT_SHY,       /* nothing for the last input wanted */
    MUTANTS
} mutant_kind;

extern const char *const mutant_names[MUTANTS];

/* The copy; one at a time. */
ablate_op mutant_make(const ablate_op *op, mutant_kind kind);

/* Fails unless op_count_mistakes notices a flipped sign, all zeros, one NaN, and what is stored for added, in the
 * case's operation. */
void op_check_mutants(op_case *c, unsigned wanted, double h, double ulps);

#endif
