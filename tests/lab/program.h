/* program.h: the tested program, and whatever else a shell runs, seen from outside. */
#ifndef LAB_PROGRAM_H
#define LAB_PROGRAM_H
#include "scratch.h"
#include "words.h"

extern char said[1 << 17]; /* the beginning of what the last command printed, errors among it */

/* The folder of the tested build: $ABLATE_BUILD or "build". */
const char *build_place(void);

/* Runs a command in the shell, by a format: $ablate is the tested program, $in the test's folder. Its exit status as a
 * shell shows it, 128 + N after signal N. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same; fails with what was printed unless it succeeds. */
void must_work(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exit status of a child as a shell shows it, once it has ended. */
int status_of(int child);

#endif
