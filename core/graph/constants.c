#include "constants.h"
#include "../base/diag.h"
#include "where.h"
#include <stdlib.h>
#include <string.h>

typedef struct constant_entry {
    hash_digest digest;
    float *data;
} constant_entry;

struct constants {
    const device *device;
    constant_entry *entry;
    int entries;
    int64_t bytes;
};

constants *constants_new(const device *where)
{
    constants *c = take_zeroed(1, sizeof *c, "constants");
    if (c)
        c->device = where;
    return c;
}

void constants_free(constants *c)
{
    if (!c)
        return;
    for (int i = 0; i < c->entries; i++)
        c->device->release(c->entry[i].data);
    free(c->entry);
    free(c);
}

float *constants_find(const constants *c, const hash_digest *digest)
{
    for (int i = 0; i < c->entries; i++)
        if (memcmp(&c->entry[i].digest, digest, sizeof *digest) == 0)
            return c->entry[i].data;
    return NULL;
}

int constants_put(constants *c, const hash_digest *digest, const float *data, int64_t count)
{
    if (!TAKE_ROOM(c->entry, c->entries, "constants"))
        return -1;
    size_t bytes = (size_t)count * sizeof(float);
    float *memory = c->device->allocate(bytes);
    if (!memory || c->device->upload(memory, data, bytes) < 0) {
        if (memory)
            c->device->release(memory);
        return complain("%s: out of memory: %zu bytes for a frozen tensor%s; use a smaller encoder", c->device->name,
                        bytes, where_trouble(c->device));
    }
    c->entry[c->entries++] = (constant_entry){ *digest, memory };
    c->bytes += (int64_t)bytes;
    return 0;
}

float *constants_get(constants *c, const ablate_value *value)
{
    float *known = constants_find(c, &value->source.digest);
    if (known)
        return known;
    int64_t count = shape_size(&value->shape);
    float *data = take((size_t)count, sizeof *data, value->name);
    if (!data)
        return NULL;
    int status = value->source.fetch(value->source.context, data);
    if (status == 0)
        status = constants_put(c, &value->source.digest, data, count);
    free(data);
    return status < 0 ? NULL : constants_find(c, &value->source.digest);
}

int64_t constants_bytes(const constants *c)
{
    return c->bytes;
}
