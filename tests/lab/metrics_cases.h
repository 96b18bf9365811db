/* metrics_cases.h: random small inputs of the metrics and how their results are compared. */
#ifndef LAB_METRICS_CASES_H
#define LAB_METRICS_CASES_H
#include "../../core/base/diag.h"
#include "../../core/base/random.h"
#include "../../core/metrics/metrics.h"
#include "metrics_naive.h"
#include "test.h"

/* Sums of at most NAIVE_MOST terms of size <= 1, each with a few roundings on both sides. */
#define NAIVE_TOLERANCE (NAIVE_MOST * 8 * 2.3e-16)

/* |value - wanted| within that; NaN fails. */
void assert_near(double value, double wanted);

/* The protocol of that name, which there is. */
const metrics_protocol *protocol(const char *name);

/* One class of n maps height x width. */
metrics_input one_class(int n, int height, int width, const float *maps, const uint8_t *masks);

/* One metric's mean over classes. */
double evaluate_one(const metrics_input *in, const metrics_protocol *how, metrics_kind kind);

/* A whole number below that; the next of one stream. */
uint32_t draw(uint64_t *at, uint32_t below);

/* Scores of many kinds: many ties, few, one ulp apart, outliers, both signs, all equal. */
double draw_score(uint64_t *at, int kind);

/* A class of random sizes, scores and masks. */
void draw_set(naive_set *set, uint64_t *at);

/* A set as the evaluator's input; in double precision the scores differ where float cannot tell them apart. */
metrics_input input_of(naive_set *set, bool wide, float *maps);

/* Its defective pixels. */
int count_mask(const naive_set *set);

#endif
