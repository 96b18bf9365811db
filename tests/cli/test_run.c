/* test_run.c: whole runs by the program itself: repeatable, resumable, shared, and honest about what goes wrong. */
/* units: verb_run */
#include "../lab/program.h"
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

typedef struct outcome { /* of one call of the program */
    int status;          /* exit status; 128 + signal */
    char words[8192];    /* the end of its standard error */
} outcome;

static void read_end(const char *path, char *into, size_t size)
{
    FILE *from = fopen(path, "rb");
    into[0] = 0;
    if (!from)
        return;
    fseek(from, 0, SEEK_END);
    long length = ftell(from), start = length > (long)size - 1 ? length - (long)size + 1 : 0;
    fseek(from, start, SEEK_SET);
    into[fread(into, 1, size - 1, from)] = 0;
    fclose(from);
}

/* Runs the program through the shell; kill_after > 0: kills it after so many milliseconds. largest > 0: no file may
 * grow beyond so many bytes, which is how a full disk looks. */
static outcome run(const char *arguments, int kill_after, rlim_t largest)
{
    char command[4096], log[256];
    outcome o = { 0 };
    snprintf(log, sizeof log, "%s/log", folder);
    snprintf(command, sizeof command, "exec %s/ablate %s >$in/out 2>%s", build_place(), arguments, log);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = { largest, largest };
        if (largest > 0) {
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (kill_after > 0) {
        struct timespec pause = { kill_after / 1000, kill_after % 1000 * 1000000L };
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
    }
    o.status = status_of(child);
    read_end(log, o.words, sizeof o.words);
    return o;
}

static void must_run(const char *arguments)
{
    outcome o = run(arguments, 0, 0);
    if (o.status != 0)
        fail_msg("ablate %s: exit %d: %s", arguments, o.status, o.words);
}

/* One sentence that holds `part`, exit status 1, no signal. */
static void must_complain(const char *arguments, rlim_t largest, const char *part)
{
    outcome o = run(arguments, 0, largest);
    const char *sentence = strstr(o.words, "ablate: ");
    if (o.status != 1 || !sentence || !strstr(sentence, part))
        fail_msg("ablate %s: expected '%s', got exit %d: %s", arguments, part, o.status, o.words);
}

#define SMALL "run tests/inputs/small.ini --scale mini --seeds 1 --cache %s/cache "

static void small(char *into, size_t size, const char *out, const char *more)
{
    snprintf(into, size, SMALL "--out %s/%s %s", folder, folder, out, more);
}

/* Hash of all trained parameters and metrics of a folder of results, without times and memory. */
static void fingerprint(const char *out, char *answer, size_t size)
{
    must_work(
        "cd $in/%s && (cd runs && find . -name parameters.safetensors -o -name losses.tsv | sort | xargs sha256sum) "
        "&& grep -v '^#' small.tsv | cut -f1-6 | sort",
        out);
    assert_true(strlen(said) > 74);
    snprintf(answer, size, "%s", said);
}

static char reference[16384];

static void test_first_run_and_reports(void **state)
{
    (void)state;
    char command[1024];
    small(command, sizeof command, "first", "");
    must_run(command);
    fingerprint("first", reference, sizeof reference);
    must_work("cd $in/first && ls small.md small.tsv small.tex && find . -name metrics.json | wc -l");
    expect_words(said, "small.md\nsmall.tex\nsmall.tsv\n2\n");
    must_work("cd $in/first/runs/small/full/seed-* && grep -o '\"optimiser.beta[12]\":.*' metrics.json");
    assert_string_equal(said, "\"optimiser.beta1\":\t\"0.9\",\n\"optimiser.beta2\":\t\"0.999\",\n");
}

static void test_same_seed_same_bytes_with_any_threads(void **state)
{
    (void)state;
    static const char *const more[] = { "", "--threads 1", "--threads 3" };
    for (int i = 0; i < 3; i++) {
        char command[1024], name[16], now[16384];
        snprintf(name, sizeof name, "again%d", i);
        small(command, sizeof command, name, more[i]);
        must_run(command);
        fingerprint(name, now, sizeof now);
        assert_string_equal(now, reference);
    }
}

static void test_another_seed_differs(void **state)
{
    (void)state;
    char command[1024], now[16384];
    small(command, sizeof command, "other", "--set run.seed=1");
    must_run(command);
    fingerprint("other", now, sizeof now);
    assert_string_not_equal(now, reference);
}

static void test_finished_rows_are_not_run_again(void **state)
{
    (void)state;
    char command[1024];
    small(command, sizeof command, "first", "");
    outcome o = run(command, 0, 0);
    assert_int_equal(o.status, 0);
    assert_non_null(strstr(o.words, "2 runs, of which 2 had finished before"));
    small(command, sizeof command, "first", "--set optimiser.rate=0.002"); /* changed settings are another run */
    o = run(command, 0, 0);
    assert_non_null(strstr(o.words, "2 runs, of which 0 had finished before"));
}

/* The same rows in another file: nothing is trained, files are linked, and the command says what that saved. */
static void test_runs_of_another_experiment_are_taken_over(void **state)
{
    (void)state;
    char command[1024];
    must_work("echo \"base = $PWD/tests/inputs/small.ini\" >$in/twin.ini");
    snprintf(command, sizeof command,
             "run $in/twin.ini tests/inputs/small.ini --scale mini --seeds 1 --cache $in/cache --out $in/first");
    outcome o = run(command, 0, 0);
    assert_int_equal(o.status, 0);
    assert_null(strstr(o.words, "steps"));
    assert_non_null(strstr(o.words, "2 runs, of which 2 had finished before (2 under another experiment);"));
    assert_non_null(strstr(o.words, "all files together: 4 runs, of which 4 had finished before "
                                    "(2 under another experiment), which took "));
    must_work("cd $in/first/runs && run=$(basename twin/full/seed-0-*) && "
              "cmp small/full/$run/losses.tsv twin/full/$run/losses.tsv && "
              "stat -c %%h twin/full/$run/parameters.safetensors && grep -o '\"twin\"' twin/full/$run/metrics.json");
    assert_string_equal(said, "2\n\"twin\"\n");
    o = run(command, 0, 0); /* by then they are its own */
    assert_non_null(strstr(o.words, "all files together: 4 runs, of which 4 had finished before, which took "));
}

static void test_killed_at_any_instant_gives_the_same_bits(void **state)
{
    (void)state;
    unsigned word = 2024;
    char command[1024], now[16384];
    int killed = 0;
    small(command, sizeof command, "killed", "");
    for (int i = 0; i < 60 && killed < 22; i++) {
        word = word * 1664525u + 1013904223u;
        killed += run(command, 20 + (int)(word >> 16) % 400, 0).status == 128 + SIGKILL;
        if (i % 6 == 5) /* not only the last row's end is disturbed */
            must_work("rm -rf $in/killed/runs/small/full");
    }
    assert_true(killed >= 20);
    must_run(command);
    fingerprint("killed", now, sizeof now);
    assert_string_equal(now, reference);
    must_work("! find $in/killed -name '*.part' -size +0 -newer tests/inputs/small.ini | grep json");
}

static void test_damaged_checkpoint_and_cache_are_noticed(void **state)
{
    (void)state;
    char command[1024], now[16384];
    must_work("cd $in/cache && for f in *.rows; do printf X | dd of=$f bs=1 seek=5000 conv=notrunc 2>/dev/null; done");
    small(command, sizeof command, "repaired", "");
    outcome o = run(command, 0, 0);
    assert_int_equal(o.status, 0);
    assert_non_null(strstr(o.words, "1 damaged records are computed again"));
    fingerprint("repaired", now, sizeof now);
    assert_string_equal(now, reference);
}

/* MiB in the lines that say how large the cache will be, together. */
static double announced(const char *words)
{
    double sum = 0;
    int lines = 0;
    for (const char *at = strstr(words, "features: "); at; at = strstr(at + 1, "features: ")) {
        const char *size = strstr(at, "float");
        assert_non_null(size);
        size = strchr(size, ' ');
        assert_non_null(size);
        char *end;
        double mib = strtod(size, &end);
        assert_true(strncmp(end, " MiB to be written to ", 22) == 0);
        sum += mib;
        lines++;
    }
    assert_int_equal(lines, 2);
    return sum;
}

/* Runs a row with a cache of its own, named as the results; returns the end of its standard error. */
static outcome run_with_own_cache(const char *name, const char *more)
{
    char command[1024];
    snprintf(command, sizeof command,
             "run tests/inputs/small.ini --scale mini --seeds 1 --row full --again --cache $in/%s-rows --out $in/%s %s",
             name, name, more);
    outcome o = run(command, 0, 0);
    if (o.status != 0)
        fail_msg("ablate %s: exit %d: %s", command, o.status, o.words);
    return o;
}

static double bytes_of_cache(const char *name)
{
    must_work("cat $in/%s-rows/*.rows | wc -c", name);
    return strtod(said, NULL);
}

static bool about_half(double part, double whole)
{
    return part > 0.49 * whole && part < 0.51 * whole;
}

/* What is told of the training pictures, and again of the test pictures, is what the file has in the end. */
static void test_the_cache_tells_its_size_and_can_be_halved(void **state)
{
    (void)state;
    char whole[16384], half[16384], again[16384];
    double told = announced(run_with_own_cache("whole", "").words), size = bytes_of_cache("whole");
    assert_true(fabs(told * 0x1p20 - size) < 0.2 * 0x1p20); /* two numbers rounded to a tenth */
    fingerprint("whole", whole, sizeof whole);
    assert_true(about_half(announced(run_with_own_cache("half", "--set run.features=float16").words), told));
    assert_true(about_half(bytes_of_cache("half"), size));
    fingerprint("half", half, sizeof half);
    assert_string_not_equal(half, whole);
    outcome o = run_with_own_cache("half", "--set run.features=float16"); /* with the rows of the run before */
    assert_null(strstr(o.words, "features: "));
    fingerprint("half", again, sizeof again);
    assert_string_equal(again, half);
}

static void test_full_disk(void **state)
{
    (void)state;
    char command[1024];
    small(command, sizeof command, "full", "");
    must_complain(command, 100000, "nothing was changed");
    must_work("find $in/full -name '*.part' -o -name metrics.json -o -name '*.md'");
    assert_string_equal(said, "");
    must_complain("run tests/inputs/small.ini --scale mini --seeds 1 --cache $in/cache2 --out $in/full", 100000,
                  "cache2");
}

static void test_unwritable_results(void **state)
{
    (void)state;
    char command[1024];
    snprintf(command, sizeof command, SMALL "--out /proc/ablate", folder);
    must_complain(command, 0, "/proc/ablate");
    must_complain("run tests/inputs/small.ini --scale mini --cache /proc/ablate --out $in/x", 0, "/proc/ablate");
}

static void test_mistakes_on_the_command_line(void **state)
{
    (void)state;
    must_complain("runn", 0, "'runn' is no verb");
    must_complain("run", 0, "name an experiment file");
    must_complain("run nowhere.ini", 0, "nowhere.ini");
    must_complain("run tests/inputs/small.ini --scale mini --row ful", 0, "full");
    must_complain("run tests/inputs/small.ini --scale mini --row full --swap clip=efficientnet", 0,
                  "row 'full' cannot be run: 'cnc' reads 'text.tokens', which no module before it writes; choose");
    must_complain("check ablations/table4.ini --scale mini --row \"T=1 K=2\"", 0,
                  "row 'T=1 K=2' cannot be run: the grid's `where` excludes it; choose another");
    must_complain("run tests/inputs/small.ini --scale mini --set moe.expert=3", 0, "experts");
    must_complain("run tests/inputs/small.ini --scale mini --set moo.experts=3", 0, "moe");
    must_complain("run tests/inputs/small.ini --scale mini --set run.batch=500", 0, "smaller batch");
    must_complain("run tests/inputs/small.ini --scale mini --data folder:/nowhere", 0, "/nowhere");
    must_complain("run tests/inputs/small.ini --scale mini --device gpux", 0, "gpux");
    must_complain("run tests/inputs/small.ini --scale mini --seeds none", 0, "--seeds must be a whole number");
    must_complain("run tests/inputs/small.ini --scale mini --set run.model=\"clip mlf decoder distill\"", 0,
                  "'mlf' reads");
    must_complain("run tests/inputs/small.ini --scale mini --set clip.weights=nowhere.safetensors", 0,
                  "nowhere.safetensors");
    /* a rate that throws the parameters about until something overflows; both sentences end so */
    char command[1024];
    small(command, sizeof command, "wild",
          "--row full --set optimiser.rate=1000 --set cnc.init=10 --set cnc.tau=1e-6 --set run.epochs=9");
    must_complain(command, 0, "lower optimiser.rate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_run_and_reports),
        cmocka_unit_test(test_same_seed_same_bytes_with_any_threads),
        cmocka_unit_test(test_another_seed_differs),
        cmocka_unit_test(test_finished_rows_are_not_run_again),
        cmocka_unit_test(test_runs_of_another_experiment_are_taken_over),
        cmocka_unit_test(test_killed_at_any_instant_gives_the_same_bits),
        cmocka_unit_test(test_damaged_checkpoint_and_cache_are_noticed),
        cmocka_unit_test(test_the_cache_tells_its_size_and_can_be_halved),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_unwritable_results),
        cmocka_unit_test(test_mistakes_on_the_command_line),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
