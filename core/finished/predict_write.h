/* predict_write.h: what is written of pictures scored by a finished run: a line each in scores.tsv, and beside it,
 * under the picture's own path, its heat map, an overlay and the raw map. */
#ifndef ABLATE_PREDICT_WRITE_H
#define ABLATE_PREDICT_WRITE_H
#include "predict_threshold.h"
#include <stdio.h>

typedef struct predict_output { /* zeroed = everything below is off */
    const char *folder;         /* made if it is not there */
    bool pictures, maps;        /* NAME.heat.png and NAME.overlay.png; NAME.npz with `map` (S, S), float32 */
} predict_output;

typedef struct predict_summary {
    int scored, defective, unread;
} predict_summary;

/* Scores the files, each judged by the threshold of its class, and writes; the run's warnings stand in the head of
 * scores.tsv. Colours of heat maps run from that threshold's `calm` (dark blue) to twice as far above
 * it as its `pixel` lies, so that what is between green and yellow is above what good pictures have; the overlay is the
 * picture as the network sees it with the border of those pixels. Files that cannot be read are listed in `unreadable`,
 * a line each. 0, or -1: complained; scores.tsv is written whole or not at all. */
int predict_write(finished_run *, const predict_files *, const predict_threshold *, const predict_output *,
                  predict_summary *, FILE *unreadable);

#endif
