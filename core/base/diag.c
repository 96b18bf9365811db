#include "diag.h"
#include "name.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One slot a thread: it must work when memory is gone, so it is a fixed array. */
static _Thread_local char sentence[NAME_ROOM * 2];

static void record(const char *place, const char *format, va_list arguments)
{
    if (sentence[0])
        return;
    char raw[sizeof sentence];
    int used = place ? snprintf(raw, sizeof raw, "%s: ", place) : 0;
    if (used < 0 || (size_t)used >= sizeof raw)
        used = 0;
    vsnprintf(raw + used, sizeof raw - (size_t)used, format, arguments);
    name_shown(raw, sentence, sizeof sentence); /* a stranger's name must neither break the line nor steer a terminal */
}

int complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(NULL, format, arguments);
    va_end(arguments);
    return -1;
}

int complain_at(const char *file, int line, const char *format, ...)
{
    char place[512];
    snprintf(place, sizeof place, "%s:%d", file ? file : "", line);
    va_list arguments;
    va_start(arguments, format);
    record(file ? place : NULL, format, arguments);
    va_end(arguments);
    return -1;
}

const char *complaint(void)
{
    return sentence[0] ? sentence : NULL;
}

void complaint_clear(void)
{
    sentence[0] = 0;
}

/* Bytes of n items, at least one so that zero items give a valid pointer; 0 on overflow. */
static size_t bytes_of(size_t n, size_t size)
{
    if (size && n > (size_t)PTRDIFF_MAX / size)
        return 0;
    return n == 0 || size == 0 ? 1 : n * size;
}

static void *checked(void *memory, size_t n, size_t size, const char *what)
{
    if (!memory)
        complain("out of memory: %zu x %zu bytes for %s; close other programs or make the run smaller", n, size, what);
    return memory;
}

void *take(size_t n, size_t size, const char *what)
{
    size_t bytes = bytes_of(n, size);
    return checked(bytes ? malloc(bytes) : NULL, n, size, what);
}

void *take_zeroed(size_t n, size_t size, const char *what)
{
    size_t bytes = bytes_of(n, size);
    return checked(bytes ? calloc(1, bytes) : NULL, n, size, what);
}

void *take_again(void *old, size_t n, size_t size, const char *what)
{
    size_t bytes = bytes_of(n, size);
    return checked(bytes ? realloc(old, bytes) : NULL, n, size, what);
}

bool take_room(void *list, size_t count, size_t size, const char *what)
{
    void *old, *grown;
    memcpy(&old, list, sizeof old);
    if (old && count & (count - 1))
        return true;
    grown = take_again(old, count ? 2 * count : 1, size, what);
    if (grown)
        memcpy(list, &grown, sizeof grown);
    return grown;
}

char *take_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return checked(text, 1, 1, "text");
}

char *take_printed(void (*print)(const char *, FILE *), const char *text)
{
    char *made = NULL;
    size_t length;
    FILE *out = open_memstream(&made, &length);
    if (out)
        print(text, out);
    if (out && fclose(out) == 0)
        return made;
    free(made);
    return checked(NULL, 1, 1, "text");
}
