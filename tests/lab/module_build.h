/* module_build.h: builds modules with the C compiler while a test runs, into its folder. */
#ifndef LAB_MODULE_BUILD_H
#define LAB_MODULE_BUILD_H
#include "program.h"

/* cc SOURCES -o UNDER/NAME.so, as an author does; `sources` as seen from the repository's root. */
void build_module(const char *sources, const char *under, const char *name);

#endif
