/* weights_torch.h: what the files of PyTorch's format share, and nobody else. */
#ifndef ABLATE_RUN_WEIGHTS_TORCH_H
#define ABLATE_RUN_WEIGHTS_TORCH_H
#include "../base/arena.h"
#include "pickle.h"
#include "weights_parts.h"
#include "zip.h"
#include <stdatomic.h>

typedef struct torch_storage { /* a member of the archive; before version 1.6, a piece of the file's end */
    const char *name;          /* of the member; the storage's key */
    const uint8_t *data;
    uint64_t bytes, size; /* size: of one number, where it is known */
    uint32_t checksum;    /* 0: there is none */
    bool deflated;
    atomic_bool sound; /* its checksum was found right */
} torch_storage;

typedef struct torch_file { /* the format's memory of an open file */
    zip archive;            /* zeroed: the file is none */
    arena *memory;
    torch_storage *storage; /* by name */
    int64_t storages;
    const char *before; /* what stands before a storage's key in its name: "x/data/", or "" */
} torch_file;

enum { TORCH_MOST_PICKLE = 1 << 22 }; /* bytes */

/* weights_torch.c: begins the format's memory, which the weights own. NULL: complained. */
torch_file *torch_begin(weights *);
/* Names the tensors of what was saved, as weights.h says. 0, or -1: complained. */
int torch_name_tensors(weights *, torch_file *, const pickle_value *saved);

/* weights_torch_tensor.c */
bool torch_is_tensor(const pickle_value *);
/* What the id of a storage says: ('storage', class, key, device, numbers[, of which it is a part, which must be none]).
 * false: it says it in a way that is not read. */
typedef struct torch_id {
    const char *key, *dtype_name;
    weights_dtype dtype;
    int64_t numbers, bytes;
} torch_id;
bool torch_read_id(const pickle_value *id, torch_id *);
/* The tensor that such a call makes; `t` has its name. 0, or -1: complained. */
int torch_tensor(const weights *, torch_file *, const pickle_value *, weights_tensor *t);
/* Whether its storage has the checksum that the archive says. */
int torch_verify(const weights *, const weights_tensor *);
/* Whether a pickle of tensors may speak of it. */
bool torch_knows(const char *global);

#endif
