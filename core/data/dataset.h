/* dataset.h: the pictures of a run: what a data module lists, decoded or rendered, fitted to the network's input. */
#ifndef ABLATE_DATASET_H
#define ABLATE_DATASET_H
#include "../base/folder.h"
#include "../base/hash.h"
#include "../base/settings.h"
#include "fitted.h"
#include <stdio.h>

typedef struct picture {
    char *class_name, *state, *name, *path, *mask;
    bool test, good;
    int class_index;
    float *inputs; /* module->inputs_length floats, or NULL */
} picture;

typedef struct dataset {
    const ablate_module *module;
    char *spec;     /* as written: "NAME" or "NAME:PATH" */
    void *chosen;   /* the module's filled settings */
    settings owner; /* its memory has all texts, the inputs and `chosen` */
    picture *picture;
    int pictures;
    char **class_name; /* in order of appearance */
    int classes;
    folder_rest unused;  /* what lies there and is not used */
    hash_digest listing; /* of the module's code, settings and list: the data set's identity but for contents */
} dataset;

/* Loads the module of `spec` and lists its pictures; a path after the colon becomes its setting `path`. `from` holds
 * the module's section. 0, or -1: complained. dataset_close is allowed after both. */
int dataset_open(dataset *, const char *spec, const settings *from, const char *module_folders);
void dataset_close(dataset *);

/* How many are test pictures, or training pictures; which, in new memory. NULL: complained. */
int dataset_count(const dataset *, bool test);
int *dataset_list(const dataset *, bool test, int *count);

/* "15 classes, 240 training and 384 test pictures". Returns `text`. */
enum { DATASET_COUNTS = 160 };
const char *dataset_counts(const dataset *, char text[DATASET_COUNTS]);

/* Identity of a picture's contents: of the file's bytes, or of the module's code, settings and the picture's name. */
int dataset_identify(const dataset *, int picture, hash_digest *);

/* The picture as the network sees it and as its input, see fitted.h. 0, or -1. */
int dataset_fitted(const dataset *, int picture, const input_settings *, ablate_image *);
int dataset_input(const dataset *, int picture, const input_settings *, float *out);

/* The picture, and its mask, at their own size, which must be the same; mask->value NULL: no mask. Released by
 * image_free, image_mask_free. */
int dataset_image(const dataset *, int picture, ablate_image *);
int dataset_mask(const dataset *, int picture, image_mask *);

/* The mask as the picture's dataset_fitted. value NULL: no mask. */
int dataset_mask_fitted(const dataset *, int picture, const input_settings *, mask_rule, image_mask *);

/* ---- what is done with all of it ---- */

/* What a command writes must not become what the next one reads: 0 if the folder that will be written into, which need
 * not be there, is none of those that hold pictures or masks of the data set, nor in one, nor in a folder between these
 * and the one they all lie in; links and dots are followed. -1: complained; `option` names it. */
int dataset_check_outside(const dataset *, const char *option, const char *folder);

/* The same for pictures that are written as CLASS/train/..: not in the folder that the data were asked for, and not
 * over it. */
int dataset_check_export(const dataset *, const char *option, const char *folder);

/* Reads all to the last byte and writes to the stream, a line each, what cannot be used, files of another format than
 * their names say, and what reading changes; then how many there are. 0, or -1: complained, as when any cannot be used.
 */
int dataset_check(const dataset *, FILE *);

/* Writes every picture, and the mask of each that shows a defect, as PNG: FOLDER/CLASS/train/good/000.png,
 * CLASS/test/STATE, CLASS/ground_truth/STATE/000_mask.png. fitted: as the network sees them, but for mean and
 * deviation; NULL: at their own size. Says on the stream how many were stored turned. 0, or -1: complained. */
int dataset_export(const dataset *, const char *folder, const input_settings *fitted, FILE *);

#endif
