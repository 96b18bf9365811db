/* report_choices_key.h: what a report of many experiments is of, beside its name and scale. Only report_choices.c
 * includes it. */
#ifndef ABLATE_REPORT_CHOICES_KEY_H
#define ABLATE_REPORT_CHOICES_KEY_H
#include "report_choices.h"

/* What the command line changes in the experiments, each sentence once. New memory; NULL: complained. */
char *report_choices_changes(const report_choice *, int count);

/* The same, for report_place_find: where FOLDER/NAME.tsv has choices that these experiments lack, so that it would lose
 * them, with the experiments' names too, and that is said on `say`. New memory; NULL: complained. */
char *report_choices_key(const report_choice *, int count, const char *folder, const char *name, FILE *say);

#endif
