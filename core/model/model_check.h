/* model_check.h: can a model work at all? What `ablate check` and `ablate run` refuse alike, before a step is taken. */
#ifndef ABLATE_RUN_MODEL_CHECK_H
#define ABLATE_RUN_MODEL_CHECK_H
#include "model.h"

/* Has it a loss or a parameter? Without either it only scores, and no step is taken. */
bool model_trains(const model *);

/* Is there a loss, a parameter, a way from each loss to a parameter, or neither loss nor parameter but a score; a score
 * if it is to be `judged`; and somebody who reads what each module does? 0, or -1: complained. */
int model_check(const model *, bool judged);

/* Names of the parameters that no loss reaches, with commas between, or "": they stay as they begin. New memory; NULL:
 * complained. */
char *model_idle_parameters(const model *);

/* Sections of modules that the line of words leaves out are checked all the same: a mistyped key is fatal anywhere. 0,
 * or -1: complained. */
int model_check_sections(const settings *, const char *module_folders);

#endif
