/* names.h: names in a directory or in a setting. */
#ifndef FOLDER_NAMES_H
#define FOLDER_NAMES_H
#include "module.h"

/* A list of names (ABLATE_NAMES), in its order; NULL-ended, the array is the caller's to free, the texts are the
 * builder's. NULL: complained. */
const char **names_of_words(ablate_builder *, const char *text);

bool has_name(const char *const *names, const char *name);

/* Whether the list has a folder of this name. */
bool has_folder(const ablate_entry *list, const char *name);

/* The first names of the list that begin with these letters, for people: "0.bmp, 0_GT.png, ..."; "" if none does. */
const char *first_names(ablate_builder *, const ablate_entry *list, const char *begin);

/* Nothing of this name is there, or it is no folder. One that may not be looked at, or a link to nothing, is there. */
bool is_no_folder(const char *path);

/* Notes each entry that is no folder as unused, but for the files of these words (NULL: none). 0, or -1: complained. */
int names_leave_files(ablate_builder *, const char *path, const ablate_entry *list, const char *beside);

#endif
