/* dataset_spec.h: run.data, "MODULE" or "MODULE:PATH", whose path counts from where it stands, as every other. */
#ifndef ABLATE_DATASET_SPEC_H
#define ABLATE_DATASET_SPEC_H
#include "../base/settings.h"

/* The winning run.data with its path absolute, the settings' own text, in *spec; as it is where there is no path. 0, or
 * -1: complained. */
int dataset_spec_place(const settings *, const char **spec);

/* Complains if the path of run.data is relative and leads nowhere. 0 or -1. */
int dataset_spec_check(const settings *);

/* "folder:PATH" as it is written down, see place_short. New memory; NULL: complained. */
char *dataset_spec_short(const char *spec);

#endif
