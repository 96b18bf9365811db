/* file_sweep.c: what is left of drafts when a process is killed while it writes. */
#include "diag.h"
#include "file.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The process of "PATH.NUMBER.part", or 0: it is none of ours. */
static pid_t writer_of(const char *temporary, size_t path_length)
{
    char *end;
    long number = strtol(temporary + path_length + 1, &end, 10);
    return number > 0 && strcmp(end, ".part") == 0 ? (pid_t)number : 0;
}

/* PATH with a backslash before what a pattern would mean. */
static char *pattern_of(const char *path)
{
    size_t length = strlen(path);
    char *pattern = take(2 * length + 8, 1, "a pattern"), *to = pattern;
    for (size_t i = 0; pattern && i < length; i++) {
        if (strchr("*?[]\\", path[i]))
            *to++ = '\\';
        *to++ = path[i];
    }
    if (pattern)
        memcpy(to, ".*.part", sizeof ".*.part");
    return pattern;
}

/* Is nobody writing it any more? Its process is not on this machine, and a process on another would hold the lock. */
static bool is_left(const char *temporary, pid_t writer)
{
    if (writer <= 0 || kill(writer, 0) == 0 || errno != ESRCH)
        return false;
    int file = open(temporary, O_RDWR | O_CLOEXEC);
    bool left = file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
    if (file >= 0)
        close(file);
    return left;
}

void file_sweep(const char *path)
{
    glob_t found = { 0 };
    char *pattern = pattern_of(path);
    if (pattern && glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (is_left(found.gl_pathv[i], writer_of(found.gl_pathv[i], strlen(path))))
                unlink(found.gl_pathv[i]);
        globfree(&found);
    }
    free(pattern);
}
