/* finished_run.h: two finished runs of seconds, of tests/inputs/small.ini by the program itself, for tests of what
 * opens runs again. */
#ifndef TESTS_FINISHED_RUN_H
#define TESTS_FINISHED_RUN_H
#include "module_build.h"

/* What nine digits (%.9g) leave of a number: half a unit in the ninth, of itself. */
#define NINE_DIGITS 5e-9

static char finished_folder[64], finished_cache[80];
static char finished_base[200], finished_full[200]; /* of the rows base and full, seed 0 */

/* The folder of this row's only run. */
static inline int finished_find(const char *row, char into[200])
{
    char command[300];
    snprintf(command, sizeof command, "ls -d %s/runs/small/%s/seed-0-*", finished_folder, row);
    FILE *from = popen(command, "r");
    bool read = from && fgets(into, 200, from);
    if (from)
        pclose(from);
    into[strcspn(into, "\n")] = 0;
    return read && *into ? 0 : -1;
}

static inline int finished_begin(void **state)
{
    char command[600];
    const char *build = getenv("ABLATE_BUILD");
    if (build_begin(state) < 0)
        return -1;
    snprintf(finished_folder, sizeof finished_folder, "%s", build_folder);
    snprintf(finished_cache, sizeof finished_cache, "%s/cache", build_folder);
    snprintf(command, sizeof command,
             "%s/ablate run tests/inputs/small.ini --scale mini --seeds 1 --keep-maps --cache %s --out %s "
             ">%s/log 2>&1 || { cat %s/log; false; }",
             build ? build : "build", finished_cache, finished_folder, finished_folder, finished_folder);
    if (system(command) != 0)
        return -1;
    return finished_find("base", finished_base) < 0 ? -1 : finished_find("full", finished_full);
}

static inline int finished_end(void **state)
{
    return build_end(state);
}

/* A shell command that must work. */
static inline void __attribute__((format(printf, 1, 2))) finished_shell(const char *format, ...)
{
    char command[1000];
    va_list rest;
    va_start(rest, format);
    vsnprintf(command, sizeof command, format, rest);
    va_end(rest);
    build_run(command);
}

/* A copy of the full run, to be damaged. */
static inline void finished_copy(const char *name, char *folder, size_t size)
{
    snprintf(folder, size, "%s/%s", finished_folder, name);
    finished_shell("cp -r %s %s", finished_full, folder);
}

#endif
