#include "arena.h"
#include "diag.h"
#include <stdint.h>
#include <stdio.h>
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

enum { FIRST_CHUNK = 4 * 1024, LAST_CHUNK = 64 * 1024 }; /* each of twice the bytes of the one before */

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

static size_t chunk_size(const arena *a)
{
    if (!a->first)
        return FIRST_CHUNK;
    return a->first->size < LAST_CHUNK ? 2 * a->first->size : LAST_CHUNK;
}

void *arena_take(arena *a, size_t bytes)
{
    bytes = bytes > PTRDIFF_MAX ? PTRDIFF_MAX : (bytes + 15) & ~(size_t)15; /* more than there is stays so */
    if (!a->first || a->first->size - a->first->used < bytes) {
        size_t size = chunk_size(a);
        size = bytes > size ? bytes : size;
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

char *arena_keep(arena *a, char *text)
{
    char *kept = text ? arena_text(a, text) : NULL;
    free(text);
    return kept;
}

char *arena_print_list(arena *a, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : arena_take(a, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    else
        complain("out of memory for a text");
    return text;
}

char *arena_print(arena *a, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_print_list(a, format, arguments);
    va_end(arguments);
    return text;
}
