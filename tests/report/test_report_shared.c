/* Reports that several calls share, by the program itself: none loses what another finished, none passes for another.
 */
/* units: report_changes report_found report_place */
#include "../../core/base/file.h"
#include "../lab/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static char folder[] = "/tmp/ablate-shared-XXXXXX";

static int prepare(void **state)
{
    (void)state;
    if (!mkdtemp(folder) || setenv("T", folder, 1) < 0)
        return -1;
    return system("printf 'base = %s/tests/inputs/small.ini\n[experiment]\ntitle = small\n[input]\nsize = 64\n[mini]\n"
                  "train = 1\n' \"$PWD\" >$T/small.ini");
}

static int clean(void **state)
{
    (void)state;
    return system("rm -rf $T");
}

/* A shell command with $T, the test's folder, and $A, the program with the options that all calls share. */
static int status_of(const char *command)
{
    const char *build = getenv("ABLATE_BUILD");
    char program[600];
    snprintf(program, sizeof program, "%s/ablate run %s/small.ini --scale mini --cache %s/cache --out %s/results",
             build ? build : "build", folder, folder, folder);
    setenv("A", program, 1);
    return system(command);
}

static void must(const char *command)
{
    if (status_of(command) != 0)
        fail_msg("%s: failed: %s", command, status_of("tail -n 3 $T/log >&2") ? "" : "see above");
}

static void must_not(const char *command)
{
    if (status_of(command) == 0)
        fail_msg("%s: it did", command);
}

/* Each test begins with no results; the cache stays. */
static int start(void **state)
{
    (void)state;
    return status_of("rm -rf $T/results $T/kept $T/log");
}

/* The seed of a run is none of its settings; that of drawn data is one, which other reports do not share. */
static void test_a_seed_of_data_is_a_change(void **state)
{
    (void)state;
    must("$A --row base --seeds 1 >$T/out 2>$T/log && cp $T/results/small.md $T/kept.md");
    must("$A --row base --seeds 1 --set mini.seed=2 >$T/out 2>$T/log && cmp $T/results/small.md $T/kept.md");
    must("grep -q 'mini.seed = 2 (the file has 1)' $T/results/small-mini-*.md");
}

/* An epoch that --steps cuts short is the mean of the steps it had. */
static void test_a_short_epoch_is_a_mean(void **state)
{
    (void)state;
    must("$A --row base --seeds 1 --set run.epochs=1 >$T/out 2>$T/log");
    must("$A --row base --seeds 1 --set run.epochs=2 --set run.batch=15 --steps 1 >$T/out 2>$T/log");
    must("$A --row base --seeds 1 --set run.epochs=3 --set run.batch=5 --steps 1 >$T/out 2>$T/log");
    must("cat $T/results/runs/small/base/*/losses.tsv >$T/all && [ $(grep -c '^epoch' $T/all) = 3 ]");
    /* the first loss of an untrained student is near that of a whole epoch, not a third of it */
    must("awk '/^1\t/ { n++; if (!(least > 0) || $2 < least) least = $2; if ($2 > most) most = $2 } END { exit !(n == "
         "3 && "
         "most < 2 * least) }' $T/all");
}

/* Six finished runs, then one row with one seed: the report stays as it was, in all its forms. */
static void test_finished_rows_and_seeds_stay(void **state)
{
    (void)state;
    must("$A --seeds 2 >$T/out 2>$T/log && cp -r $T/results $T/kept");
    must("$A --row base --seeds 1 >$T/again 2>$T/log");
    must("cmp $T/results/small.md $T/kept/small.md && cmp $T/results/small.tsv $T/kept/small.tsv && "
         "cmp $T/results/small.tex $T/kept/small.tex && cmp $T/results/small.sheet $T/kept/small.sheet && "
         "cmp $T/out $T/again");
    must("grep -q '^report: .*/results/small.md, .tsv and .tex$' $T/again");
    must("$A --row full --set run.seed=2 --seeds 1 >$T/again 2>$T/log"); /* a seed more, of one row */
    must("grep -q '^| base (2 of 3 seeds) ' $T/results/small.md && grep -q '^| full | ' $T/results/small.md && "
         "grep -q '^Seeds: 0, 1, 2.$' $T/results/small.md");
}

/* What nobody asked for and what has not finished is told from what failed, wherever the report is read. */
static void test_not_asked_for(void **state)
{
    (void)state;
    must("$A --row base --seeds 1 >$T/out 2>$T/log");
    must("cd $T && grep -q '^| full .* not asked for ' results/small.md && grep -q '^full.*not asked for' out && "
         "grep -q '^full.*not asked for$' results/small.tsv && grep -q '^full .*not asked for' results/small.tex && "
         "grep -q 'not asked for' results/index.html && grep -q '^Not asked for: full.$' results/small.md");
    must_not("grep -qi 'not run' $T/results/small.* $T/out");
}

/* The file's own report keeps its name and its numbers; the changed one names each change and the file's value. */
static void test_changed_settings_do_not_replace_the_files_own(void **state)
{
    (void)state;
    must("$A --seeds 1 >$T/out 2>$T/log && cp -r $T/results $T/kept");
    must("$A --row base --seeds 1 --set run.epochs=1 --set moe.top=1 --steps 1 >$T/out 2>$T/log");
    must("cd $T && for f in md tsv tex; do cmp results/small.$f kept/small.$f || exit 1; done");
    must("cd $T/results && new=$(echo small-mini-*.md) && "
         "grep -q \"^report: .*/results/$new, .*small.md is another report (small-mini) and stays$\" $T/out");
    const char *changes =
        "'--steps = 1 (the file has no such limit); moe.top = 1 (the file has 2); run.epochs = 1 (the "
        "file has 2)'";
    char command[600];
    static const char *const places[] = { "$T/results/small-mini-*.md", "$T/results/small-mini-*.tsv",
                                          "$T/results/small-mini-*.tex", "$T/results/index.html" };
    for (int i = 0; i < 4; i++) {
        snprintf(command, sizeof command, "grep -q -e %s %s", changes, places[i]);
        must(command);
    }
    must("tr '\\n' ' ' <$T/out | tr -s ' ' | grep -q 'moe.top = 1 (the file has 2); run.epochs = 1 (the file has 2)'");
    must("grep -q 'changed settings)' $T/out");
    must("grep -q '^| full .* not asked for ' $T/results/small-mini-*.md"); /* the file's own run is not mixed in */
    must("grep -q '^Finished with other settings, data, weights or code, and so not shown: full.$' "
         "$T/results/small-mini-*.md");
}

/* --set of what the file has anyway is no change, however it is written. */
static void test_same_value_is_no_change(void **state)
{
    (void)state;
    must("$A --row base --seeds 1 >$T/out 2>$T/log && cp -r $T/results $T/kept");
    must("$A --row base --seeds 1 --set optimiser.rate=1e-3 --set run.epochs=2 --threads 1 >$T/out 2>$T/log");
    must("grep -q '1 runs, of which 1 had finished before' $T/log && cmp $T/results/small.tsv $T/kept/small.tsv");
    must_not("ls $T/results/small-* 2>/dev/null");
}

/* In a new folder the changed report has the plain name, until one of the file's own settings comes. */
static void test_changed_report_gives_way(void **state)
{
    (void)state;
    must("$A --row base --seeds 1 --set run.epochs=1 >$T/out 2>$T/log && cp -r $T/results $T/kept");
    must("grep -q 'run.epochs = 1 (the file has 2)' $T/results/small.md");
    must("$A --row base --seeds 1 --set run.epochs=3 >$T/out 2>$T/log"); /* nor does another changed one replace it */
    must(
        "cmp $T/results/small.md $T/kept/small.md && grep -q 'epochs = 3 (the file has 2)' $T/results/small-mini-*.md");
    must("$A --row base --seeds 1 >$T/out 2>$T/log && grep -q ' of changed settings, is ' $T/out");
    must_not("grep -q 'Changed on the command line' $T/results/small.md");
    must("ls $T/results/small-mini-*.md | wc -l | grep -qx 2");
    must("for f in md tsv tex; do cat $T/results/small-mini-*.$f | grep -q 'epochs = 1 (the file has 2)' || exit 1; "
         "done");
    must("$A --row base --seeds 1 --set run.epochs=1 >$T/out 2>$T/log"); /* and has that name from then on */
    must("ls $T/results/small-mini-*.md | wc -l | grep -qx 2");
}

/* Results without their runs, as a copy of the repository has them, are not lost to a call for less; to one for as much
 * they are, and to one of a changed file, whose earlier runs are there. */
static void test_reports_without_their_runs_stay(void **state)
{
    (void)state;
    must("$A --seeds 1 >$T/out 2>$T/log && rm -r $T/results/runs && cp -r $T/results $T/kept");
    must("$A --row base --seeds 1 >$T/out 2>$T/log && cmp $T/results/small.md $T/kept/small.md");
    must("grep -q '^report: .*/small-mini-part.md, .tsv and .tex; .*/small.md has numbers of which this folder has no "
         "run, "
         "as of row full, seed 0, and stays$' $T/out && grep -q '^| full .*not asked' $T/results/small-mini-part.md");
    must("sed -i '1s/Settings.* --/--/' $T/results/small.md"); /* as an older program wrote it */
    must("$A --row base --seeds 1 >$T/out 2>$T/log && grep -q 'small-mini-part.md, ' $T/out");
    must("$A --seeds 1 >$T/out 2>$T/log && grep -q '/small.md, .tsv and .tex; .*/small-mini-part.md, of which it has "
         "all, "
         "is removed$' $T/out");
    must_not("ls $T/results/small-* 2>/dev/null");
    must("mkdir $T/other && printf 'base = ../small.ini\n[run]\nepochs = 1\n' >$T/other/small.ini");
    must("$A --row base --seeds 1 >$T/out 2>$T/log && ! grep -q 'until now' $T/out");
    must("B=$(echo $A | sed \"s|/small.ini|/other/small.ini|\") && $B --row base --seeds 1 >$T/out 2>$T/log");
    must("grep -q '/small.md, .tsv and .tex$' $T/out && grep -q 'so not shown: full.$' $T/results/small.md");
    must("grep -q 'small.md was of .*/small.ini until now, a file of the same name as .*/other/small.ini; ' $T/out");
    must("B=$(echo $A | sed \"s|/small.ini|/other/small.ini|\") && $B --row base --seeds 1 >$T/out 2>$T/log && "
         "! grep -q 'until now' $T/out");
}

/* A row that fails does not take the rows before it along, and is told from what nobody asked for. */
static void test_a_failed_row(void **state)
{
    (void)state;
    must("printf 'base = small.ini\\n[row base]\\nmodel = clip noise decoder distill\\n[row bad]\\n[row more]\\n' "
         ">$T/failed.ini && mkdir -p $T/results/runs/failed && touch $T/results/runs/failed/bad");
    must_not("B=$(echo $A | sed \"s|/small.ini|/failed.ini|\") && $B --row base --row bad --seeds 1 >$T/out 2>$T/log");
    must("tail -n 1 $T/log | grep -q '^ablate: .*/failed/bad/seed-0.*: cannot make the directory: '");
    must("cd $T/results && grep -q '^| base | [0-9*<]' failed.md && grep -q '^| bad | .*not run' failed.md && "
         "grep -q '^| more | .*not asked for' failed.md && grep -q '^Not run: bad.$' failed.md");
}

/* ---- two processes ---- */

static void wait_for(const char *condition)
{
    for (int i = 0; status_of(condition) != 0; i++) {
        const struct timespec pause = { 0, 50000000 };
        nanosleep(&pause, NULL);
        if (i == 2400)
            fail_msg("%s: not within two minutes", condition);
    }
}

static pid_t begin(const char *command)
{
    char line[400];
    status_of("true"); /* sets $A */
    snprintf(line, sizeof line, "exec %s", command);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    return child;
}

static int end(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

#define FINISHED(row) "ls $T/results/runs/small/" row "/seed-0-*/metrics.json >/dev/null 2>&1"

/* Both finish their rows while a third holds the folder, so that each writes its report after the other's run; whoever
 * is last, the report has both rows. */
static void test_two_processes(void **state)
{
    (void)state;
    char results[200];
    snprintf(results, sizeof results, "%s/results", folder);
    int lock = file_lock_folder(results);
    assert_true(lock >= 0);
    pid_t one = begin("$A --row base --seeds 1 >$T/one 2>$T/log"),
          two = begin("$A --row full --seeds 1 >$T/two 2>$T/log2");
    wait_for(FINISHED("base"));
    wait_for(FINISHED("full"));
    must_not("ls $T/results/small.* 2>/dev/null"); /* nobody writes while the folder is held */
    file_unlock(lock);
    assert_int_equal(end(one), 0);
    assert_int_equal(end(two), 0);
    must("for f in md tex tsv; do ! grep -q 'not asked for' $T/results/small.$f || exit 1; done");
    must("grep -q '^| base | ' $T/results/small.md && grep -q '^| full | ' $T/results/small.md");
    must_not("grep -q 'not asked for' $T/results/index.html");
    must_not("ls -A $T/results | grep -v -x -e runs -e index.html -e 'small\\.[mst].*'"); /* nothing is left over */
}

/* Killed between its run and its report: the run is not lost for the next report, and nobody waits for the dead. */
static void test_killed_before_the_report(void **state)
{
    (void)state;
    char results[200];
    snprintf(results, sizeof results, "%s/results", folder);
    int lock = file_lock_folder(results);
    assert_true(lock >= 0);
    pid_t one = begin("$A --row base --seeds 1 >$T/one 2>$T/log");
    wait_for(FINISHED("base"));
    kill(one, SIGKILL);
    assert_int_equal(end(one), SIGKILL);
    file_unlock(lock);
    must_not("ls $T/results/small.* 2>/dev/null");
    must("$A --row full --seeds 1 >$T/out 2>$T/log");
    must("grep -q '^| base | [0-9]*' $T/results/small.md && ! grep -q 'not asked for' $T/results/small.md");
}

/* ---- other files ---- */

/* A run that another experiment asked for is shown where a row is the same, without a word of it on the command line.
 */
static void test_runs_of_another_experiment(void **state)
{
    (void)state;
    must("printf 'base = small.ini\\n[row other]\\nmodel = clip noise decoder distill\\n[row full]\\n' "
         ">$T/twin.ini");
    must("$A --row base --seeds 1 >$T/out 2>$T/log");
    must("B=$(echo $A | sed \"s|/small.ini|/twin.ini|\") && $B --row full --seeds 1 >$T/out 2>$T/log");
    must("grep -q '^| other | [0-9*<]' $T/results/twin.md");
}

/* Two files of one name in one call: the second report would take the place of the first. */
static void test_two_files_of_one_name(void **state)
{
    (void)state;
    must("mkdir -p $T/twins && printf 'base = ../small.ini\\n' >$T/twins/small.ini");
    must_not("$A $T/twins/small.ini >$T/out 2>$T/log");
    must("grep -q '/small.ini and .*/twins/small.ini are of one name' $T/log && test ! -e $T/results");
}

/* Many files in one report: a call of fewer files or with changed settings leaves the full one as it is. */
static void test_choices(void **state)
{
    (void)state;
    must("for n in a b; do printf 'base = small.ini\\n[row base]\\nmodel = clip noise decoder distill\\n"
         "[row other]\\nmodel = clip noise decoder distill\\ndistill.smooth = 1\\n' >$T/$n.ini; done");
    must("C=$(echo $A | sed \"s|$T/small.ini|--seeds 1 --choices c|\"); echo \"$C\" >$T/call");
    must("$(cat $T/call) $T/a.ini $T/b.ini >$T/out 2>$T/log && cp $T/results/c.tsv $T/kept");
    must("$(cat $T/call) $T/a.ini --row base >$T/out 2>$T/log && cmp $T/results/c.tsv $T/kept");
    must("grep -q 'c.tsv has the choice b, which no file of this call is about' $T/out");
    must("! grep -q -e 'not asked' -e 'not run' $T/results/c-mini-*.tsv"); /* its rows had finished */
    must("$(cat $T/call) $T/a.ini $T/b.ini --set run.epochs=1 --row base >$T/out 2>$T/log");
    must("cmp $T/results/c.tsv $T/kept && grep -q 'run.epochs = 1 (the file has 2)' $T/results/c-mini-*.md");
    must("grep -q 'not asked for' $T/results/c-mini-*.md && grep -q 'changed settings' $T/out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_seed_of_data_is_a_change, start),
        cmocka_unit_test_setup(test_a_short_epoch_is_a_mean, start),
        cmocka_unit_test_setup(test_finished_rows_and_seeds_stay, start),
        cmocka_unit_test_setup(test_not_asked_for, start),
        cmocka_unit_test_setup(test_changed_settings_do_not_replace_the_files_own, start),
        cmocka_unit_test_setup(test_same_value_is_no_change, start),
        cmocka_unit_test_setup(test_changed_report_gives_way, start),
        cmocka_unit_test_setup(test_reports_without_their_runs_stay, start),
        cmocka_unit_test_setup(test_a_failed_row, start),
        cmocka_unit_test_setup(test_two_processes, start),
        cmocka_unit_test_setup(test_killed_before_the_report, start),
        cmocka_unit_test_setup(test_runs_of_another_experiment, start),
        cmocka_unit_test_setup(test_two_files_of_one_name, start),
        cmocka_unit_test_setup(test_choices, start),
    };
    return cmocka_run_group_tests(tests, prepare, clean);
}
