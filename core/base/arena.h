/* arena.h: bump memory for things that live and die together. */
#ifndef ABLATE_ARENA_H
#define ABLATE_ARENA_H
#include <stdarg.h>
#include <stddef.h>

typedef struct arena arena;
arena *arena_new(void);                  /* NULL: complained */
void arena_free(arena *);                /* and all that was taken from it */
void *arena_take(arena *, size_t bytes); /* zeroed, 16-byte aligned; NULL: complained */
char *arena_text(arena *, const char *); /* copy; NULL: complained */
char *arena_keep(arena *, char *);       /* copy of a malloc'ed text, which is freed; NULL of NULL, or: complained */

/* printf and vprintf into the arena. NULL: complained. */
char *arena_print(arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_print_list(arena *, const char *format, va_list) __attribute__((format(printf, 2, 0)));

#endif
