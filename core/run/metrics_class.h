/* metrics_class.h: the five numbers of one class. */
#ifndef ABLATE_METRICS_CLASS_H
#define ABLATE_METRICS_CLASS_H
#include "metrics.h"

/* Evaluates row->pictures pictures, whose places in the input are `picture`, by the result's protocol into `row`, and
 * adds notes to the result. 0, or -1: complained. */
int class_evaluate(const metrics_input *, metrics_result *result, metrics_row *row, const int64_t *picture);

#endif
