/* predict_remark.h: what a reader of scores must know of how they came about, beside the scores. */
#ifndef ABLATE_PREDICT_REMARK_H
#define ABLATE_PREDICT_REMARK_H
#include "predict_threshold.h"

/* Adds to the run's warnings: files of folders that are not scored, pictures named twice, classes whose threshold is of
 * all classes or cannot keep the rate, with the option that would help, and pictures that chose the thresholds
 * themselves. 0, or -1: complained. */
int predict_remark(finished_run *, const predict_files *, const predict_threshold *);

#endif
