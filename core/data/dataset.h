/* dataset.h: the pictures of a run: what a data module lists, decoded or rendered, fitted to the network's input. */
#ifndef ABLATE_DATASET_H
#define ABLATE_DATASET_H
#include "../base/folder.h"
#include "../base/hash.h"
#include "../base/settings.h"
#include "fitted.h"

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
    settings owner; /* owns their texts */
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

#endif
