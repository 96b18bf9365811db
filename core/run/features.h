/* features.h: what the modules of a row put on the board for one picture, with the parameters as training begins. */
#ifndef ABLATE_FEATURES_H
#define ABLATE_FEATURES_H
#include "../data/session.h"
#include "../experiment/experiment.h"

typedef struct features_request {
    const char *picture, *out; /* a picture's file; the safetensors file to write */
    const char *input;         /* an input that the data would give beside the picture, or NULL, and */
    const float *number;       /* its numbers */
    int numbers;
} features_request;

/* Writes every value, named "NAME.INDEX", and lists their shapes on `list`. 0, or -1: complained. */
int features_write(session *, const experiment *, const experiment_row *, const features_request *, FILE *list);

#endif
