/* masks.h: which mask belongs to which picture: NAME_mask or NAME with the ending of any picture, whatever the
 * picture's own ending. */
#ifndef FOLDER_MASKS_H
#define FOLDER_MASKS_H
#include "module.h"

size_t stem_length(const char *file); /* without the ending */

/* The one mask of a picture among those in `path`. NULL: complained: there is none, or more than one. */
const char *mask_find(ablate_builder *, const char *path, const ablate_entry *masks, const char *picture_path,
                      const char *picture);

/* Notes what lies among the masks of one folder and is none; unless `partial`, each mask must have its picture STEM.*
 * in the other folder, which may be missing. 0, or -1: complained. */
int masks_check(ablate_builder *, const char *mask_path, const char *picture_path, bool partial);

#endif
