#include "arena.h"
#include "diag.h"
#include <stdlib.h>
#include <string.h>

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) char bytes[];
} chunk;

struct arena {
    chunk *first;
};

enum { CHUNK = 64 * 1024 };

arena *arena_new(void)
{
    return take_zeroed(1, sizeof(arena), "an arena");
}

void arena_free(arena *a)
{
    if (!a)
        return;
    for (chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

void *arena_take(arena *a, size_t bytes)
{
    bytes = (bytes + 15) & ~(size_t)15;
    if (!a->first || a->first->size - a->first->used < bytes) {
        size_t size = bytes > CHUNK ? bytes : CHUNK;
        chunk *c = take_zeroed(1, sizeof(chunk) + size, "an arena");
        if (!c)
            return NULL;
        c->size = size;
        c->next = a->first;
        a->first = c;
    }
    void *result = a->first->bytes + a->first->used;
    a->first->used += bytes;
    return result;
}

char *arena_text(arena *a, const char *text)
{
    size_t length = strlen(text) + 1;
    char *copy = arena_take(a, length);
    return copy ? memcpy(copy, text, length) : NULL;
}
