/* What leaves the program: files that cannot be written, standard streams that are closed or full, signals, and lines
 * on a terminal. */
#include "../lab/program.h"

#include "../../core/base/file.h"
#include "../../core/base/name.h"
#include "../../core/base/progress.h"
#include "../../core/base/streams.h"
#include "../../core/files/npz_writer.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int files_in_folder(void)
{
    DIR *all = opendir(folder);
    int count = 0;
    while (readdir(all))
        count++;
    closedir(all);
    return count - 2;
}

/* ---- files ---- */

static void refused(const char *where, const char *words)
{
    assert_null(file_draft_open(where));
    expect_complaint_of(where, words);
}

static void test_no_place_for_a_file(void **state)
{
    char inside[100];
    (void)state;
    refused(folder, "it is a folder");
    refused("/dev/null", "it is not a plain file");
    assert_int_equal(file_write_text(own_file, "x"), 0);
    snprintf(inside, sizeof inside, "%s/g", own_file);
    assert_null(file_draft_open(inside));
    assert_non_null(strstr(complaint(), "Not a directory"));
    assert_int_equal(files_in_folder(), 1);
    struct stat about;
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
}

/* Looking leaves nothing, says what opening would, and makes no folder. */
static void test_a_place_is_looked_at(void **state)
{
    (void)state;
    assert_int_equal(file_write_text(own_file, "x"), 0);
    assert_int_equal(file_check_place(own_file), 0);
    assert_int_equal(file_check_place(below("new/and/newer")), 0);
    assert_int_equal(file_check_place("no-such-folder/x"), 0);
    assert_int_equal(file_check_folder(folder), 0);
    assert_int_equal(file_check_folder(below("new/and/newer")), 0);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(access("no-such-folder", F_OK), -1);
    assert_int_equal(file_check_place(folder), -1);
    expect_complaint("it is a folder; name a file");
    assert_int_equal(file_check_place("/dev/null"), -1);
    expect_complaint("it is not a plain file");
    assert_int_equal(file_check_folder(own_file), -1);
    expect_complaint("cannot write: Not a directory");
    assert_int_equal(file_check_folder(below("f/g/h")), -1);
    expect_complaint("f/g/h: cannot write: Not a directory");
    assert_int_equal(file_check_folder("/proc/none"), -1);
    expect_complaint("/proc/none: cannot write: ");
}

static void test_a_link_stays(void **state)
{
    char link[100];
    (void)state;
    snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(file_write_text(own_file, "old"), 0);
    assert_int_equal(symlink("f", link), 0);
    assert_int_equal(file_write_text(link, "new"), 0);
    struct stat about;
    assert_int_equal(lstat(link, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    char *text = read_text(own_file);
    assert_string_equal(text, "new");
    free(text);
    unlink(link);
}

/* In a child, with so many bytes a file at most: what is asked fails, says which file and why, and leaves nothing. */
static void limited(int (*work)(void), const char *why)
{
    int status;
    unlink(own_file);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = { 5000, 5000 };
        complaint_clear();
        bool good = streams_begin() == 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0 && work() < 0 && complaint() &&
                    strstr(complaint(), own_file) && strstr(complaint(), why);
        fprintf(stderr, "%s\n", complaint() ? complaint() : "no complaint");
        _exit(good && files_in_folder() == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int write_long_text(void)
{
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    return file_write_text(own_file, text);
}

/* The failure comes while writing, and other calls that go well follow before anyone asks. */
static int write_archive(void)
{
    static const float numbers[5000];
    npz_writer *w = npz_create(own_file);
    if (!w || npz_add(w, "a", "<f4", "(5000,)", numbers, sizeof numbers) < 0)
        return -1;
    errno = 0;
    return npz_finish(w);
}

static void test_a_limit_is_an_error(void **state)
{
    (void)state;
    limited(write_long_text, "File too large");
    limited(write_archive, "File too large");
}

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

static void test_a_signal_leaves_no_temporary_file(void **state)
{
    static const int deadly[] = { SIGTERM, SIGINT, SIGHUP };
    (void)state;
    unlink(own_file);
    for (int i = 0; i < 3; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            file_draft *first = streams_begin() == 0 ? file_draft_open(own_file) : NULL,
                       *second = file_draft_open(own_file);
            file_abandon(second); /* its place may be taken again */
            if (!first || !(first = file_draft_open(own_file)) || files_in_folder() != 1)
                _exit(1);
            fputs("half", file_draft_stream(first));
            fflush(file_draft_stream(first));
            raise(deadly[i]);
            _exit(2);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), deadly[i]);
        assert_int_equal(files_in_folder(), 0);
    }
}

/* ---- standard streams ---- */

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

/* ---- the line that says how far ---- */

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_no_place_for_a_file, start),
        cmocka_unit_test_setup(test_a_place_is_looked_at, start),
        cmocka_unit_test_setup(test_a_link_stays, start),
        cmocka_unit_test_setup(test_a_limit_is_an_error, start),
        cmocka_unit_test_setup(test_verbs_name_the_file, start),
        cmocka_unit_test_setup(test_a_signal_leaves_no_temporary_file, start),
        cmocka_unit_test_setup(test_a_stream_that_takes_nothing, start),
        cmocka_unit_test_setup(test_a_closed_stream_is_no_file, start),
        cmocka_unit_test_setup(test_printed_text_steers_nothing, start),
        cmocka_unit_test_setup(test_the_line_fits, start),
        cmocka_unit_test_setup(test_on_terminals, start),
    };
    use_file("f");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
