/* states.h: the folders of a class that hold pictures, CLASS/train/good and CLASS/test/STATE, with their masks. */
#ifndef FOLDER_STATES_H
#define FOLDER_STATES_H
#include "counts.h"

/* Adds the pictures of CLASS/train or CLASS/test, whose class is at `path` and holds `inside`, and counts them; what
 * lies beside them is noted. 0, or -1: complained. */
int states_list_train(ablate_builder *, const collection *, const char *path, const char *name,
                      const ablate_entry *inside, counts *);
int states_list_test(ablate_builder *, const collection *, const char *path, const char *name,
                     const ablate_entry *inside, counts *);

#endif
