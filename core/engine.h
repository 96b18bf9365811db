/* engine.h: the engine by itself: a C program composes a graph with the calls of module.h and operations.h, and the
 * engine differentiates it and takes steps of Adam, on the CPU or a GPU. Built by `make engine`:
 *
 *     cc -Icore program.c build/libablate-engine.a -lm -o build/program
 *
 * The device is an object of its own, ablate-cpu.so or ablate-cuda.so, found beside the program, above it, or in
 * $ABLATE_LIBRARY: of an installed kit `pkg-config --variable=devices ablate-engine`. All calls come from one thread.
 *
 * Only what engine_open gives has to be looked at: NULL is no engine. From then on, after the first mistake every call
 * does nothing and returns -1 (values: a poisoned one), and engine_trouble says in one sentence where it was, what is
 * wrong and what to do. */
#ifndef ABLATE_ENGINE_H
#define ABLATE_ENGINE_H
#include "operations.h"

typedef struct engine engine;

/* device: "cpu", "cuda", or "auto", the fastest that is there. threads 0: all. seed: of first values and random
 * operations; the same seed gives the same bits. NULL: see engine_trouble. */
engine *engine_open(const char *device, int threads, uint64_t seed);
void engine_close(engine *); /* NULL is allowed */

const char *engine_trouble(void); /* the first mistake, or NULL */
void engine_trouble_clear(void);

/* ---- composing: ablate_param(b, ...), op_matmul(b, ...), ablate_loss(b, ...) with b = engine_builder(e) ---- */

ablate_builder *engine_builder(engine *); /* as of a model's training graph */

/* A tensor that the program supplies before each step: engine_input(e, "x", 64, 3). */
#define engine_input(e, name, ...) engine_add_input(e, name, ABLATE_SHAPE(__VA_ARGS__))
ablate_value *engine_add_input(engine *, const char *name, ablate_shape);

/* Ends composing: parameters receive their first values, and the weighted sum of all losses is differentiated by them.
 * adam: "rate=0.01 beta1=0.9", as section [optimiser] of an experiment's file, or NULL: the defaults. steps: of the
 * whole training, for a schedule of the rate; otherwise 0. 0 or -1. */
int engine_ready(engine *, const char *adam, uint64_t steps);

/* ---- running ---- */

/* The whole of an input, or the values of a parameter or a buffer; the numbers are copied. 0 or -1. */
int engine_put(engine *, const ablate_value *, const float *numbers);

/* One step: losses, gradients, Adam, updates of buffers. loss: receives the weighted sum of the losses before the
 * update; NULL: a GPU is not waited for. Numbers that are not finite leave parameters and buffers as they were. 0 or
 * -1. */
int engine_step(engine *, double *loss);

/* Any value of the graph from the inputs, parameters and buffers as they are now, or one of these. 0 or -1. */
int engine_get(engine *, const ablate_value *, float *numbers);

/* A parameter's gradient, as of the last step. 0 or -1. */
int engine_gradient(engine *, const ablate_value *parameter, float *numbers);

#endif
