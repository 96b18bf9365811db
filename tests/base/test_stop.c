/* test_stop.c: runs that are stopped by signals in every phase: what they say, what they leave, where the same command
 * goes on, and that it ends in the same bits. */
/* units: run/checkpoint */
#include "../../core/base/file.h"
#include "../../core/base/stop.h"
#include "../../core/run/checkpoint.h"
#include "../lab/program.h"
#include <glob.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static char reference[16384]; /* what an undisturbed run leaves */
static int usual;             /* milliseconds that one takes, about: instants within are drawn, none is asserted */
static pid_t begun;           /* the process that begin_run began last */

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void pause_ms(int milliseconds)
{
    struct timespec pause = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
    nanosleep(&pause, NULL);
}

/* 60 steps, checkpoints by time. `before`: a shell's words before the program. */
static pid_t begin_run(const char *out, const char *cache, const char *before)
{
    char command[1200];
    snprintf(command, sizeof command,
             "exec %s %s/ablate run tests/inputs/small.ini --scale mini --seeds 1 --row full --set input.size=64 "
             "--set run.epochs=20 --set run.checkpoint_steps=0 --set run.checkpoint_seconds=0.01 --cache $in/%s "
             "--out $in/%s >$in/out 2>$in/log",
             before, build_place(), cache, out);
    unlink(below("log"));
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return begun = child;
}

/* Is a file of that pattern, below the test's folder, there? */
static bool is_there(const char *pattern)
{
    glob_t found = { 0 };
    bool there = glob(below("%s", pattern), 0, NULL, &found) == 0;
    globfree(&found);
    return there;
}

/* Sends the signal as soon as a file of that pattern is there; the exit status. */
static int stop_when(pid_t child, const char *pattern, int number)
{
    int status = 0;
    while (!is_there(pattern)) {
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        pause_ms(1);
    }
    kill(child, number);
    return status_of(child);
}

/* A run into an empty folder, stopped so. On a busy machine it may be done before we wake up: then another one. */
static int stop_one(const char *out, const char *cache, const char *before, const char *pattern, int number)
{
    int status = 0;
    for (int i = 0; i < 20 && status == 0; i++) {
        must_work("rm -rf $in/%s", out);
        status = stop_when(begin_run(out, cache, before), pattern, number);
    }
    return status;
}

static void fingerprint(const char *out, char *answer, size_t size)
{
    must_work("cd $in/%s && (cat runs/small/full/*/parameters.safetensors runs/small/full/*/losses.tsv | sha256sum; "
              "grep -v '^#' small.tsv; grep -hv -e seconds -e peak_memory -e a_second -e checksum "
              "runs/small/full/*/metrics.json)",
              out);
    assert_true(strlen(said) > 200);
    snprintf(answer, size, "%s", said);
}

static void no_parts(const char *out)
{
    must_work("find $in -path '*/%s/*' -name '*.part'", out);
    assert_string_equal(said, "");
}

/* What the program has said so far. */
static const char *log_now(void)
{
    shell("cat $in/log 2>/dev/null");
    return said;
}

/* Step after those words in the log, or -1. */
static int step_after(const char *words)
{
    const char *at = strstr(log_now(), words);
    return at ? atoi(at + strlen(words)) : -1;
}

static void test_undisturbed(void **state)
{
    (void)state;
    assert_int_equal(status_of(begin_run("first", "cache", "")), 0);
    const double began = seconds_now();
    assert_int_equal(status_of(begin_run("whole", "cache", "")), 0);
    usual = (int)(1000 * (seconds_now() - began));
    fingerprint("whole", reference, sizeof reference);
    assert_int_equal(step_after("goes on at step "), -1);
}

static void same_bits(const char *out)
{
    char now[16384];
    fingerprint(out, now, sizeof now);
    assert_string_equal(now, reference);
    no_parts(out);
}

/* One sentence, the status of the signal, nothing half-written by this process: what a killed one left stays until the
 * file that it is of is written again. */
static void check_stopped(int status, int number, const char *name, const char *out)
{
    char expected[64];
    const char *text = log_now();
    if (!*text && status == 128 + number)
        return; /* it had not begun */
    snprintf(expected, sizeof expected, "ablate: stopped by SIG%s: ", name);
    const char *sentence = strstr(text, expected);
    if (status != 128 + number || !sentence || !strstr(sentence, "the same command "))
        fail_msg("expected status %d and a sentence of SIG%s, got %d: %s", 128 + number, name, status, text);
    assert_int_equal(strcspn(sentence, "\n"), strlen(sentence) - 1);
    must_work("find $in -path '*/%s/*' -name '*.%d.part'", out, (int)begun);
    assert_string_equal(said, "");
}

static void test_stopped_in_training(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *name;
    } with[] = { { SIGINT, "INT" }, { SIGTERM, "TERM" }, { SIGHUP, "HUP" } };
    int at = 0, stopped = 0;
    for (int i = 0, again = 0; i < 3; i++) {
        pid_t child = begin_run("training", "cache", "");
        for (int k = 0; k < 200 && step_after("goes on at step ") < at; k++)
            pause_ms(5);
        int status = stop_when(child, "training/runs/small/full/*/checkpoint", with[i].number);
        if (status == 0 && stopped == 0 && again++ < 20) { /* it was done before we woke up */
            must_work("rm -r $in/training");
            i--;
            continue;
        }
        if (status == 0)
            break;
        check_stopped(status, with[i].number, with[i].name, "training");
        int step = step_after("small full seed 0 was at step ");
        assert_true(step >= at || step == -1); /* -1: in its scoring already */
        at = step;
        stopped++;
        if (step < 0)
            break;
    }
    assert_true(stopped > 0);
    assert_int_equal(status_of(begin_run("training", "cache", "")), 0);
    if (at > 0)
        assert_int_equal(step_after("goes on at step "), at);
    same_bits("training");
}

static void test_killed_at_random_steps(void **state)
{
    (void)state;
    static const int with[] = { SIGKILL, SIGTERM, SIGINT };
    unsigned word = 4711;
    int disturbed = 0, went_on = 0;
    for (int i = 0; i < 120 && (disturbed < 12 || went_on < 3); i++) {
        word = word * 1664525u + 1013904223u;
        pid_t child = begin_run("killed", "cache", "");
        pause_ms((int)((word >> 16) % 1000) * usual / 1000);
        kill(child, with[i % 3]);
        int status = status_of(child);
        went_on += step_after("goes on at step ") > 0;
        if (status == 0) /* the machine is quicker than it was, or slower: instants follow it */
            usual -= usual / 8;
        else if (!is_there("killed/runs/small/full/*/checkpoint"))
            usual += usual / 8;
        if (status == 0)
            must_work("rm -rf $in/killed");
        else if (i % 3 > 0)
            check_stopped(status, with[i % 3], i % 3 == 1 ? "TERM" : "INT", "killed");
        disturbed += status != 0;
    }
    assert_true(disturbed >= 12 && went_on >= 3);
    assert_int_equal(status_of(begin_run("killed", "cache", "")), 0);
    same_bits("killed");
}

static void test_stopped_while_features_are_computed(void **state)
{
    (void)state;
    int now = 0;
    for (int i = 0; i < 20 && (now <= 0 || now >= 111); i++) { /* of 111 pictures in all, unless it was done before */
        must_work("rm -rf $in/rows");
        check_stopped(stop_one("features", "rows", "", "rows/*.rows", SIGINT), SIGINT, "INT", "features");
        assert_int_equal(status_of(begin_run("features", "rows", "")), 0);
        const char *computed = strstr(log_now(), "features of ");
        now = computed ? atoi(computed + strlen("features of ")) : 0;
    }
    assert_true(now > 0 && now < 111);
    same_bits("features");
}

static void test_stopped_after_training(void **state)
{
    (void)state;
    int status = stop_one("scoring", "cache", "", "scoring/runs/small/full/*/parameters.safetensors", SIGTERM);
    check_stopped(status, SIGTERM, "TERM", "scoring");
    assert_int_equal(status_of(begin_run("scoring", "cache", "")), 0);
    assert_int_equal(step_after("goes on at step "), 60); /* nothing is trained again */
    same_bits("scoring");
}

static void test_stopped_before_the_report(void **state)
{
    (void)state;
    int status = stop_one("report", "cache", "", "report/runs/small/full/*/metrics.json", SIGTERM);
    check_stopped(status, SIGTERM, "TERM", "report");
    assert_int_equal(status_of(begin_run("report", "cache", "")), 0);
    same_bits("report");
}

/* Thousands of rows take their time before the first begins: reading them, and looking at each. */
static void test_stopped_among_many_rows(void **state)
{
    (void)state;
    static const char *const verb[] = { "check", "run" };
    must_work("{ echo base = $PWD/tests/inputs/small.ini; seq 3000 | "
              "sed 's/.*/[row &]\\nmodel = clip noise decoder distill/'; } >$in/many.ini");
    for (int i = 0; i < 2; i++) {
        must_work("cd $in && for pause in 1 2 4 8; do $ablate %s many.ini --scale mini >out 2>log & sleep $pause; "
                  "kill -TERM $!; wait $!; status=$?; grep -q stopped log && exit $((status != 143)); done; exit 1",
                  verb[i]);
        const bool rows = strstr(log_now(), "ablate: stopped by SIGTERM: the rows of many.ini were being ");
        assert_true(rows || (i == 0 && strstr(said, "SIGTERM: the masks were being read"))); /* of the first row */
        assert_non_null(strstr(said, "; the same command begins with them"));
    }
}

/* timeout tells the program, and then its whole group: twice within a moment is once. A moment is half a second, of
 * which a busy machine may take much between two signals. */
static void test_a_signal_that_comes_twice_at_once(void **state)
{
    (void)state;
    pid_t child = begin_run("twice", "cache", "");
    while (!is_there("twice/runs/small/full/*/checkpoint"))
        pause_ms(1);
    const double began = seconds_now();
    for (int i = 0; i < 20 && seconds_now() - began < 0.1; i++) {
        kill(child, SIGTERM);
        pause_ms(1);
    }
    check_stopped(status_of(child), SIGTERM, "TERM", "twice");
}

/* A process that looks at nothing: how it ends after two signals. */
static int after_two(int pause)
{
    pid_t child = fork();
    if (child == 0) {
        stop_watch();
        raise(SIGTERM);
        pause_ms(pause);
        raise(SIGTERM);
        stop_complain("it was here");
        _exit(strcmp(complaint(), "stopped by SIGTERM: it was here") == 0 ? stop_status() - 128 : 99);
    }
    return status_of(child);
}

static void test_a_second_signal_ends_at_once(void **state)
{
    (void)state;
    assert_int_equal(after_two(700), 128 + SIGTERM);
    assert_int_equal(after_two(0), SIGTERM); /* it went on, and said so */
}

/* nohup's SIGHUP stays ignored; a background job's SIGINT, which shells hush, does not. */
static void test_signals_that_were_ignored(void **state)
{
    (void)state;
    int status =
        stop_one("background", "cache", "env --ignore-signal=INT", "background/runs/small/full/*/checkpoint", SIGINT);
    check_stopped(status, SIGINT, "INT", "background");
    pid_t child = begin_run("hushed", "cache", "env --ignore-signal=HUP");
    assert_int_equal(stop_when(child, "hushed/runs/small/full/*/checkpoint", SIGHUP), 0);
    same_bits("hushed");
}

static void test_a_checkpoint_keeps_what_the_run_took(void **state)
{
    (void)state;
    char path[200];
    float numbers[3] = { 1, 2, 3 }, read[3];
    double log[1] = { 4 };
    uint8_t modules[1] = { 5 };
    const checkpoint written = { { { 7 } }, 30, 12.5, 1 << 20, 3, numbers, 1, log, 1, modules };
    checkpoint back = { .run = { { 7 } }, .floats = 3, .state = read, .log_floats = 1, .log = log, .module_bytes = 1 };
    back.modules = modules;
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    assert_int_equal(checkpoint_write(path, &written), 0);
    assert_int_equal(checkpoint_read(path, &back), 1);
    assert_true(back.step == 30 && back.seconds * 2 == 25 && back.peak == 1 << 20 && read[2] * 2 == 6);
    back.run.byte[0] = 8;
    assert_int_equal(checkpoint_read(path, &back), 0);
    checkpoint_remove(path);
    assert_false(file_exists(path));
}

int main(void)
{
    signal(SIGINT, SIG_DFL); /* a shell's background jobs begin with these ignored, and so would the runs */
    signal(SIGHUP, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undisturbed),
        cmocka_unit_test(test_stopped_in_training),
        cmocka_unit_test(test_killed_at_random_steps),
        cmocka_unit_test(test_stopped_while_features_are_computed),
        cmocka_unit_test(test_stopped_after_training),
        cmocka_unit_test(test_stopped_before_the_report),
        cmocka_unit_test(test_stopped_among_many_rows),
        cmocka_unit_test(test_a_signal_that_comes_twice_at_once),
        cmocka_unit_test(test_a_second_signal_ends_at_once),
        cmocka_unit_test(test_signals_that_were_ignored),
        cmocka_unit_test(test_a_checkpoint_keeps_what_the_run_took),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
