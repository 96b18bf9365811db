/* phases.h: what a command's time and memory go to. One phase at a time: entering one ends the one before. */
#ifndef ABLATE_PHASES_H
#define ABLATE_PHASES_H
#include <stdint.h>
#include <stdio.h>

typedef enum phase {
    PHASE_REST,     /* settings, modules, graphs, reports */
    PHASE_PICTURES, /* listing, drawing or reading, hashing */
    PHASE_FEATURES, /* what is computed once and cached */
    PHASE_TRAINING,
    PHASE_SCORING, /* score maps of the test pictures */
    PHASE_METRICS, /* masks and the evaluator */
    PHASES
} phase;

typedef struct phases { /* zeroed = in PHASE_REST since the process began */
    phase now;
    double since; /* when `now` was entered, in seconds_since_start() */
    double seconds[PHASES];
    int64_t peak[PHASES]; /* bytes resident at most; 0: never entered */
    int64_t peak_before;  /* of all phases left behind */
} phases;

/* Returns the phase that was left, to go back to. */
phase phases_enter(phases *, phase);

/* Bytes resident at most since the process began. Where the system cannot count a phase's own peak, each phase shows
 * this one. */
int64_t phases_peak(phases *);

/* A line a phase that was entered: name, seconds, share, peak memory; then the sum. */
void phases_print(phases *, FILE *);

#endif
