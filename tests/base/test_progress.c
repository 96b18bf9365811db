/* The line that says how far: never wider than the terminal, never more than one, and plain where there is none. */
#include "../../core/base/name.h"
#include "../../core/base/progress.h"
#include "../../core/base/streams.h"
#include "../lab/program.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static const char *const labels[] = { "small, row i",
                                      "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d",
                                      "a label of so many letters that it fills more than half of a usual terminal",
                                      "" };

static void test_the_line_fits(void **state)
{
    char line[PROGRESS_ROOM];
    (void)state;
    for (int columns = 1; columns < 200; columns++)
        for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
            progress p;
            progress_begin(&p, labels[i], "steps", 123456, 0);
            progress_line(&p, 4567, 99.5, "loss 0.123", columns, line);
            if (name_columns(line) > columns)
                fail_msg("%d columns: '%s'", columns, line);
            assert_true(name_is_shown(line));
            if (columns >= 20)
                assert_non_null(strstr(line, "4567/123456"));
        }
    progress p;
    progress_begin(&p, labels[0], "steps", 200, 0);
    progress_line(&p, 100, 50, "loss 0.123", 100, line);
    assert_string_equal(line, "small, row i [############............] 100/200 steps, 0:50 left, 2.0/s, loss 0.123");
    progress_line(&p, 100, 50, "loss 0.123", 0, line);
    assert_string_equal(line, "small, row i 100/200 steps, 0:50 left, 2.0/s, loss 0.123");
    progress_line(&p, 100, 50, "loss 0.123", 30, line);
    assert_string_equal(line, "small, row i 100/200 steps");
}

/* What progress_show writes to a terminal of so many columns, in `said`. */
static void show_on_terminal(unsigned short columns, const char *kind, const char *ci)
{
    int master, slave, status;
    const struct winsize size = { .ws_row = 24, .ws_col = columns };
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    pid_t child = fork();
    if (child == 0) {
        progress p;
        dup2(slave, STDERR_FILENO);
        setenv("TERM", kind, 1);
        setenv("CI", ci, 1);
        progress_begin(&p, labels[2], "steps", 100, 0);
        p.began -= 10;
        progress_show(&p, 50, "loss 0.123");
        progress_end(&p);
        _exit(streams_columns() == (strcmp(kind, "dumb") == 0 || *ci ? 0 : columns) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(slave);
    size_t used = 0;
    for (ssize_t got; (got = read(master, said + used, sizeof said - 1 - used)) > 0;)
        used += (size_t)got;
    said[used] = 0;
    close(master);
}

static void test_on_terminals(void **state)
{
    static const unsigned short widths[] = { 20, 30, 40, 80, 200 };
    (void)state;
    for (int i = 0; i < 5; i++) {
        show_on_terminal(widths[i], "xterm", "");
        assert_null(strchr(said, '\n'));
        assert_null(strchr(said, '\x1b'));
        assert_non_null(strstr(said, "50/100"));
        for (char *part = strtok(said, "\r"); part; part = strtok(NULL, "\r"))
            assert_true(name_columns(part) < widths[i]); /* the last column would begin a new line */
    }
    show_on_terminal(80, "dumb", "");
    assert_non_null(strstr(said, "50/100 steps"));
    assert_null(strchr(strstr(said, "50/100"), '#'));
    assert_string_equal(said + strlen(said) - 2, "\r\n"); /* the terminal's own return */
    assert_ptr_equal(strchr(said, '\r'), said + strlen(said) - 2);
    show_on_terminal(80, "xterm", "true");
    assert_ptr_equal(strchr(said, '\r'), said + strlen(said) - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_the_line_fits), cmocka_unit_test(test_on_terminals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
