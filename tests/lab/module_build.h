/* module_build.h: builds modules with the C compiler while a test runs, into a folder of its own. */
#ifndef MODULE_BUILD_H
#define MODULE_BUILD_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../core/base/diag.h"

static char build_folder[64]; /* "/tmp/ablate-test-XXXXXX" */

static inline void build_run(const char *command)
{
    if (system(command) != 0)
        fail_msg("'%s' failed", command);
}

static inline int build_begin(void **state)
{
    (void)state;
    snprintf(build_folder, sizeof build_folder, "/tmp/ablate-test-XXXXXX");
    return mkdtemp(build_folder) ? 0 : -1;
}

static inline int build_end(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", build_folder);
    return system(command);
}

/* cc SOURCES -o FOLDER/NAME.so, as an author does; `sources` as seen from the repository's root. */
static inline void build_module(const char *sources, const char *folder, const char *name)
{
    char command[900];
    const char *compiler = getenv("CC");
    snprintf(
        command, sizeof command,
        "%s -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -O1 -fPIC -shared -fvisibility=hidden -Icore %s "
        "-lm -o '%s/%s.so'",
        compiler ? compiler : "cc", sources, folder, name);
    build_run(command);
}

/* The complaint must hold the words; it is cleared. */
static inline void expect_complaint(const char *words)
{
    if (!complaint())
        fail_msg("no complaint, expected '%s'", words);
    if (!strstr(complaint(), words))
        fail_msg("the complaint is '%s', expected '%s'", complaint(), words);
    complaint_clear();
}

#endif
