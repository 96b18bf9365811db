/* module_find.h: where the files of modules are. */
#ifndef ABLATE_MODULE_FIND_H
#define ABLATE_MODULE_FIND_H
#include <stdbool.h>

/* Letters, digits, '_' and '-' only: never a path. */
bool module_name_valid(const char *name);

/* Folder number i of those that are searched, in order; NULL: no more, or (complaint() set) out of memory. The caller
 * frees. `folders` as in module.h. */
char *module_folder(const char *folders, int i);

/* Path of NAME.so in the first folder that has it. NULL: complained. The caller frees. */
char *module_find(const char *name, const char *folders);

#endif
