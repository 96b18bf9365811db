/* metrics_load.h: what `ablate metrics` evaluates, read from an archive of arrays. */
#ifndef ABLATE_METRICS_LOAD_H
#define ABLATE_METRICS_LOAD_H
#include "metrics.h"

typedef struct metrics_file { /* `in` points into the rest */
    metrics_input in;
    float *maps;
    double *maps_wide, *scores;
    uint8_t *masks;
    int8_t *labels;
    int *classes;
    char **class_names; /* one block */
} metrics_file;

/* Reads arrays maps (N,H,W) or (N,1,H,W), masks of the same size, and where they are there scores (N), labels (N; 0
 * good, 1 defective) and classes (N; text or whole numbers). Maps of a type that float holds exactly become float,
 * others double: no value is rounded. A mask's value is a fraction, or a whole number of 0 .. 1 or 0 .. 255, and a
 * defect where it is above the protocol's `mask_threshold` of the whole; where the protocol wants masks resized to the
 * nearest pixel and there is an array masks_nearest, that is read instead. Classes are numbered by first appearance. 0,
 * or -1: complained; metrics_file_free also then. */
int metrics_file_read(metrics_file *, const char *path, const metrics_protocol *);
void metrics_file_free(metrics_file *);

#endif
