/* diag.h: complaints. A function that fails records one sentence (where, what is wrong, what to do) and returns -1 or
 * NULL; nobody below `main` prints an error or exits. The first complaint of a thread is kept until it is taken. */
#ifndef ABLATE_DIAG_H
#define ABLATE_DIAG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Records the sentence if none is recorded yet, with \n, \xHH for what cannot be shown (name.h), such as the end of a
 * line. Always returns -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, prefixed by "file:line: " unless `file` is NULL. */
int complain_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The recorded sentence, or NULL. Valid until the next complaint_clear on this thread. */
const char *complaint(void);
void complaint_clear(void);

/* malloc/calloc/realloc that complain ("out of memory: ... bytes for WHAT") and return NULL. The memory is the
 * caller's, released by free(). n * size is checked for overflow; zero bytes give a valid pointer. */
void *take(size_t n, size_t size, const char *what);
void *take_zeroed(size_t n, size_t size, const char *what);
void *take_again(void *old, size_t n, size_t size, const char *what);

/* Room for one more at the end of a list of `count`: true, or false after complaining, the list as it was. A list that
 * grows by this alone, from NULL, is made anew only when its count reaches a power of two. */
#define TAKE_ROOM(list, count, what) take_room(&(list), (size_t)(count), sizeof *(list), what)
bool take_room(void *list, size_t count, size_t size, const char *what);

char *take_text(const char *format, ...) __attribute__((format(printf, 1, 2))); /* printf into new memory */
char *take_printed(void (*print)(const char *, FILE *), const char *text);      /* what it prints of the text */

#endif
