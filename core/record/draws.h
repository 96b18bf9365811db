/* draws.h: what a run keeps of its test pictures drawn again, from which the intervals of differences between runs are
 * made: RUN/draws.npz, an array `off` (metrics, draws) as metrics/bootstrap.h has it. */
#ifndef ABLATE_DRAWS_H
#define ABLATE_DRAWS_H

/* Writes off (METRICS_KINDS, BOOTSTRAP_SAMPLES) into the folder of a run, whole or not at all. 0, or -1: complained. */
int draws_write(const char *folder, const double *off);

/* Those of the run in `folder`, new memory. NULL: complained: an older run has none, or the file is damaged. */
double *draws_read(const char *folder);

#endif
