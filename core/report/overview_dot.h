/* overview_dot.h: an overview in the language of Graphviz, whose `dot` lays it out: the line of modules from above to
 * below, each box with what leaves the line there at its side, and what its kinds of boxes and arrows mean. */
#ifndef ABLATE_OVERVIEW_DOT_H
#define ABLATE_OVERVIEW_DOT_H
#include "overview.h"
#include <stdio.h>

/* 0, or -1: complained. */
int overview_dot(const overview *, FILE *);

#endif
