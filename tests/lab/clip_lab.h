/* clip_lab.h: an encoder's module on a board of its own, with a picture made by formula.
 *
 *     lab l;
 *     lab_open(&l, 128, "clip.weights=PATH", NULL);   two pictures of 128 x 128, any number of settings
 *     float *numbers = lab_get(&l, builder_value(l.builder, "teacher", 0));
 *     lab_close(&l);
 *
 * lab_prepare, lab_set and lab_compose are the steps of lab_open, for a test that puts modules before the encoder. */
#ifndef LAB_CLIP_LAB_H
#define LAB_CLIP_LAB_H
#include "../../core/files/weights.h"
#include "../../core/model/weights_store.h"
#include "paper_stage.h"

typedef struct lab {
    weights_store *store;
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    struct settings chosen;
    void *filled;
    ablate_value *image;
    const char *module; /* NULL: clip; set before lab_compose */
    int status;
} lab;

/* A board with two pictures of `size` pixels, settings, and the encoder composed on it; its status is kept. */
void lab_prepare(lab *l, int size);
void lab_set(lab *l, const char *text);
void lab_compose(lab *l);

/* A picture of `size` pixels before the module with these settings, ended by NULL. */
void lab_open(lab *l, int size, ...);

void lab_close(lab *l);

/* The numbers of a value for the picture by formula; the caller frees. */
float *lab_get(lab *l, ablate_value *value);

/* "clip.weights=PATH", until the next call. */
const char *weights_setting(const char *path);

#endif
