/* dataset_survey.h: what the files of a data set say beside their pixels. */
#ifndef ABLATE_DATASET_SURVEY_H
#define ABLATE_DATASET_SURVEY_H
#include "../files/image_survey.h"
#include "dataset.h"

typedef struct dataset_survey {
    const char **path; /* (2, pictures): of pictures, then of masks */
    image_survey pictures, masks;
} dataset_survey;

/* Looks into every file, which must stay listed. 0, or -1: complained. dataset_survey_free is allowed after both. */
int dataset_survey_make(dataset_survey *, const dataset *);
void dataset_survey_free(dataset_survey *);

/* A sentence without its full stop that says how many pictures and masks are stored turned, "" if none is; new memory.
 * NULL: complained. */
char *dataset_survey_turned(const dataset_survey *);

#endif
