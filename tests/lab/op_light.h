/* op_light.h: further questions that the tests of the light operations ask of a case (see op_check.h). */
#ifndef LAB_OP_LIGHT_H
#define LAB_OP_LIGHT_H
#include "op_check.h"

/* Fails unless |got - want| <= units * 2^-23 * size; NaN fails. Where units come from: a sum of n terms, in any order,
 * is off by at most n / 2 units of the sum of their absolute values; in the sixteen lanes of cpu_vector.h, by (n / 16 +
 * 5) / 2; a product, a quotient and a root by 1 / 2 of themselves; an exponential by 2; a root halves what comes to it.
 */
void light_near(double got, double want, double units, double size, const char *what);

/* Fails unless each of n numbers lies within `tolerance` of what is wanted, in units of 2^-23 (1 + |wanted|). NaN fails
 * unless NaN is wanted. */
void light_expect(const char *what, const float *x, const double *want, int64_t n, double tolerance);

double *light_room(int64_t n);

/* Fails unless result and gradients are the same to the bit for any number of threads. */
void light_threads(op_case *c, unsigned wanted);

/* The same, on standard normal inputs. */
void light_check_threads(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes);

/* Fails unless the shapes are refused in these words. */
void light_refused(const char *name, const char *attributes, const char *words, int n, const ablate_shape *shapes);

/* What the shape rule answers about rows: does row b of the result need more than row b of the inputs? */
bool light_mixes(const char *name, const char *attributes, int n, const ablate_shape *shapes);

#endif
