/* report_choices_key.h: what a report of many experiments is of, beside its name and scale. Only report_choices.c
 * includes it. */
#ifndef ABLATE_REPORT_CHOICES_KEY_H
#define ABLATE_REPORT_CHOICES_KEY_H
#include "../base/arena.h"
#include "report_choices.h"

/* What the command line changes in the experiments, each sentence once. NULL: complained. */
char *report_choices_changes(arena *, const report_choice *, int count);

/* Those changes, for report_place_find: where PATH, the lines of the report that may be there, has choices that these
 * experiments lack, so that it would lose them, with the experiments' names too, and that is said on `say`. NULL:
 * complained. */
const char *report_choices_key(arena *, const char *changes, const report_choice *, int count, const char *path,
                               FILE *say);

#endif
