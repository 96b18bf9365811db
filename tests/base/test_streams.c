/* What leaves the program by its standard streams: closed or full ones, text that would steer a terminal, and files
 * that a verb cannot write. */
#include "../../core/base/file.h"
#include "../../core/base/name.h"
#include "../../core/base/streams.h"
#include "../lab/program.h"
#include <sys/wait.h>

/* The whole program: a picture does not fit, then the cache, then a module's source. */
static void test_verbs_name_the_file(void **state)
{
    (void)state;
    assert_int_equal(
        shell("cd $in; ulimit -f 2; $ablate data mini --set mini.train=1 --set mini.good=1 --set mini.each=1 --export "
              "out; echo \"exit $?\"; find . -name '*.part'"),
        0);
    expect_words(said, ".png: cannot write");
    expect_words(said, "File too large");
    expect_words(said, "exit 1\n");
    assert_null(strstr(said, ".part\n"));
    assert_int_equal(shell("cd $in; rm -rf out; ulimit -f 0; $ablate new mine; echo \"exit $?\"; ls"), 0);
    expect_words(said, "mine.c: cannot write: File too large");
    expect_words(said, "exit 1\n");
    assert_string_equal(strstr(said, "exit 1\n") + 7, "");
}

static void test_a_stream_that_takes_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        static const char *const verbs[] = { "modules", "--help", "ops matmul" };
        must_work("$ablate %s >/dev/full; echo \"exit $?\"", verbs[i]);
        expect_words(said, "ablate: standard output cannot be written: No space left on device");
        expect_words(said, "exit 1\n");
        must_work("$ablate %s >&-; echo \"exit $?\"", verbs[i]);
        expect_words(said, "ablate: standard output cannot be written: Bad file descriptor");
        expect_words(said, "exit 1\n");
    }
    /* nobody reads any more: no word, no success, no signal */
    must_work("{ sleep 0.2; $ablate modules; echo \"exit $?\" >&2; } | true");
    assert_string_equal(said, "exit 1\n");
}

/* A file that is opened where a closed stream was would get what is printed. */
static void test_a_closed_stream_is_no_file(void **state)
{
    int status;
    char text[16] = "";
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        file_draft *draft = streams_begin() == 0 ? file_draft_open(own_file) : NULL;
        if (!draft)
            _exit(1);
        printf("printed");
        fprintf(stderr, "said");
        fputs("x", file_draft_stream(draft));
        bool failed = streams_end() < 0;
        _exit(failed && file_commit(draft) == 0 ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    FILE *from = fopen(own_file, "r");
    assert_int_equal(fread(text, 1, sizeof text - 1, from), 1);
    fclose(from);
    assert_string_equal(text, "x");
    unlink(own_file);
}

static void test_printed_text_steers_nothing(void **state)
{
    (void)state;
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (streams_begin() < 0)
            _exit(1);
        printf("%s\n", "a\x1b[2J\xff\t\xc2\x9b\xe2\x82");
        for (int i = 0; i < 5000; i++) /* characters across the borders of what is written at once */
            fputs("\xe6\x97\xa5", stdout);
        _exit(streams_end() == 0 ? 0 : 2);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got; (got = read(ends[0], said + used, sizeof said - 1 - used)) > 0;)
        used += (size_t)got;
    said[used] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    static const char head[] = "a\\x1B[2J\\xFF\t\\xC2\\x9B\\xE2\\x82\n";
    assert_memory_equal(said, head, sizeof head - 1);
    assert_int_equal(used, sizeof head - 1 + 3 * 5000);
    assert_true(name_is_shown(said + sizeof head - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_verbs_name_the_file, start),
        cmocka_unit_test_setup(test_a_stream_that_takes_nothing, start),
        cmocka_unit_test_setup(test_a_closed_stream_is_no_file, start),
        cmocka_unit_test_setup(test_printed_text_steers_nothing, start),
    };
    use_file("f");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
