#include "program.h"

#include <sys/wait.h>

enum { COMMAND_MOST = 8192 };

char said[1 << 17];

const char *build_place(void)
{
    const char *build = getenv("ABLATE_BUILD");
    return build ? build : "build";
}

static int shown(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(const char *command)
{
    char whole[COMMAND_MOST + 512];
    snprintf(whole, sizeof whole, "ablate=%s/ablate; { %s\n} 2>&1", build_place(), command);
    FILE *from = popen(whole, "r");
    assert_non_null(from);
    said[fread(said, 1, sizeof said - 1, from)] = 0;
    for (char rest[4096]; fread(rest, 1, sizeof rest, from) > 0;)
        ; /* a full pipe would stop it */
    return shown(pclose(from));
}

static void compose(char command[COMMAND_MOST], const char *format, va_list rest)
{
    int length = vsnprintf(command, COMMAND_MOST, format, rest);
    assert_true(length >= 0 && length < COMMAND_MOST);
}

int shell(const char *format, ...)
{
    char command[COMMAND_MOST];
    va_list rest;
    va_start(rest, format);
    compose(command, format, rest);
    va_end(rest);
    return run(command);
}

void must_work(const char *format, ...)
{
    char command[COMMAND_MOST];
    va_list rest;
    va_start(rest, format);
    compose(command, format, rest);
    va_end(rest);
    int status = run(command);
    if (status != 0)
        fail_msg("%s: %d: %s", command, status, said);
}

int status_of(int child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return shown(status);
}
