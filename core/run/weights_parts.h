/* weights_parts.h: what the files of weights.h share: the open file, and how a format fills it. */
#ifndef ABLATE_RUN_WEIGHTS_PARTS_H
#define ABLATE_RUN_WEIGHTS_PARTS_H
#include "../base/file.h"
#include "weights.h"

typedef struct weights_format {
    const char *name;
    bool (*matches)(const file_map *); /* told by the first bytes; the last format matches anything */
    int (*parse)(weights *);           /* fills tensors and notes, checks them. 0, or -1: complained */
} weights_format;

struct weights {
    char *path;
    file_map map;
    weights_tensor *tensor; /* sorted by name; names live in `memory` */
    int count;
    weights_pair *note;
    int notes;
    void *memory; /* of the format: what names and notes point into */
    void (*release)(void *memory);
};

extern const weights_format weights_safetensors;

/* Bytes of one number of a safetensors dtype, and which one it is; 0 if there is no such dtype. */
size_t weights_dtype_size(const char *dtype_name, weights_dtype *);

/* n numbers of that dtype, little-endian, as float32; a NaN or infinity stays one. */
void weights_decode(weights_dtype, const uint8_t *from, int64_t n, float *to);

/* Half precision bits, round to nearest, ties to even; too large gives infinity. */
uint16_t weights_half(float);

#endif
