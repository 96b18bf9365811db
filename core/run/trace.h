/* trace.h: the first steps of a training run, number by number, in one safetensors file, so that others can retrace it.
 * Of step K = 0 .. N-1, in this order, all float32, every name as the graph has it:
 *
 *   K/parameter/NAME   before the step; N/parameter/NAME is after the last. NAME and layout are PyTorch's where it has
 *                      the layer: attn.in_proj_weight (3 C, C), a linear layer's weight (out, in)
 *   K/picture (B)      places of the batch's pictures in the data set, in the order its module lists them
 *   K/input/NAME       what the step is computed from: "image", another input of the data, or what no training changes
 *                      and no draw: NAME is where a module first put it on the board (teacher.0), else MODULE:OP:NUMBER
 *   K/draw/MODULE:OP:NUMBER   bare draws of a random operation (see draws.h), NUMBER counting the module's operations
 *   K/loss/NAME, K/weight/NAME, K/probe/NAME   scalars; the weight is that in force
 *   K/total            scalar: sum of weight x loss
 *   K/gradient/NAME    of the total, to each parameter
 *
 * Notes: version, experiment, row, scale, data, data_hash, seed, steps, steps_an_epoch, settings (lines
 * "section.key = value"). A random operation without draws to show, a full disk or a number that is not finite is a
 * complaint, and then no file is changed. */
#ifndef ABLATE_TRACE_H
#define ABLATE_TRACE_H
#include "../model/model.h"
#include "../record/record.h"
#include "train_step.h"

typedef struct trace trace;

typedef struct trace_request { /* all of it outlives the trace */
    const char *path;
    const device *device;
    const model *model;
    const run_record *record;
    int64_t steps;
} trace_request;

trace *trace_new(const trace_request *);       /* NULL: complained */
const train_observer *trace_observer(trace *); /* of a run of exactly `steps`; lives as long as the trace */
int trace_commit(trace *);                     /* 0, or -1: complained. Frees */
void trace_abandon(trace *);                   /* Frees. NULL is allowed */

#endif
