/* checkpoint.h: where a training run stands, written whole or not at all, so that a killed run goes on to the same
 * bits as an undisturbed one. */
#ifndef ABLATE_CHECKPOINT_H
#define ABLATE_CHECKPOINT_H
#include "../base/hash.h"
#include <stdint.h>

typedef struct checkpoint {
    hash_digest run; /* settings, data, weights and code it belongs to */
    uint64_t step;   /* steps done */
    double seconds;  /* that the run has taken up to here */
    int64_t peak;    /* bytes resident at most up to here */
    int64_t floats;  /* of `state` */
    float *state;    /* parameters and moments, (3, count) */
    int64_t log_floats;
    double *log; /* mean of each loss by epoch so far, and sums of the running epoch */
    int64_t module_bytes;
    uint8_t *modules; /* states of the modules, one after the other */
} checkpoint;

int checkpoint_write(const char *path, const checkpoint *); /* 0, or -1: complained */

/* Reads a checkpoint into the arrays of `into`, whose `run` and sizes say what is expected, and removes what a killed
 * write left beside it. 1: read; 0: there is none, or it is damaged or of another run, which is said on stderr (then
 * the run begins anew); -1: complained. */
int checkpoint_read(const char *path, checkpoint *into);

void checkpoint_remove(const char *path); /* with what a killed write left; none need be there */

#endif
