/* descent.h: a step of training as one sequence of calls, which a device may record: losses, their gradients, the sum
 * of these as a guard against numbers that are not finite, and Adam's update. */
#ifndef ABLATE_GRAPH_DESCENT_H
#define ABLATE_GRAPH_DESCENT_H
#include "notes.h"
#include "optimiser.h"
#include "program.h"
#include "replay.h"

typedef struct descent {
    const device *device;
    program *program;
    optimiser *optimiser;
    single sum; /* of all gradients */
    float *sum_out;
    notes terms; /* of the last steps: that sum, losses, probes */
    notes guard; /* of this step: the sum and the losses */
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
 * only if each of them is (or if they overflow, which is as bad), the losses, the probes. 0, or -1: complained. */
int descent_look(const descent *);
const float *descent_row(const descent *, uint64_t step);

#endif
