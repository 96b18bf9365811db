/* optimiser.h: the one array of all parameters on the device, Adam over what of it is trained, and section [optimiser]
 * of its settings. */
#ifndef ABLATE_OPTIMISER_H
#define ABLATE_OPTIMISER_H
#include "../base/settings.h"
#include "parameters.h"
#include "single.h"

typedef enum optimiser_schedule { OPTIMISER_CONSTANT, OPTIMISER_COSINE, OPTIMISER_STEP } optimiser_schedule;

typedef struct optimiser_settings {
    double rate, beta1, beta2, eps, decay, max_norm; /* of the gradient, 0: any */
    int warmup, schedule;                            /* steps; optimiser_schedule */
    bool decoupled;
} optimiser_settings;
extern const ablate_setting optimiser_settings_rows[];

typedef struct optimiser {
    const device *device;
    int64_t count, buffered; /* floats of the array of all parameters; of these, those of the buffers */
    float *state;            /* device memory: that array, then first and second moments of what is trained */
    float *gradients;        /* device memory (count); zero where buffers are */
    float *norm_out;         /* device memory: norm of all gradients of this step, or NULL: it is left as it is */
    single adam, norm;
} optimiser;

/* `steps`: of the whole run, for the schedule of the rate; `guards`: numbers of the guard, without optimiser_guards. 0,
 * or -1: complained. optimiser_close is allowed after both. */
int optimiser_open(optimiser *, const device *, const parameters *, const optimiser_settings *, uint64_t steps,
                   int guards);
void optimiser_close(optimiser *);

/* Further numbers of the guard, at its end: 1 if gradients are shortened, their norm (norm_out); else 0. */
int optimiser_guards(const optimiser *);

/* Measures the gradients of this step, before the guard is noted. 0, or -1: complained. */
int optimiser_measure(const optimiser *, uint64_t step);

/* One update from the gradients; `step` counts from 0. Once a number of the guard, device memory, is not finite, the
 * parameters stay as they are, in this step and all that follow. */
int optimiser_step(optimiser *, const float *guard, uint64_t step);

/* The whole state, so many floats, from and to the host. */
int64_t optimiser_floats(const optimiser *);
int optimiser_put(optimiser *, const float *state);
int optimiser_get(const optimiser *, float *state);
/* A part of it, (count). */
int optimiser_get_parameters(const optimiser *, float *all);
int optimiser_get_gradients(const optimiser *, float *gradients);

#endif
