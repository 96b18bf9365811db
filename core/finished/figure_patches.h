/* figure_patches.h: a number for each patch of each test picture, out of a value of the board, and what the patches
 * show according to the masks. */
#ifndef ABLATE_FIGURE_PATCHES_H
#define ABLATE_FIGURE_PATCHES_H
#include "figure_runs.h"

typedef struct patch_value { /* which number: NAME, NAME.K, NAME.K:C, NAME.K:C-D, and 1-... of each */
    const char *text;        /* as written */
    char name[64];           /* on the board */
    int index;               /* K; -1: the mean over all values of that name */
    int channel, minus;      /* of the last axis; -1: there is none */
    bool from_one;           /* one minus it */
} patch_value;

/* 0, or -1: complained. `text` must outlive the value. */
int patch_value_read(const char *text, patch_value *);

/* Does the run's board have it? */
bool patch_value_exists(const finished_run *, const patch_value *);

/* Computes `count` values of all test pictures with run k: out[i] has (tests, grid * grid) numbers, or is NULL where
 * the run lacks the value. A value has an element, or a row of channels, for each patch of a square grid, with or
 * without a class token before them. 0, or -1: complained. */
int patches_compute(figure_runs *, int k, const patch_value *, int count, float *const *out);

/* Patches on a side of run k's grid, from the first of these values that it has; 0: it has none; -1: complained. */
int patches_grid(const figure_runs *, int k, const patch_value *, int count);

typedef enum patch_kind { PATCH_NORMAL, PATCH_DEFECTIVE, PATCH_MIXED } patch_kind;

/* kind (tests, grid * grid): defective where at least half of the patch's pixels are marked, normal where none is, in
 * good and in defective pictures. 0, or -1: complained. */
int patches_label(figure_runs *, int grid, uint8_t *kind);

#endif
