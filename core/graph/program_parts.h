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
    ablate_call call;
    ablate_shape in_shape[ABLATE_INPUTS];
    const float *in[ABLATE_INPUTS];
    float *grad_in[ABLATE_INPUTS];
    unsigned wants; /* bit i: input i receives a gradient */
    bool paired;    /* this step and the next are done as one */
    int scratch;    /* buffer, or -1 */
    int64_t scratch_floats;
    float *target; /* of a seed or a clear */
    size_t bytes;  /* of a clear */
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
    int steps, room;
    plan_buffer *buffer;
    int buffers;
    int64_t arena_bytes;
    char *arena;
    int timing; /* calls of each operation in a row; 0: they are not timed */
    bool ran;   /* once, operation by operation */
    replay replay;
};

int program_list_steps(program *); /* program_steps.c: what runs, in which order */
int program_place(program *);      /* program_memory.c: where everything is; fills the calls */
int program_fold(program *);       /* program_fold.c: results of constants alone become constants; finds `needed` */
program *program_new_unfolded(const program_request *); /* program.c: computes them instead */

typedef struct step_shapes { /* a call of which only shapes, attributes and wanted gradients are there */
    ablate_shape shape[ABLATE_INPUTS];
    float there, *grad[ABLATE_INPUTS];
    ablate_call call;
} step_shapes;
void program_shapes(const step *, step_shapes *); /* program_memory.c */

/* program_pairs.c: neighbours that the device does as one. */
void program_find_pairs(program *);                          /* marks them, before places are given out */
int program_run_pair(const program *, step *, uint64_t now); /* such a step and the next. 0 or -1 */

#endif
