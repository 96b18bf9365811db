/* weights_torch_tensor.c: from the call that would make a tensor to where its numbers lie in the file. */
#include "../base/diag.h"
#include "weights_torch.h"
#include <stdlib.h>
#include <string.h>

static const char REBUILD[] = "torch._utils._rebuild_tensor_v2", PARAMETER[] = "torch._utils._rebuild_parameter";

static const struct storage_class {
    const char *global, *dtype; /* dtype: as in safetensors */
} classes[] = {
    { "torch.DoubleStorage", "F64" }, { "torch.FloatStorage", "F32" },     { "torch.HalfStorage", "F16" },
    { "torch.LongStorage", "I64" },   { "torch.BFloat16Storage", "BF16" }, { "torch.IntStorage", "I32" },
    { "torch.ShortStorage", "I16" },  { "torch.CharStorage", "I8" },       { "torch.ByteStorage", "U8" },
    { "torch.BoolStorage", "BOOL" },
};

bool torch_knows(const char *global)
{
    static const char *const known[] = {
        REBUILD,
        PARAMETER,
        "collections.OrderedDict",
        "torch.jit._pickle.build_intlist",
        "torch.jit._pickle.build_doublelist",
        "torch.jit._pickle.build_boollist",
        "torch.jit._pickle.build_tensorlist",
        "torch.jit._pickle.restore_type_tag",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(global, known[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(global, classes[i].global) == 0)
            return true;
    return strncmp(global, "__torch__.", 10) == 0; /* a class that the archive itself describes */
}

bool torch_is_tensor(const pickle_value *value)
{
    return pickle_calls(value, REBUILD) || pickle_calls(value, PARAMETER);
}

static int complain_tensor(const weights *w, const weights_tensor *t, const char *what)
{
    return complain("%s: '%s' %s; save a contiguous copy of it with torch.save, or download the file again", w->path,
                    t->name, what);
}

/* Sizes and strides, and how far apart the first and the last number are: *reach. */
static int read_shape(const weights *w, const pickle_value *sizes, const pickle_value *strides, weights_tensor *t,
                      int64_t *reach)
{
    if (!sizes || !strides || sizes->count != strides->count)
        return complain_tensor(w, t, "has no shape");
    if (sizes->count > ABLATE_DIMS)
        return complain("%s: '%s' has %lld axes; at most %d can be read", w->path, t->name, (long long)sizes->count,
                        ABLATE_DIMS);
    t->shape.rank = (int)sizes->count;
    t->count = 1;
    for (int i = 0; i < t->shape.rank; i++) {
        const pickle_value *size = pickle_at(sizes, i, PICKLE_WHOLE), *stride = pickle_at(strides, i, PICKLE_WHOLE);
        int64_t length = 0;
        if (!size || !stride || size->whole < 0 || stride->whole < 0 ||
            __builtin_mul_overflow(t->count, size->whole, &t->count) ||
            __builtin_mul_overflow(size->whole ? size->whole - 1 : 0, stride->whole, &length) ||
            __builtin_add_overflow(*reach, length, reach))
            return complain_tensor(w, t, "has an impossible shape");
        t->shape.dim[i] = size->whole;
        t->stride[i] = stride->whole;
    }
    return 0;
}

static int by_name(const void *name, const void *storage)
{
    return strcmp(name, ((const torch_storage *)storage)->name);
}

/* The storage of that key, or NULL: complained. */
static torch_storage *find_storage(const weights *w, torch_file *file, const char *key, const weights_tensor *t)
{
    char *name = take_text("%s%s", file->before, key);
    torch_storage *found =
        name ? bsearch(name, file->storage, (size_t)file->storages, sizeof *file->storage, by_name) : NULL;
    if (name && !found)
        complain("%s: the numbers of '%s' should be in '%s', which the archive lacks; download it again", w->path,
                 t->name, name);
    free(name);
    if (found && found->deflated) {
        complain("%s: '%s' is compressed; unpack the archive and store it, or save it again with torch.save", w->path,
                 found->name);
        return NULL;
    }
    return found;
}

static const char *dtype_of(const pickle_value *global)
{
    for (size_t i = 0; global && i < sizeof classes / sizeof *classes; i++)
        if (strcmp(global->text, classes[i].global) == 0)
            return classes[i].dtype;
    return NULL;
}

bool torch_read_id(const pickle_value *id, torch_id *read)
{
    const pickle_value *word = pickle_at(id, 0, PICKLE_TEXT), *key = pickle_at(id, 2, PICKLE_TEXT);
    const pickle_value *count = pickle_at(id, 4, PICKLE_WHOLE);
    bool part = id && id->count > 5 && !pickle_at(id, 5, PICKLE_NONE);
    const char *dtype_name = dtype_of(pickle_at(id, 1, PICKLE_GLOBAL));
    if (!word || strcmp(word->text, "storage") != 0 || !dtype_name || !key || !count || count->whole < 0 || part)
        return false;
    *read = (torch_id){ .key = key->text, .dtype_name = dtype_name, .numbers = count->whole };
    int64_t size = (int64_t)weights_dtype_size(dtype_name, &read->dtype);
    if (__builtin_mul_overflow(count->whole, size, &read->bytes))
        read->bytes = -1; /* as no storage has */
    return true;
}

/* Type and place of the storage, and how many numbers it has; -1: complained. The device is where the tensor was; here
 * it is read into the machine's memory anyway. */
static int64_t read_storage(const weights *w, torch_file *file, const pickle_value *id, weights_tensor *t)
{
    torch_id read;
    if (!torch_read_id(id, &read))
        return complain_tensor(w, t, "is kept in a way that is not read");
    torch_storage *storage = find_storage(w, file, read.key, t);
    if (!storage)
        return -1;
    if (read.bytes < 0 || (uint64_t)read.bytes != storage->bytes)
        return complain("%s: '%s' should have %lld %s numbers, but '%s' has %llu bytes; download the file again",
                        w->path, t->name, (long long)read.numbers, read.dtype_name, storage->name,
                        (unsigned long long)storage->bytes);
    t->dtype_name = read.dtype_name;
    t->dtype = read.dtype;
    t->origin = storage;
    t->data = storage->data;
    return read.numbers;
}

/* A parameter is a tensor and whether it was trained. */
static const pickle_value *strip_parameter(const pickle_value *value)
{
    const pickle_value *inner = pickle_calls(value, PARAMETER) ? pickle_at(value->argument, 0, PICKLE_CALL) : value;
    return pickle_calls(inner, REBUILD) ? inner : NULL;
}

/* (storage, first number, sizes, strides, trained, hooks[, further marks, which must be none]) */
int torch_tensor(const weights *w, torch_file *file, const pickle_value *value, weights_tensor *t)
{
    const pickle_value *inner = strip_parameter(value), *arguments = inner ? inner->argument : NULL;
    const pickle_value *storage = pickle_at(arguments, 0, PICKLE_OUTSIDE),
                       *first = pickle_at(arguments, 1, PICKLE_WHOLE);
    bool marked = arguments && arguments->count > 6 && !pickle_at(arguments, 6, PICKLE_NONE);
    if (!storage || !first || first->whole < 0 || marked)
        return complain_tensor(w, t, "is made in a way that is not read");
    int64_t reach = 0, most = read_storage(w, file, storage->argument, t);
    if (most < 0 ||
        read_shape(w, pickle_at(arguments, 2, PICKLE_TUPLE), pickle_at(arguments, 3, PICKLE_TUPLE), t, &reach) < 0)
        return -1;
    if (t->count > most)
        return complain_tensor(w, t, "has more numbers than its storage: it repeats some");
    if (t->count > 0 && (first->whole >= most || reach >= most - first->whole))
        return complain_tensor(w, t, "reaches beyond the end of its storage");
    size_t size = weights_dtype_size(t->dtype_name, &t->dtype);
    t->bytes = t->count > 0 ? (size_t)(reach + 1) * size : 0;
    t->data += t->count > 0 ? (size_t)first->whole * size : 0;
    return 0;
}

/* torch.save can be told to write no checksums; they are 0 then. */
int torch_verify(const weights *w, const weights_tensor *t)
{
    torch_storage *storage = (torch_storage *)(uintptr_t)t->origin;
    if (storage->checksum == 0 || atomic_load(&storage->sound))
        return 0;
    if (crc32_z(0, storage->data, storage->bytes) != storage->checksum)
        return complain("%s: the numbers of '%s' are damaged: the checksum of '%s' is wrong; download the file again",
                        w->path, t->name, storage->name);
    atomic_store(&storage->sound, true);
    return 0;
}
