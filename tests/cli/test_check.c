/* `ablate check` refuses what `ablate run` would, in the same words, and models that cannot work. */
/* units: verb_check */
#include "../lab/module_build.h"

/* Runs `ablate VERB tests/inputs/small.ini ...`; the last line of what it says, which is in `said`. */
static const char *last_line(const char *verb, const char *more, int *status)
{
    const char *where = strcmp(verb, "run") == 0 ? "--steps 1 --out $in/results --cache $in/cache" : "";
    *status = shell("$ablate %s tests/inputs/small.ini --scale mini --device cpu --seeds 1 %s %s", verb, where, more);
    for (size_t length = strlen(said); length > 0 && said[length - 1] == '\n';)
        said[--length] = 0;
    char *line = strrchr(said, '\n');
    return line ? line + 1 : said;
}

typedef struct mistake {
    const char *more, *words;
} mistake;

#define MODEL(words) "--row full --set 'run.model=" words "' "
#define WHOLE        MODEL("clip noise mlf moe decoder cnc distill")
static const mistake mistakes[] = {
    { MODEL("clip noise mlf moe decoder distill cnc"),
      "'cnc' changes 'teacher' number 0, which no module after it reads; put it before 'distill'" },
    { MODEL("clip noise decoder"),
      "no module of the line 'clip noise decoder' gives a loss; there is nothing to train" },
    { MODEL("clip noise mlf"), "gives a loss; there is nothing to train" },
    { MODEL("clip noise decoder distill mlf"), "'mlf' changes nothing: no module after it reads what it writes" },
    { MODEL("clip decoder noise distill"), "'noise' changes nothing" },
    { MODEL("clip noise mlf moe decoder cnc"), "writes 'score' when scoring, and [columns] asks for metrics" },
    { MODEL("clip cnc distill"), "'cnc' reads 'student', which no module before it writes; put 'decoder' before it" },
    { MODEL("clip clip"), "'clip' stands there twice" },
    { MODEL("clip nosuch distill"), "there is no module 'nosuch'" },
    { WHOLE "--set run.batch=31", "data 'mini' has 30 training pictures, fewer than run.batch = 31" },
    { WHOLE "--set clip.weights=nowhere.safetensors", "nowhere.safetensors" },
    { WHOLE "--set moe.top=9 --set moe.experts=4", "moe.top = 9 is more than moe.experts = 4" },
    { WHOLE "--set moe.expert=4", "moe.expert" },
    { WHOLE "--set decoder.heads=7", "heads" },
    { WHOLE "--set run.protocol=nosuch", "nosuch" },
    { WHOLE "--set optimiser.rate=-1", "'optimiser.rate' must be" },
    { WHOLE "--data folder:/nowhere", "/nowhere" },
    { WHOLE "--data nosuch", "there is no module 'nosuch'" },
    { WHOLE "--data clip", "'clip'" },
    { WHOLE "--set mini.good=0 --set mini.each=0 --set mini.classes=none", "mini.classes" },
    { "--row nosuch", "nosuch" },
};

static void check_and_run_refuse_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char checked[1200];
        int status;
        snprintf(checked, sizeof checked, "%s", last_line("check", mistakes[i].more, &status));
        if (status == 0 || !strstr(checked, mistakes[i].words))
            fail_msg("check %s: expected '%s' in: %s", mistakes[i].more, mistakes[i].words, checked);
        const char *ran = last_line("run", mistakes[i].more, &status);
        if (status == 0 || strcmp(ran, checked) != 0)
            fail_msg("%s: check says '%s', run says '%s'", mistakes[i].more, checked, ran);
    }
}

/* The first row could be run for an hour before the last one's mistake was met. */
static void a_later_mistake_is_told_before_the_first_row(void **state)
{
    static const char *const wrong[] = { "moe.top = 99", "moe.expert = 3", "run.batch = 31", "run.model = clip noise" };
    char path[200], runs[300];
    (void)state;
    snprintf(path, sizeof path, "%s/later.ini", folder);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status;
        FILE *to = fopen(path, "w");
        assert_non_null(to);
        fprintf(to,
                "base = %s/tests/inputs/small.ini\n[row later]\nmodel = clip noise mlf moe decoder cnc distill\n%s\n",
                getenv("PWD"), wrong[i]);
        fclose(to);
        const char *line = last_line("run", path, &status);
        if (status == 0)
            fail_msg("%s was run: %s", wrong[i], line);
        assert_null(strstr(said, "steps"));
        snprintf(runs, sizeof runs, "%s/results/runs", folder);
        assert_int_equal(access(runs, F_OK), -1);
    }
}

/* A crash is told with the name of the module that it is in, and stays a crash. */
static void a_module_that_crashes_is_named(void **state)
{
    static const char *const ways[] = { "ABRT", "SEGV", "SEGV" };
    char more[300], words[200];
    (void)state;
    build_module("tests/bad_modules/crash.c", folder, "crash");
#ifdef __SANITIZE_ADDRESS__
    const int tried = 1; /* it reports the others by itself */
#else
    const int tried = 3;
#endif
    for (int way = 0; way < tried; way++) {
        int status;
        snprintf(more, sizeof more,
                 "--row base --modules %s --set 'run.model=clip crash distill' --set crash.way=%d 2>&1; "
                 "test $? -ge 128 && echo died",
                 folder, way);
        assert_string_equal(last_line("check", more, &status), "died");
        snprintf(words, sizeof words, "ablate: module 'crash' in its `build` crashed: SIG%s; its code is at fault",
                 ways[way]);
        if (!strstr(said, words))
            fail_msg("'%s' is not in: %s", words, said);
    }
}

/* What is allowed and odd is said, and the run's record keeps it. */
static void idle_parameters_are_named(void **state)
{
    static const char words[] =
        "no loss reaches the parameters moe.w1, moe.b1, moe.w2, moe.b2: they stay as they begin";
    char command[300];
    int status;
    (void)state;
    last_line("check", MODEL("clip noise decoder distill moe"), &status);
    assert_int_equal(status, 0);
    assert_non_null(strstr(said, words));
    assert_non_null(strstr(said, "tests/inputs/small.ini: 1 row is in order, 1 run"));
    last_line("run", MODEL("clip noise decoder distill moe"), &status);
    assert_int_equal(status, 0);
    assert_non_null(strstr(said, words));
    snprintf(command, sizeof command, "grep -q '%s' $in/results/runs/small/full/*/metrics.json", words);
    must_work(command);
}

/* A mean over no batch at all is no zero. */
static void probes_of_too_few_pictures_are_not_made_up(void **state)
{
    char command[700];
    (void)state;
    snprintf(
        command, sizeof command,
        "${ABLATE_BUILD:-build}/ablate run experiments/pretrain.ini --row near --device cpu --set run.epochs=0 --set "
        "captions.count=64 --set captions.test=10 --set run.batch=32 --set clip.arch=nano/32 --out $in/few --cache "
        "$in/cache 2>&1 | grep -q 'retrieval was not measured: 10 held-out pictures are fewer than a batch of 32'");
    must_work(command);
}

/* A mask that cannot be read is told before anything runs. */
static void masks_are_read(void **state)
{
    char more[300], command[600];
    int status;
    (void)state;
    snprintf(command, sizeof command,
             "${ABLATE_BUILD:-build}/ablate data mini --set mini.train=2 --set mini.good=1 --set mini.each=1 --export "
             "$in/set >/dev/null && for m in $(find $in/set -name '*_mask.png' | head -n 1); do echo x >$m; done");
    must_work(command);
    snprintf(more, sizeof more, "--row base --data folder:%s/set", folder);
    assert_non_null(strstr(last_line("check", more, &status), "_mask.png"));
    assert_int_not_equal(status, 0);
}

/* A row that others are measured by as one that trains nothing must train nothing. */
static void a_baseline_that_trains_is_refused(void **state)
{
    (void)state;
    must_work(
        "printf 'base = %%s/tests/inputs/small.ini\n[row b]\nmodel = clip noise decoder distill\nbaseline = yes\n' "
        "$PWD >$in/b.ini");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(shell("$ablate %s $in/b.ini --scale mini %s", i ? "run" : "check", i ? "--out $in/none" : ""),
                         1);
        expect_words(said, "/b.ini:2: row 'b' says baseline = yes, but its line 'clip noise decoder distill' trains "
                           "parameters, and a baseline trains nothing; delete that");
    }
}

/* Rows of the files that come with the sources stay legal. */
static void rows_are_in_order(void **state)
{
    int status;
    (void)state;
    const char *line = last_line("check", "", &status);
    assert_string_equal(line, "tests/inputs/small.ini: 2 rows are in order, 2 runs");
    must_work(
        "${ABLATE_BUILD:-build}/ablate check ablations/table2.ini ablations/own.ini ablations/features.ini --scale "
        "mini --set mini.train=2 --set mini.good=1 --set mini.each=1 >/dev/null");
    must_work("${ABLATE_BUILD:-build}/ablate check experiments/pretrain.ini --row near --set captions.count=300 --set "
              "captions.test=256 >/dev/null");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_later_mistake_is_told_before_the_first_row),
                                        cmocka_unit_test(a_module_that_crashes_is_named),
                                        cmocka_unit_test(a_baseline_that_trains_is_refused),
                                        cmocka_unit_test(check_and_run_refuse_alike),
                                        cmocka_unit_test(idle_parameters_are_named),
                                        cmocka_unit_test(masks_are_read),
                                        cmocka_unit_test(probes_of_too_few_pictures_are_not_made_up),
                                        cmocka_unit_test(rows_are_in_order) };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
