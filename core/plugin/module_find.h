/* module_find.h: where the files of modules are. */
#ifndef ABLATE_MODULE_FIND_H
#define ABLATE_MODULE_FIND_H
#include <stdbool.h>

/* Letters, digits, '_' and '-' only: never a path. */
bool module_name_valid(const char *name);

/* Path of NAME.so in the first folder that has it; `folders` as in loader.h. NULL: complained. The caller frees. */
char *module_find(const char *name, const char *folders);

#endif
