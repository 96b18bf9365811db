/* verbs.h: what the command `ablate` can do: each verb is a record in the file of its name. */
#ifndef ABLATE_VERBS_H
#define ABLATE_VERBS_H
#include "line.h"

extern const verb verb_run, verb_check, verb_trace, verb_graph; /* experiment files */
extern const verb verb_modules, verb_ops, verb_new;             /* modules and operations */
extern const verb verb_data, verb_features, verb_weights;       /* what goes in */
extern const verb verb_gallery, verb_patches, verb_curves;      /* finished runs, to be drawn */
extern const verb verb_compare, verb_predict, verb_page;        /* finished runs, to be read */
extern const verb verb_metrics;                                 /* anybody's score maps */

extern const verb *const verbs[]; /* all, as `ablate help` lists them, ended by NULL */

/* The verb argv[0] with its line, see line_run. 0, or -1: complained, also if there is no such verb. */
int verbs_run(int argc, char **argv);

#endif
