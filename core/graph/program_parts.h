/* program_parts.h: what the files of a program share, and nobody else. */
#ifndef ABLATE_GRAPH_PROGRAM_PARTS_H
#define ABLATE_GRAPH_PROGRAM_PARTS_H
#include "plan.h"
#include "program.h"
#include "replay.h"

typedef enum { STEP_FORWARD, STEP_SEED, STEP_CLEAR, STEP_BACKWARD } step_kind;

typedef struct step {
    step_kind kind;
    const ablate_value *value;
    device_step work; /* of forward and backward, with what its call points to */
    ablate_shape in_shape[ABLATE_INPUTS];
    const float *in[ABLATE_INPUTS];
    float *grad_in[ABLATE_INPUTS];
    unsigned wants; /* bit i: input i receives a gradient */
    int scratch;    /* buffer, or -1 */
    float *target;  /* of a seed or a clear */
    size_t bytes;   /* of a clear */
    double flops;
    double seconds;
    int calls;
} step;

/* Where the numbers of one value are. Buffers are indices into the plan, or -1. */
typedef struct place {
    int root; /* the value whose memory this one shares; itself if it is no view */
    int data_buffer, grad_buffer, aux_buffer;
    float *data, *grad, *aux;
} place;

struct program {
    program_request request;
    char *stop, *needed, *receives; /* by value: given or folded; must exist; gets a gradient */
    place *place;
    step *step;
    int steps;
    plan_buffer *buffer;
    int buffers;
    int64_t arena_bytes;
    char *arena;
    int timing; /* calls of each operation in a row; 0: they are not timed */
    bool ran;   /* once, operation by operation */
    replay replay;
};

static inline bool step_works(const step *s)
{
    return s->kind == STEP_FORWARD || s->kind == STEP_BACKWARD;
}

/* Making a program, in this order. 0, or -1: complained. */
int program_list_steps(program *); /* program_steps.c: what runs, in which order */
void program_resolve(program *);   /* program_resolve.c: who computes each step, and which two of them as one */
int program_place(program *);      /* program_memory.c: where everything is; what the calls point to */

#endif
