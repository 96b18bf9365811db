/* overview_lab.h: overviews of lines of words. */
#ifndef LAB_OVERVIEW_LAB_H
#define LAB_OVERVIEW_LAB_H
#include "../../core/report/overview.h"
#include "module_build.h"
#include "scratch.h"

extern overview lab_overview;

/* A group's setup and end: a session for lab_look, and a folder (test.h). */
int lab_begin(void **state);
int lab_end(void **state);

/* The overview of a line of words at the scale mini, in lab_overview; 0, or -1: complained. */
int lab_look(const char *line);

#endif
