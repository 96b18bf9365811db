/* parameters.h: the trainable tensors of a run, and how their first values are drawn. */
#ifndef ABLATE_GRAPH_PARAMETERS_H
#define ABLATE_GRAPH_PARAMETERS_H
#include "../base/arena.h"
#include "../op.h"

typedef struct parameter {
    const char *name, *init;
    ablate_shape shape;
    int64_t offset, count;
} parameter;

/* All trainable tensors of a run, laid out one after the other, each aligned for four floats; shared by its training
 * and scoring graphs. */
typedef struct parameters {
    arena *memory;
    bool begin_normal; /* see parameters_begin_normal */
    parameter *entry;
    int entries;
    int64_t count, numbers; /* floats of the array, and of the tensors: between them there may be unused ones */
} parameters;

#define PARAMETER_START "start" /* init of a parameter that begins at a frozen value */

parameters *parameters_new(void); /* NULL: complained */
/* From now on weights that a module begins as a library's layers do (linear, xavier) begin at N(0, 0.02), and biases
 * (uniform BOUND) at zero, as vision transformers often do. */
void parameters_begin_normal(parameters *);
void parameters_free(parameters *);
/* Entry of that name, registered on first use. NULL: complained (same name, other shape; unknown init). */
const parameter *parameters_enter(parameters *, const char *name, const char *init, const ablate_shape *shape);
/* Draws every initial value, out[count], from streams keyed by (seed, name): no tensor's values depend on another's.
 * Those with the init PARAMETER_START are left as they are. */
int parameters_draw(const parameters *, uint64_t seed, float *out);

#endif
