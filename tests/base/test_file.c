/* Files: written whole or not at all, under whatever goes wrong; read whole; folders that are held. */
/* units: file_sweep */
#include "../../core/base/streams.h"
#include "../../core/files/npz_writer.h"
#include "../lab/program.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static int files_in_folder(void)
{
    DIR *all = opendir(folder);
    int count = 0;
    while (readdir(all))
        count++;
    closedir(all);
    return count - 2;
}

/* ---- writing ---- */

static void holds(const char *file, const char *text)
{
    char *found = read_text(file);
    assert_string_equal(found, text);
    free(found);
}

/* Until the commit the place is as it was; after it the whole is there, and nothing else. */
static void test_whole_or_not_at_all(void **state)
{
    (void)state;
    for (int before = 0; before < 2; before++) {
        unlink(own_file);
        if (before)
            write_bytes("old", 3);
        for (int commit = 0; commit < 2; commit++) {
            file_draft *draft = file_draft_open(own_file);
            assert_non_null(draft);
            fputs("new", file_draft_stream(draft));
            fflush(file_draft_stream(draft));
            assert_int_equal(file_exists(own_file), before);
            if (before)
                holds(own_file, "old");
            assert_int_equal(files_in_folder(), before + 1);
            if (commit)
                assert_int_equal(file_commit(draft), 0);
            else
                file_abandon(draft);
            assert_int_equal(files_in_folder(), before || commit);
        }
        holds(own_file, "new");
    }
    file_abandon(NULL);
    assert_null(complaint());
}

/* Two drafts of one process under different names do not meet; the last commit of one name stays. */
static void test_several_drafts(void **state)
{
    (void)state;
    file_draft *first = file_draft_open(below("a")), *second = file_draft_open(below("b"));
    assert_true(first && second);
    fputs("one", file_draft_stream(first));
    fputs("two", file_draft_stream(second));
    assert_int_equal(file_commit(second), 0);
    assert_int_equal(file_commit(first), 0);
    holds(below("a"), "one");
    holds(below("b"), "two");
}

static void test_folders_are_made(void **state)
{
    (void)state;
    assert_int_equal(file_write_text(below("x/y/z/file"), "deep"), 0);
    holds(below("x/y/z/file"), "deep");
    assert_int_equal(file_make_directory(below("x/y")), 0); /* it is there */
    assert_int_equal(file_make_directory(below("x/y/z/file/more")), -1);
    expect_complaint("cannot make the directory: ");
}

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

static void test_a_signal_leaves_no_temporary_file(void **state)
{
    static const int deadly[] = { SIGTERM, SIGINT, SIGHUP };
    (void)state;
    unlink(own_file);
    for (int i = 0; i < 3; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            signal(deadly[i], SIG_DFL); /* a shell's background jobs begin with some of them ignored */
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

/* What a killed process left of a draft goes with the next; what a living one is writing stays. */
static void test_left_drafts_are_swept(void **state)
{
    (void)state;
    char path[200], left[260], other[260];
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_true(waitpid(child, NULL, 0) == child);
    snprintf(path, sizeof path, "%s/a [file]*", folder);
    snprintf(left, sizeof left, "%s.%ld.part", path, (long)child);
    snprintf(other, sizeof other, "%s.%ld.part", path, (long)getppid());
    assert_int_equal(file_write_text(left, "half"), 0);
    assert_int_equal(file_write_text(other, "half"), 0);
    assert_int_equal(file_write_text(path, "whole"), 0);
    assert_true(file_exists(path) && file_exists(other) && !file_exists(left));
}

/* What is being written when a deadly signal comes goes with the handler's call; what was committed stays. */
static void test_drafts_can_be_removed_at_once(void **state)
{
    (void)state;
    assert_int_equal(file_write_text(own_file, "whole"), 0);
    file_draft *draft[3];
    for (int i = 0; i < 3; i++) {
        draft[i] = file_draft_open(below("draft-%d", i));
        assert_non_null(draft[i]);
    }
    assert_int_equal(files_in_folder(), 4);
    file_remove_drafts();
    assert_int_equal(files_in_folder(), 1);
    for (int i = 0; i < 3; i++)
        file_abandon(draft[i]);
    holds(own_file, "whole");
    complaint_clear();
}

/* ---- reading ---- */

static void cannot_be_read(const char *name, const char *words)
{
    file_map map = { (const uint8_t *)"x", 1 };
    assert_int_equal(file_map_open(below("%s", name), &map), -1);
    expect_complaint_of(below("%s", name), words);
    assert_true(!map.data && map.size == 0); /* closing is allowed */
    file_map_close(&map);
}

static void test_maps(void **state)
{
    (void)state;
    file_map map;
    write_bytes("a\0b", 3);
    assert_int_equal(file_map_open(own_file, &map), 0);
    assert_int_equal(map.size, 3);
    assert_memory_equal(map.data, "a\0b", 3);
    file_map_close(&map);
    assert_true(!map.data && map.size == 0);
    write_bytes("", 0);
    assert_int_equal(file_map_open(own_file, &map), 0);
    assert_int_equal(map.size, 0);
    file_map_close(&map);
    assert_int_equal(mkfifo(below("fifo"), 0600), 0);
    assert_int_equal(mkdir(below("folder"), 0700), 0);
    alarm(20); /* whoever waits for the other end of a FIFO fails here */
    cannot_be_read("fifo", "it is not a plain file");
    cannot_be_read("folder", "it is not a plain file");
    cannot_be_read("none", "No such file");
    alarm(0);
}

static void test_what_is_there(void **state)
{
    (void)state;
    write_bytes("x", 1);
    assert_true(file_exists(own_file) && file_exists(folder));
    assert_false(file_exists(below("none")));
    assert_false(file_exists(below("f/none"))); /* below a file there is nothing */
    assert_int_equal(symlink("nowhere", below("link")), 0);
    assert_false(file_exists(below("link")));
}

/* ---- folders that are held ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void pause_ms(long milliseconds)
{
    nanosleep(&(struct timespec){ milliseconds / 1000, milliseconds % 1000 * 1000000L }, NULL);
}

/* A process that holds the folder for so long; `ended`: it ends without letting go. Returns once it has it. */
static pid_t hold(const char *place, long milliseconds, bool ended)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        int held = file_lock_folder(place);
        if (write(ends[1], "x", 1) != 1)
            _exit(1);
        pause_ms(milliseconds);
        if (!ended)
            file_unlock(held);
        _exit(0);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static void test_a_folder_is_waited_for(void **state)
{
    (void)state;
    char place[100];
    snprintf(place, sizeof place, "%s", below("new/held")); /* it is made */
    for (int ended = 0; ended < 2; ended++) {
        pid_t child = hold(place, 300, ended);
        double began = now();
        int held = file_lock_folder(place);
        assert_true(held >= 0);
        assert_true(now() - began > 0.15);
        assert_int_equal(status_of(child), 0);
        file_unlock(held);
    }
    file_unlock(-1);
    assert_null(complaint());
}

/* ---- sentences ---- */

static void test_long_paths_are_shown_short(void **state)
{
    (void)state;
    char name[1000], shown[FILE_SHOWN];
    for (int length = 1; length < 1000; length += length < 395 || length > 405 ? 37 : 1) {
        for (int i = 0; i < length; i++)
            name[i] = (char)('a' + i % 26);
        name[length] = 0;
        assert_ptr_equal(file_shown(name, shown), shown);
        if (length < FILE_SHOWN) {
            assert_string_equal(shown, name);
            continue;
        }
        assert_true(strlen(shown) < FILE_SHOWN);
        assert_memory_equal(shown, name, 150);
        assert_string_equal(shown + strlen(shown) - 150, name + length - 150);
        assert_non_null(strstr(shown, "..."));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(whole_or_not_at_all),
        TEST(several_drafts),
        TEST(folders_are_made),
        TEST(no_place_for_a_file),
        TEST(a_place_is_looked_at),
        TEST(a_link_stays),
        TEST(a_limit_is_an_error),
        TEST(a_signal_leaves_no_temporary_file),
        TEST(left_drafts_are_swept),
        TEST(drafts_can_be_removed_at_once),
        TEST(maps),
        TEST(what_is_there),
        TEST(a_folder_is_waited_for),
        TEST(long_paths_are_shown_short),
    };
    use_file("f");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
