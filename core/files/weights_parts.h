/* weights_parts.h: what the files of weights.h share: the open file, and how a format fills it. */
#ifndef ABLATE_RUN_WEIGHTS_PARTS_H
#define ABLATE_RUN_WEIGHTS_PARTS_H
#include "../base/file.h"
#include "weights.h"
#include <cjson/cJSON.h>

/* Opens one of the files that an index names; an index itself is refused. NULL: complained. */
typedef weights *weights_opener(const char *path);

typedef struct weights_format {
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
    cJSON *json;  /* of the format, or NULL: what names and notes point into */
    void *memory; /* the same of one that has no JSON */
    void (*release)(void *memory);
    /* Of the format, or NULL: whether the numbers of the tensor are as they were written. 0, or -1: complained. */
    int (*verify)(const weights *, const weights_tensor *);
    weights_opener *open_part; /* for an index; NULL in a file that one names */
    weights **part;            /* files that hold the tensors, where this one is an index of them */
    int parts;
};

/* In the order in which they are tried; `safetensors` matches anything. */
extern const weights_format weights_torch, weights_torch_old, weights_index, weights_refused, weights_safetensors;

/* The file to open for `path`: itself, or, if it is a folder, the one in it that has a usual name. New memory; NULL:
 * complained. */
char *weights_file_of(const char *path);

/* Sorts the tensors by name. 0, or -1: complained of a name that is there twice. */
int weights_sort(weights *);

/* Numbers lie one after the other, as in every file but those that keep views of tensors. */
void weights_stride_dense(weights_tensor *);
bool weights_is_dense(const weights_tensor *);

/* Bytes of one number of a safetensors dtype, and which one it is; 0 if there is no such dtype. */
size_t weights_dtype_size(const char *dtype_name, weights_dtype *);

#endif
