/* scratch.h: a folder of the including test's own, for one file of the name SCRATCH_FILE, which the test defines
 * before; and forgetting the last complaint before each test. */
#ifndef SCRATCH_H
#define SCRATCH_H
#include "../../core/base/diag.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ablate-scratch-XXXXXX";
static char path[64];

static inline int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/" SCRATCH_FILE, folder);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static inline int start(void **state)
{
    (void)state;
    complaint_clear();
    return 0;
}

/* A new file each time: some file systems write out a file at once when it is emptied and filled again. */
static inline void write_bytes(const void *bytes, size_t n)
{
    unlink(path);
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, n, stream), n);
    assert_int_equal(fclose(stream), 0);
}

#endif
