/* descent.h: a step of training as one sequence of calls, which a device may record: losses, their gradients, the sum
 * of these as a guard against numbers that are not finite, Adam's update, and the updates of buffers. */
#ifndef ABLATE_GRAPH_DESCENT_H
#define ABLATE_GRAPH_DESCENT_H
#include "notes.h"
#include "optimiser.h"
#include "program.h"
#include "replay.h"

typedef struct descent_update { /* of a buffer */
    const float *next;
    float *buffer;
    single sum, store; /* of `next`; to the buffer */
} descent_update;

typedef struct descent {
    const device *device;
    program *program;
    optimiser *optimiser;
    single sum; /* of all gradients */
    descent_update *update;
    int terms_count, updates;
    float *sums; /* of all gradients, and of each buffer's next values */
    notes terms; /* of the last steps: the first sum, losses, probes, the other sums */
    notes guard; /* of this step: the sums and the losses */
    replay replay;
} descent;

int descent_guards(const graph *); /* numbers of the guard, as the optimiser is opened with */

/* The program differentiates the graph; the optimiser has its gradients. Both outlive the descent. `kept`: steps of
 * which the terms are kept. 0, or -1: complained; descent_close is allowed after both. */
int descent_open(descent *, const graph *, program *, optimiser *, int kept);
void descent_close(descent *);

/* Takes a step, without waiting for it. 0, or -1: complained. */
int descent_step(descent *, uint64_t step);

void descent_forget(descent *); /* losses' weights have changed: what is recorded holds no more */

/* Waits; then descent_row may be asked for one of the steps that are kept: the sum of all gradients, which is finite
 * only if each of them is (or if they overflow, which is as bad), the losses, the probes, and such sums of the buffers'
 * next values. 0, or -1: complained. */
int descent_look(const descent *);
const float *descent_row(const descent *, uint64_t step);
bool descent_sound(const descent *, const float *row); /* were all these sums finite, so that the step was taken? */

#endif
