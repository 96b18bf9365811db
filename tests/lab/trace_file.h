/* trace_file.h: what `ablate trace` wrote into the test's folder. */
#ifndef LAB_TRACE_FILE_H
#define LAB_TRACE_FILE_H
#include "../../core/files/weights.h"
#include "program.h"

#define SMALL "tests/inputs/small.ini --scale mini --cache $in/cache "

/* `ablate trace` with these arguments is refused: one sentence with these words, exit status 1, and nothing in the
 * folder $in/none, where the trace should be. */
void must_complain(const char *arguments, const char *words);

/* A file of the folder; the caller's. */
weights *open_file(const char *name);

/* Numbers of tensor "STEP/PART", which has `n`; the caller's. */
float *numbers(const weights *w, int step, const char *part, int64_t n);

/* The only number of tensor "STEP/PART". */
float scalar(const weights *w, int step, const char *part);

/* Tensor `name` is of float32 and this shape: check_shape(w, name, D(4, 3)). */
void check_shape(const weights *w, const char *name, int rank, const int64_t *dim);
#define D(...)                                                                                                         \
    (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[])                                     \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

/* The file's note `key` begins so. */
void check_note(const weights *w, const char *key, const char *begin);

#endif
