/* parameters.h: the tensors that a run keeps from step to step, trained and not, and how their first values are drawn.
 */
#ifndef ABLATE_GRAPH_PARAMETERS_H
#define ABLATE_GRAPH_PARAMETERS_H
#include "../base/arena.h"
#include "../op.h"

typedef struct parameter {
    const char *name, *init;
    ablate_shape shape;
    bool buffer;           /* not trained: a graph updates it (module.h), or nothing does */
    int64_t offset, count; /* offset: among those of its kind, see parameters_at */
} parameter;

/* All kept tensors of a run, one after the other in one array: buffers, then what is trained, each aligned for four
 * floats; shared by its training and scoring graphs. Gradients lie in the same places of an array of their own. */
typedef struct parameters {
    arena *memory;
    bool begin_normal; /* see parameters_begin_normal */
    parameter *entry;
    int entries;
    int64_t count;    /* floats of the array: between tensors there may be unused ones */
    int64_t buffered; /* of these, those of the buffers */
    int64_t numbers;  /* of the trained tensors */
} parameters;

#define PARAMETER_START "start" /* init of a parameter that begins at a frozen value */

parameters *parameters_new(void); /* NULL: complained */
/* From now on weights that a module begins as a library's layers do (linear, xavier) begin at N(0, 0.02), and biases
 * (uniform BOUND) at zero, as vision transformers often do. */
void parameters_begin_normal(parameters *);
void parameters_free(parameters *);
/* Entry of that name, registered on first use. NULL: complained (same name, other shape; unknown init). */
const parameter *parameters_enter(parameters *, const char *name, const char *init, const ablate_shape *shape);
/* The same of a buffer. NULL: complained, also if the name is a trained tensor's, and the other way round. */
const parameter *parameters_enter_buffer(parameters *, const char *name, const char *init, const ablate_shape *shape);

/* Where such a tensor begins in the array: known when all are entered. */
static inline int64_t parameters_at(const parameters *p, bool buffer, int64_t offset)
{
    return buffer ? offset : p->buffered + offset;
}

/* Draws every initial value, out[count], from streams keyed by (seed, name): no tensor's values depend on another's.
 * Those with the init PARAMETER_START are left as they are. */
int parameters_draw(const parameters *, uint64_t seed, float *out);

#endif
