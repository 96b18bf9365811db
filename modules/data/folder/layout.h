/* layout.h: a folder of classes in MVTec AD's layout (Bergmann et al. 2021), or one class of it:
 *
 *   CLASS/train/good/000.png    CLASS/test/good/000.png    CLASS/test/crack/000.png
 *   CLASS/ground_truth/crack/000_mask.png (or 000.png): non-zero where the defect is
 *
 * A class without ground_truth has no masks; with it, every defective picture has one, and every mask its picture.
 * Pictures come in order of their names, the same on every machine. What lies there and has no place in this layout is
 * noted as unused; a folder that may not be read, or whose name says what another name is read for, is refused. */
#ifndef FOLDER_LAYOUT_H
#define FOLDER_LAYOUT_H
#include "counts.h"

/* Adds all pictures and checks their numbers against the published ones. 0, or -1: complained. */
int layout_list(ablate_builder *, const collection *);

#endif
