/* shared.h: the groups of options that several verbs have, each said once, and what is done with them. */
#ifndef ABLATE_SHARED_H
#define ABLATE_SHARED_H
#include "../experiment/experiment.h"
#include "../finished/finished_run.h"
#include "line.h"

/* ---- groups; a verb lists them after its own, in this order ---- */

extern const line_option shared_experiment[]; /* set, scale: of verbs that read experiment files */
extern const line_option shared_row[];        /* one row */
extern const line_option shared_rows[];       /* some */
extern const line_option shared_seeds[];      /* how many runs a row */
extern const line_option shared_data[];       /* another data set */
extern const line_option shared_runs[];       /* set: of verbs that open finished runs again */
extern const line_option shared_modules[];    /* where modules lie: of all that load any */
extern const line_option shared_cache[];      /* where features are kept */
extern const line_option shared_device[];     /* device, threads */

/* Options that differ in what they are for, rows of a verb's own table. */
#define SHARED_SET(doc)        OPTION(verb_line, set, "set", 's', "SECTION.KEY=VALUE", doc, .repeats = true)
#define SHARED_OUT_FILE(doc)   OPTION(verb_line, out, "out", 'o', "FILE", doc, .path = OPTION_FILE)
#define SHARED_OUT_FOLDER(doc) OPTION(verb_line, out, "out", 'o', "DIR", doc, .path = OPTION_FOLDER)

/* ---- what they mean; what is returned points into the line ---- */

finished_options shared_opening(const verb_line *); /* how runs are opened again */
int shared_session(const verb_line *, session *);   /* session_open. 0, or -1: complained; session_close after both */

/* The experiment file that is argument `i`, with what the line lays over it; the rows of --row are there and can be
 * run. NULL: complained. */
experiment *shared_load(const verb_line *, int i);
/* 0, or -1: complained of a row that lacks something, or that the grid excludes. */
int shared_applicable(const experiment *, const experiment_row *);
int shared_stop(const experiment *); /* between two rows that are looked at: 0, or -1: complained, it is to stop */
bool shared_wants(const verb_line *, const char *row); /* does --row ask for it? Without it always */
const experiment_row *shared_row_of(const verb_line *, const experiment *); /* that of --row, or the first */

#endif
