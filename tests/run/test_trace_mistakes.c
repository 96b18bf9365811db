/* test_trace_mistakes.c: what cannot be traced is one sentence and no file. */
#include "../../core/base/random.h"
#include "../lab/module_build.h"
#include "../lab/trace_file.h"

enum { BATCH = 8, TOKENS = 257, WIDTH = 128 };

static void test_draws_of_a_module_of_ones_own(void **state)
{
    (void)state;
    build_module("tests/bad_modules/shaken.c", folder, "shaken");
#define SHAKEN SMALL "--modules $in --steps 2 --row base --set run.model='clip shaken decoder distill' "
    must_complain(SHAKEN "--out $in/none/t",
                  "tests/bad_modules/shaken.c:13: 'shaken.hidden' draws random numbers that cannot be traced; add an "
                  "operation 'shaken.hidden_draw'");
    must_work("$ablate trace " SHAKEN "--set shaken.shown=1 --out $in/shaken.safetensors");
    weights *w = open_file("shaken.safetensors");
    float *draw = numbers(w, 1, "draw/shaken:shaken.shown:2", BATCH * TOKENS * WIDTH);
    uint64_t key = random_key(0, "shaken:shaken.shown:2");
    for (uint64_t e = 0; e < BATCH * TOKENS * WIDTH; e++)
        assert_true(draw[e] == (float)((e + key + 3) % 8) / 8.0f);
    free(draw);
    weights_close(w);
}

static void test_mistakes_on_the_command_line(void **state)
{
    (void)state;
    must_complain("", "name an experiment file");
    must_complain(SMALL "--row full --steps 5", "--out trace.safetensors");
    must_complain(SMALL "--row full --out $in/none/t", "--steps 20");
    must_complain(SMALL "--steps 5 --out $in/none/t", "there are 2; name one of them, e.g. --row 'base'");
    must_complain(SMALL "--row base --row full --steps 5 --out $in/none/t",
                  "--row is there twice, as 'base' and as 'full'");
    must_complain(SMALL "--row ful --steps 5 --out $in/none/t", "full");
    must_complain(SMALL "--row full --steps 0 --out $in/none/t", "--steps must be a whole number from 1 to");
    must_complain(SMALL "--row full --steps 7 --out $in/none/t", "--steps 7 is more than the 6 steps of this run");
    must_complain("tests/inputs/small.ini --row full --steps 5 --seeds 2 --out $in/none/t",
                  "--seeds means nothing here");
    must_complain(SMALL "--row full --steps 5 --out $in/none/t tests/inputs/mine.ini",
                  "'tests/inputs/mine.ini' is one argument too many");
    must_complain(SMALL "--row full --steps 5 --out /proc/ablate/t", "/proc/ablate");
    must_complain(SMALL "--row full --steps 5 --set run.batch=31 --out $in/none/t", "smaller batch");
    must_complain(SMALL "--row full --steps 5 --set moe.expert=3 --out $in/none/t", "experts");
    must_complain(SMALL "--row full --steps 5 --device gpux --out $in/none/t", "gpux");
    must_complain("nowhere.ini --row full --steps 5 --out $in/none/t", "nowhere.ini");
}

/* A disk that is full after the first step, and at the last: no file, and what was there before stays. */
static void test_full_disk(void **state)
{
    (void)state;
    static const char *const room[] = { "20000", "100000" }; /* blocks of 512 bytes; a step takes 28000 */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(shell("rm -rf $in/disk; mkdir $in/disk; echo before >$in/disk/t; trap '' XFSZ; ulimit -f %s; "
                               "$ablate trace " SMALL "--row full --steps 5 --out $in/disk/t",
                               room[i]),
                         1);
        expect_words(said, "disk/t: cannot write: File too large; nothing was changed");
        must_work("ls $in/disk; cat $in/disk/t");
        assert_string_equal(said, "t\nbefore\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_of_a_module_of_ones_own),
        cmocka_unit_test(test_mistakes_on_the_command_line),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests_name("trace_mistakes", tests, make_folder, remove_folder);
}
