/* test_readme.c: the README's commands, as they are typed there. `make table2`, `make bench`, `make truth` and `make
 * test` are run by .ci/run itself; here is everything else. */
#include "../../core/base/diag.h"
#include "../lab/module_build.h"
#include "../lab/npz_write.h"

static void must_print(const char *arguments, const char *part)
{
    if (shell("$ablate %s", arguments) != 0 || !strstr(said, part))
        fail_msg("ablate %s does not print '%s' but: %.2000s", arguments, part, said);
}

static void test_readme_names_these_commands(void **state)
{
    (void)state;
    static const char *const command[] = {
        "make table2",
        "make test",
        "make help",
        "make bench",
        "make truth",
        "build/ablate run FILE --scale mini --row vii --seeds 1",
        "build/ablate check ablations/table2.ini --scale mini",
        "build/ablate trace FILE --row vii --steps 20 --out T.safetensors",
        "build/ablate graph ablations/table2.ini --scale mini --row vii",
        "build/ablate modules moe",
        "build/ablate ops attention",
        "build/ablate data mini",
        "build/ablate metrics FILE.npz",
        "build/ablate features FILE --picture X.png --out F",
        "build/ablate weights FILE",
        "run ablations/table2.ini --scale mini --data folder:PATH --out results/mine",
        "build/ablate data mvtec:PATH --check",
        "build/ablate data folder:PATH --check",
        "make table2 SCALE=paper DATA=mvtec:PATH CLIP=CHECKPOINT",
        "run experiments/cnc.ini --scale paper --data visa:PATH --set clip.weights=CHECKPOINT --set run.epochs=200",
        "build/ablate new mine",
        "make install PREFIX=",
        "pkg-config --cflags ablate",
        "ablate run ablations/own.ini --scale mini --modules ."
    };
    assert_int_equal(shell("cat README.md"), 0);
    for (size_t i = 0; i < sizeof command / sizeof *command; i++)
        if (!strstr(said, command[i]))
            fail_msg("README.md no longer says '%s': this test is out of date", command[i]);
}

/* What README says of the paper's claims is what the report of three seeds says; a report of fewer, which a checkout
 * may have made since, is no news to README. */
static void test_claims(void **state)
{
    (void)state;
    assert_int_equal(shell("grep -q '^Seeds: 0, 1, 2\\.$' results/table2.md && sed -n 's/^Of \\([0-9]* claimed gains: "
                           ".*\\)\\.$/\\1/p' results/table2.md || true"),
                     0);
    char *sentence = strndup(said, strcspn(said, "\n"));
    assert_non_null(sentence);
    assert_int_equal(shell("tr '\\n' ' ' <README.md"), 0);
    if (*sentence && !strstr(said, sentence))
        fail_msg("README.md does not say '%s', as results/table2.md does", sentence);
    free(sentence);
}

static void test_looking_around(void **state)
{
    (void)state;
    must_print("check ablations/table2.ini --scale mini", "8 rows are in order");
    must_print("graph ablations/table2.ini --scale mini --row vii", "modules/cnc.c:");
    must_print("graph ablations/table2.ini --scale mini --row vii --dot", "digraph");
    must_print("modules moe", "experts");
    must_print("ops attention", "causal");
    must_print("weights modules/encoders/clip/nano.safetensors", "visual.conv1.weight");
    must_print("data mini", "mini: 15 classes, 240 training and 504 test pictures");
    assert_int_equal(shell("make help"), 0);
    assert_non_null(strstr(said, "table%"));
}

/* The real data and checkpoint are nobody's to ship: the commands must get as far as missing them. */
static void test_the_papers_own_data(void **state)
{
    (void)state;
    assert_int_equal(shell("make -n table2 SCALE=paper DATA=mvtec:/nowhere CLIP=/nowhere/clip.pt"), 0);
    assert_non_null(strstr(said, "run ablations/table2.ini --scale paper --data 'mvtec:/nowhere' "
                                 "--set 'clip.weights=/nowhere/clip.pt'"));
    static const char *const command[] = {
        "data mvtec:/nowhere --check", "run ablations/table2.ini --scale paper --data mvtec:/nowhere",
        "run experiments/cnc.ini --scale paper --data visa:/nowhere --set clip.weights=x --set run.epochs=200"
    };
    for (size_t i = 0; i < sizeof command / sizeof *command; i++) {
        assert_int_not_equal(shell("$ablate %s", command[i]), 0);
        if (!strstr(said, "'/nowhere': no such folder"))
            fail_msg("ablate %s: %.2000s", command[i], said);
    }
}

static void test_metrics_of_a_file(void **state)
{
    (void)state;
    static archive made;
    float maps[8] = { 0.1f, 0.2f, 0.9f, 0.3f, 0.1f, 0.1f, 0.2f, 0.1f };
    uint8_t masks[8] = { 0, 0, 1, 0, 0, 0, 0, 0 };
    memset(&made, 0, sizeof made);
    add_array(&made, "maps", "<f4", "(2, 2, 2)", 0, maps, sizeof maps, 0);
    add_array(&made, "masks", "|u1", "(2, 2, 2)", 0, masks, sizeof masks, 0);
    save_archive(&made, below("maps.npz"));
    must_print("metrics $in/maps.npz --protocol rd4ad --json", "\"image_auroc\"");
}

/* A small experiment of one's own: two steps of one row are enough to see that it runs. */
#define BRIEF "--row vii --steps 2 --set mini.train=1 --set mini.good=1 --set mini.each=1"

static void test_one_row(void **state)
{
    (void)state;
    must_print("run ablations/table2.ini --scale mini " BRIEF " --seeds 1 --again --out $in --cache $in/cache",
               "not asked for");
    must_work("ls $in/table2.md $in/table2.tsv");
}

static void test_a_trace(void **state)
{
    (void)state;
    must_print("trace ablations/table2.ini --scale mini " BRIEF " --out $in/t.safetensors --cache $in/cache",
               "tensors of 2 steps");
    must_print("weights $in/t.safetensors", "2/parameter/decoder.0.attn.in_proj_weight        F32   384x128");
}

static void test_exported_pictures_as_a_folder(void **state)
{
    (void)state;
    must_print("data mini --set mini.train=2 --set mini.good=1 --set mini.each=1 --export $in/pictures", "written to");
    must_print("run ablations/table2.ini --scale mini --row i --seeds 1 --steps 2 --data folder:$in/pictures "
               "--out $in/mine --cache $in/cache",
               "folder:");
}

static void test_own_module_through_an_installation(void **state)
{
    (void)state;
    must_work("make -s install BUILD=%s PREFIX=$in/prefix", build_place());
    must_work("cd $in && export PKG_CONFIG_PATH=$in/prefix/lib/pkgconfig && prefix/bin/ablate new mine && "
              "cc $(pkg-config --cflags ablate) mine.c $(pkg-config --libs ablate) -o mine.so");
    must_work("env -u ABLATE_LIBRARY $in/prefix/bin/ablate run tests/inputs/mine.ini --scale mini --modules $in "
              "--steps 2 --seeds 1 --out $in/own --cache $in/cache");
    expect_words(said, "mine");
}

/* Mistakes in the words that choose an encoder, where no file of weights is. */
static void test_encoders_that_cannot_be_had(void **state)
{
    static const char *const mistake[][2] = {
        { "ENCODER=lite0",
          "wants data/weights/efficientnet-lite0.pth, which is not there; say 'make weights', or WEIGHTS=" },
        { "ENCODER=b4", "ENCODER=b4 wants WEIGHTS=FILE; only lite0 has some, by make weights" },
        { "ENCODER=b4 WEIGHTS=x CLIP=y", "stands in the place of clip, so CLIP=y has none; leave one out" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof mistake / sizeof *mistake; i++) {
        assert_int_not_equal(shell("mkdir -p $in/empty && makefile=$PWD/Makefile && cd $in/empty && make -f $makefile "
                                   "--eval='shown: ; @echo $(CHOSEN)' shown %s",
                                   mistake[i][0]),
                             0);
        expect_words(said, mistake[i][1]);
    }
    must_work("makefile=$PWD/Makefile; cd $in/empty && make -f $makefile --eval='shown: ; @echo $(CHOSEN)' shown "
              "ENCODER=b4 WEIGHTS=x");
    expect_words(said, "--set efficientnet.weights=x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readme_names_these_commands),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_looking_around),
        cmocka_unit_test(test_the_papers_own_data),
        cmocka_unit_test(test_metrics_of_a_file),
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_encoders_that_cannot_be_had),
        cmocka_unit_test(test_a_trace),
        cmocka_unit_test(test_exported_pictures_as_a_folder),
        cmocka_unit_test(test_own_module_through_an_installation),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
