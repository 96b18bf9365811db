/* weights.h: files of named tensors: mapped, checked and read as float32; and written.
 *
 * Formats, told by a file's first bytes:
 * - safetensors (github.com/huggingface/safetensors), which is also what is written: 8 bytes little-endian length n of
 *   the header, n bytes of JSON {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [from, to]}, ...,
 *   "__metadata__": {"key": "text"}}, then the data without gaps;
 * - PyTorch's zip archives: what torch.save makes of a dictionary of tensors (alone, or under one of the keys
 *   "state_dict", "model_state_dict", "model", "module"), and TorchScript's, whose tensors are named by the path of
 *   attributes that leads to them, as in its state_dict();
 * - what torch.save made of such a dictionary before version 1.6: five pickles, then the numbers;
 * - an index, JSON with a "weight_map" from names of tensors to files beside it.
 * A folder stands for the file of a usual name in it, or else for its only one whose name ends in _model.safetensors,
 * or in _model.bin. The whole header is checked when the file is opened, numbers when they are loaded. Another format
 * is one more weights_format (weights_parts.h). Functions complain with the path. An open file may be read from several
 * threads. */
#ifndef ABLATE_RUN_WEIGHTS_H
#define ABLATE_RUN_WEIGHTS_H
#include "../base/hash.h"
#include "../op.h"

typedef enum weights_dtype {
    WEIGHTS_F64,
    WEIGHTS_F32,
    WEIGHTS_F16,  /* IEEE 754 half precision */
    WEIGHTS_BF16, /* upper half of an F32 */
    WEIGHTS_OTHER /* integers and 8 bit floats: may be in the file, cannot be loaded */
} weights_dtype;

typedef struct weights_tensor {
    const char *name, *dtype_name; /* dtype_name: "F16", as in the file */
    weights_dtype dtype;
    ablate_shape shape;
    int64_t count;               /* numbers in it */
    int64_t stride[ABLATE_DIMS]; /* numbers from one place of an axis to the next */
    const uint8_t *data;         /* in the file, little-endian, of any alignment */
    size_t bytes;                /* from the first number to the end of the last */
    const void *origin;          /* of the format */
} weights_tensor;

typedef struct weights weights;
weights *weights_open(const char *path); /* NULL: complained */
void weights_close(weights *);           /* NULL is allowed. Ends the life of every tensor and note of the file */
const char *weights_path(const weights *);

/* SHA-256 of the file; of an index: of it and of all the files it names. 0, or -1: complained. */
int weights_digest(const weights *, hash_digest *);

/* Tensors in order of name; NULL when i is not below weights_count. */
int weights_count(const weights *);
const weights_tensor *weights_at(const weights *, int i);

/* The tensor of that name: `find` is silent when there is none, `need` complains and suggests the nearest name. */
const weights_tensor *weights_find(const weights *, const char *name);
const weights_tensor *weights_need(const weights *, const char *name);

/* n numbers of that dtype, little-endian, as float32; a NaN or infinity stays one. */
void weights_decode(weights_dtype, const uint8_t *from, int64_t n, float *to);

/* Numbers of the tensor as float32 into out (count), row-major. 0; -1: complained: there is no such tensor, it does not
 * hold floats, or it holds a NaN, an infinity, or an F64 too large for float32, or, being called running_var, a negative
 * number. */
int weights_load(const weights *, const char *name, float *out);

/* Text of the file's metadata, or NULL; the i-th key, or NULL when there are no more. */
const char *weights_note(const weights *, const char *key);
const char *weights_note_key(const weights *, int i);

typedef struct weights_entry { /* of weights_write; all pointers are the caller's */
    const char *name;
    ablate_shape shape;
    const float *data;
    weights_dtype dtype; /* WEIGHTS_F32, or WEIGHTS_F16: rounded to nearest, ties to even */
} weights_entry;
typedef struct weights_pair {
    const char *key, *text; /* UTF-8 */
} weights_pair;

/* A safetensors file with each tensor aligned to its numbers and the data to 8 bytes; the same input gives the same
 * bytes. 0; -1: complained (a name twice, a number that is not finite or too large for F16, disk full): then no file
 * was changed. */
int weights_write(const char *path, const weights_entry *, int entries, const weights_pair *notes, int pairs);

/* The same a tensor at a time, for files that are larger than memory: open, begin with all names and shapes (`data` is
 * not looked at), put the numbers of each entry in that order, commit. Entries in the order F32, F16. Names, shapes and
 * notes are used only during `begin`. */
typedef struct weights_stream weights_stream;
weights_stream *weights_stream_open(const char *path); /* NULL: complained */
int weights_stream_begin(weights_stream *, const weights_entry *, int entries, const weights_pair *notes, int pairs);
int64_t weights_stream_bytes(const weights_stream *);        /* of the whole file, once begun */
int weights_stream_put(weights_stream *, const float *data); /* of the next entry; 0, or -1: complained */
int weights_stream_commit(weights_stream *);                 /* 0, or -1: complained, no file was changed. Frees */
void weights_stream_abandon(weights_stream *);               /* no file was changed. Frees. NULL is allowed */

#endif
