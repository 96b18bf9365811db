/* score_write.h: score maps as an archive, with all that any protocol evaluates beside them. */
#ifndef ABLATE_SCORE_WRITE_H
#define ABLATE_SCORE_WRITE_H
#include "score.h"

/* As `ablate metrics` reads it: maps (N,H,W), masks (N,H,W; fractions, resized bilinearly), masks_nearest (N,H,W; 0/1),
 * labels, classes and names (N), and scores (N) if the model gives them. 0, or -1: complained. */
int scores_write(session *, const model *, const scores *, const char *path);

#endif
