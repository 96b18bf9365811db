/* dataset_export.h: a data set written as files, whatever it is made of. */
#ifndef ABLATE_DATASET_EXPORT_H
#define ABLATE_DATASET_EXPORT_H
#include "dataset.h"
#include "input_settings.h"
#include <stdio.h>

/* Writes every picture, and the mask of each that shows a defect, as PNG: FOLDER/CLASS/train/good/000.png,
 * CLASS/test/STATE, CLASS/ground_truth/STATE/000_mask.png. fitted: as the network sees them, but for mean and
 * deviation; NULL: at their own size. Says on the stream how many were stored turned. 0, or -1: complained. */
int dataset_export(const dataset *, const char *folder, const input_settings *fitted, FILE *);

#endif
