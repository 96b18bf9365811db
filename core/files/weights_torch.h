/* weights_torch.h: what the files of PyTorch's format share, and nobody else. */
#ifndef ABLATE_RUN_WEIGHTS_TORCH_H
#define ABLATE_RUN_WEIGHTS_TORCH_H
#include "../base/arena.h"
#include "pickle.h"
#include "weights_parts.h"
#include "zip.h"
#include <stdatomic.h>

typedef struct torch_storage { /* a member of the archive */
    const zip_entry *entry;
    atomic_bool sound; /* its checksum was found right */
} torch_storage;

typedef struct torch_file { /* the format's memory of an open file */
    zip archive;
    arena *memory;
    torch_storage *storage; /* by name of the member */
    int64_t storages;
    size_t folder; /* length of the name of the archive's one folder, with the slash */
} torch_file;

/* weights_torch_tensor.c */
bool torch_is_tensor(const pickle_value *);
/* The tensor that such a call makes; `t` has its name. 0, or -1: complained. */
int torch_tensor(const weights *, torch_file *, const pickle_value *, weights_tensor *t);
/* Whether its storage has the checksum that the archive says. */
int torch_verify(const weights *, const weights_tensor *);
/* Whether a pickle of tensors may speak of it. */
bool torch_knows(const char *global);

#endif
