/* A crash is told with the name of whose code ran, and stays one; what is our own or an end that was asked for is not.
 */
#include "../../core/base/crash.h"
#include "../../core/base/streams.h"
#include "../lab/test.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process says that ends by this signal, while foreign code is called or not. */
static const char *said_by(int number, bool foreign)
{
    static char text[600];
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    signal(number, SIG_DFL); /* cmocka has handlers of its own */
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        if (streams_begin() < 0)
            _exit(1);
        crash_calling("module '%s' in its `%s`", "x", "build");
        if (!foreign)
            crash_called();
        raise(number);
        _exit(2);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got; (got = read(ends[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)got;
    text[used] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
    return text;
}

static void crashes_are_told(void **state)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    static const char *const names[] = { "SEGV", "BUS", "FPE", "ILL", "ABRT" };
    (void)state;
    for (int i = 0; i < 5; i++) {
        char words[100];
        snprintf(words, sizeof words,
                 "ablate: module 'x' in its `build` crashed: SIG%s; its code is at fault: ", names[i]);
        const char *text = said_by(numbers[i], true);
        if (!strstr(text, words))
            fail_msg("'%s' is not in '%s'", words, text);
        assert_string_equal(said_by(numbers[i], false), "");
    }
    assert_string_equal(said_by(SIGQUIT, true), "");
    assert_string_equal(said_by(SIGTERM, true), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(crashes_are_told) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
