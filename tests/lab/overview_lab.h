/* overview_lab.h: overviews of lines of words, overviews that never were, and what must hold of every placed one. */
#ifndef LAB_OVERVIEW_LAB_H
#define LAB_OVERVIEW_LAB_H
#include "../../core/report/overview_place.h"
#include "module_build.h"

extern overview lab_overview;

/* A group's setup and end: a session for lab_look. */
int lab_begin(void **state);
int lab_end(void **state);

/* The overview of a line of words at the scale mini, in lab_overview; 0, or -1: complained. */
int lab_look(const char *line);

/* An overview that never was, in lab_overview. */
void lab_invent(uint64_t seed);

/* Fails unless all that must hold of a placed overview does, for lab_overview on a page so wide. */
void lab_check(double page);

#endif
