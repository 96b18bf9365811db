/* place.h: where the files lie that settings name. A name that a settings file holds counts from the folder of that
 * file; if nothing is there, from the folder of the file that it is a link to; and then, unless it begins with "../",
 * from the kit's. A name on the command line counts from the working directory alone. */
#ifndef ABLATE_PLACE_H
#define ABLATE_PLACE_H
#include <stdbool.h>

/* Folder of the running program, without a slash at its end; "" if it is unknown. */
const char *place_program(void);

/* Path of a file that was built: in $ABLATE_LIBRARY if that is set, else in the first that has it of the program's
 * folder, the one above (a test's place) and the installed library's. New memory; NULL: it is in none of these, or
 * complained. */
char *place_built(const char *file);

/* The kit: the folder that holds `experiments` and `modules` as they came with the program, beside or above
 * $ABLATE_LIBRARY or the program itself, or installed in ../share/ablate. Absolute; "" if there is none. */
const char *place_kit(void);

/* Absolute path of `name` as it stands in `file`: of the first place where something is, or else of the first of all.
 * `file` that is NULL or begins with "--" is the command line. An empty name stays empty. New memory; NULL: complained.
 */
char *place_find(const char *name, const char *file);

/* The places that place_find looks at, "A, B and C". New memory; NULL: complained. */
char *place_looked(const char *name, const char *file);

/* How a path is written down: counted from the kit if it lies within, so that the kit may be moved. A part of `path`
 * itself. */
const char *place_short(const char *path);

#endif
