/* curves.h: what finished runs say about their training, as tab-separated values with a line of headers. Each function
 * writes the file whole or not at all. 0, or -1: complained. */
#ifndef ABLATE_CURVES_H
#define ABLATE_CURVES_H
#include "finished_run.h"

/* "ablation, row vii, scale mini", and the seed if asked for: what numbers are from. New memory; NULL: complained. */
char *curves_label(const run_record *, bool seed);

/* Losses and probes by epoch, from the losses.tsv of runs that differ in their seed alone: run (without the seed),
 * term, epoch, weight of the loss in that epoch (NaN: a probe), least, mean and most over the runs, then the value of
 * each run under "seed N". */
int curves_losses(const char *const *folders, int count, const finished_options *, const char *out);

/* The same of the norms of the losses' gradients over all parameters, in steps spread over the epochs (epoch: how many
 * had passed, not always whole), from the gradients.tsv of runs that kept their epochs: of each loss alone as if its
 * weight were 1, and of their weighted sum, which is what the optimiser is given. */
int curves_gradients(const char *const *folders, int count, const finished_options *, const char *out);

/* Histograms of scores, for each level ("image", "pixel") and run over the range of its scores: run, level, from, to,
 * normal and defective (numbers in this bin), normal_share and defective_share (of their sum; NaN if there are none).
 * A picture is defective by its folder, a pixel by its mask as the run's protocol makes it; the pixels outside of
 * defects are normal in every picture. */
int curves_scores(const char *const *folders, int count, const finished_options *, const char *out);

/* How the patches of the test pictures are spread over the last axis of a value on the board, (pictures, tokens,
 * places); `value` NULL: the one that a module of the run names as its `spread`: run, by, name, pictures, place (from
 * 1), share (of the patches for which this place is not 0), mean (of its numbers over all patches). First `by` is
 * "class", name a class or "all", with the trained parameters; then "epoch", 0 with the parameters as drawn, and as
 * trained so far where the run has parameters-epoch-N.safetensors. Where there is one token more than a square grid
 * has, the first one is no patch and does not count. */
int curves_usage(const char *folder, const char *value, const finished_options *, const char *out);

#endif
