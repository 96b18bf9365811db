/* image_survey.h: what the files of a list of pictures say beside their pixels, looked up once and told together. */
#ifndef ABLATE_RUN_IMAGE_SURVEY_H
#define ABLATE_RUN_IMAGE_SURVEY_H
#include "image.h"
#include <stdio.h>

typedef struct image_survey {
    const char *const *path; /* the caller's; NULL: this one has no file */
    image_facts *fact;       /* of a file that cannot be looked at: upright, and nothing beside it */
    int count, files;
} image_survey;

/* Looks into every file. 0, or -1: complained. image_survey_free is allowed after both. */
int image_survey_make(image_survey *, const char *const *path, int count);
void image_survey_free(image_survey *);

/* How many are stored turned or mirrored, which image_read undoes. */
int image_survey_turned(const image_survey *);

/* One line for each thing that was changed or left out in reading, with the first five files: "3 of 9 pictures are
 * stored turned ...: a.jpg (6), ...". `what`: "pictures". Of masks only what moves or marks a defect is told. */
void image_survey_print(const image_survey *, const char *what, bool masks, FILE *);

#endif
