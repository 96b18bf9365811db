/* names.h: names in a directory or in a setting. */
#ifndef FOLDER_NAMES_H
#define FOLDER_NAMES_H
#include "module.h"

/* NULL-ended lists; the array is the caller's to free, the texts are the builder's. NULL: complained. */
const char **names_in(ablate_builder *, const char *path); /* visible entries, sorted; none if there is no folder */
const char **names_of_words(ablate_builder *, const char *text); /* a list of names (ABLATE_NAMES), in its order */

bool has_name(const char *const *names, const char *name);

bool is_folder(const char *path);

/* Has the name, in any case, one of the extensions? The list is like ".png .jpg ": a blank after each. */
bool has_extension(ablate_builder *, const char *name, const char *list);

#endif
