/* loader.h: finds modules, looks at their records before any of their code runs, and loads them. A module that is
 * loaded stays so until the process ends. The modules' own side is ../module.h. Main thread only.
 *
 * `folders` is a list "DIR:DIR" that is searched first, or NULL; then come $ABLATE_LIBRARY/modules or, if that is not
 * set, the folder `modules` beside the program (or above it, or in the installed library). */
#ifndef ABLATE_LOADER_H
#define ABLATE_LOADER_H
#include "../base/hash.h"
#include "../module.h"

enum { MODULE_LINE = 64 }; /* most modules in a line */

/* The module of that name; asking again gives the same one. Members that its interface did not have yet are zero;
 * `doc`, `paper`, `reads` and `writes` are never NULL. NULL: complained, in one sentence that says what to do. */
const ablate_module *module_load(const char *name, const char *folders);

/* The file a loaded module came from. */
const char *module_file(const ablate_module *);

/* What stands for a module's code in the identity of a run. "": the version of the numbers does (base/numbers.h), since
 * the module is the kit's and the golden runs were made with this very code. Else 16 digits of a hash: of its sources
 * without comments, if the kit's build entered one into its file (scripts/own-numbers), or of the file. 0, or -1:
 * complained. */
int module_code(const ablate_module *, char code[HASH_DIGITS]);

/* Names of the modules that can be found, sorted; released by module_names_free. 0, or -1: complained. */
typedef struct module_names {
    char **name;
    int count;
} module_names;
int module_list_available(const char *folders, module_names *);
void module_names_free(module_names *);

/* Loads the words of a model line and checks it; `file` and `line` say where it stands. out[MODULE_LINE]. The number of
 * modules, or -1: complained. `inputs`: words that are on the board before the first module, "image tokens". */
int module_load_line(const char *words, const char *inputs, const char *folders, const char *file, int line,
                     const ablate_module **out);

/* Does each module build, stand there once, and find what it reads among the inputs and what those before it write?
 * 0, or -1: complained, e.g. "x.ini:3: 'b' reads 'y', which no module before it writes; put 'a' before it". */
int module_check_line(const ablate_module *const *module, int n, const char *inputs, const char *folders,
                      const char *file, int line);

#endif
