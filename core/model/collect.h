/* collect.h: computes what a model's modules collect from all training pictures, when a program first needs it, and
 * keeps it in the run's folder: whoever goes on with the run, or opens it when it has finished, reads it there. */
#ifndef ABLATE_MODEL_COLLECT_H
#define ABLATE_MODEL_COLLECT_H
#include "model.h"

/* From now on the model's programs get what it collects from the session's data set; before any of them is made.
 * folder: of the run, which need not be there yet and outlives the model, or NULL: nothing is kept. 0, or -1:
 * complained. */
int collect_begin(model *, session *, const char *folder);

#endif
