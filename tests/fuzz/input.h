/* input.h: a fuzzer's bytes as a file that the readers open by its path, and what must hold after every one of them. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H
#include "../../core/base/diag.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char fuzz_path[] = "/dev/shm/ablate-fuzz-XXXXXX";

static inline void fuzz_remove_file(void)
{
    unlink(fuzz_path);
}

/* The path of a file in memory, the same one each time, that now holds these bytes. */
static inline const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int file = -1;
    if (file < 0) {
        file = mkstemp(fuzz_path);
        atexit(fuzz_remove_file);
    }
    if (file < 0 || ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    return fuzz_path;
}

/* A reader that refuses says why, in one line of printable text. */
static inline void fuzz_must_have_complained(void)
{
    const char *why = complaint();
    if (!why)
        abort();
    for (const char *c = why; *c; c++)
        if ((uint8_t)*c < ' ' || *c == 0x7f)
            abort();
}

#endif
