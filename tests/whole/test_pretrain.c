/* scripts/pretrain with a program in the place of `ablate` that trains nothing: which rows it trains and in what order,
 * and that every file which a row of experiments/pretrain.ini begins with has been written by then. */
#include "../lab/program.h"

/* A folder as the script expects it. The program says what it was asked and leaves what a run leaves; a row that begins
 * with a file of cache/pretrain insists on it. */
static int begin(void **state)
{
    (void)state;
    if (make_folder(state) < 0)
        return -1;
    must_work(
        "cp -r scripts experiments $in && cd $in && mkdir -p modules/data/captions modules/encoders/clip data/weights "
        "cache/pretrain build && touch data/weights/efficientnet-lite0.pth cache/pretrain/free.pam "
        "modules/data/captions/vocabulary.txt");
    must_work(
        "printf '#!/bin/sh\\n! grep damaged data/weights/*.pth\\n' >$in/scripts/weights"); /* as if it were right */
    must_work("cat >$in/build/ablate <<'END'\n"
              "#!/bin/sh\n"
              "set -eu\n"
              "if [ \"$1\" = weights ]; then echo \"export $4\" >>log; touch \"$4\"; exit; fi\n"
              "echo \"row $4\" >>log\n"
              "needs=$(awk -v row=\"[row $4]\" '/^\\[/ { on = $0 == row } on && /^clip.weights/ { print $3 }' \"$2\")\n"
              "[ -z \"$needs\" ] || ls \"experiments/$needs\"\n"
              "run=cache/pretrain/runs/pretrain/$4/seed-0-1\n"
              "mkdir -p $run\n"
              "echo '\"retrieval = 0.5 of '$4'\"' >$run/metrics.json\n"
              "printf 'step\\tloss\\n1\\t2\\n' >$run/losses.tsv\n"
              "touch $run/parameters.safetensors\n"
              "END\n"
              "chmod +x $in/build/ablate");
    return 0;
}

static void test_stages_follow_each_other(void **state)
{
    (void)state;
    must_work("cd $in && scripts/pretrain build");
    must_work("cd $in && grep '^row' log | tr -d '\\n'");
    assert_string_equal(said,
                        "row nearrow wholerow seerow bothrow againrow near-16row whole-16row see-16row near-32row "
                        "whole-32row see-32row see-192");
    must_work("cd $in && grep '^export modules' log | tr -d '\\n'");
    assert_string_equal(said,
                        "export modules/encoders/clip/nano.safetensorsexport modules/encoders/clip/nano-16.safetensors"
                        "export modules/encoders/clip/nano-32.safetensorsexport "
                        "modules/encoders/clip/nano-192.safetensors");
}

/* What is said where others' pictures cannot be had. */
static void test_without_pictures_of_others(void **state)
{
    (void)state;
    must_work("cd $in && rm log && echo 'case \"$*\" in *captions.pictures=?*) exit 1 ;; esac' >>build/ablate && "
              "PICTURES=none scripts/pretrain build nano nano@192px && grep -c '^row' log | grep -qx 6");
}

static void test_others_are_refused(void **state)
{
    (void)state;
    must_work("cd $in && ! scripts/pretrain build nano/64 2>words && grep -q \"no encoder 'nano/64'\" words");
    must_work(
        "cd $in && rm -f log && ! scripts/pretrain build nano nano/64 2>words && grep -q \"no encoder 'nano/64'\" "
        "words && [ ! -e log ]");
    must_work("cd $in && ! PICTURES=nofile scripts/pretrain build nano 2>words && grep -q 'PICTURES=nofile is none of' "
              "words && [ ! -e log ]");
    must_work("cd $in && ! scripts/pretrain 2>words && grep -q 'name the folder of the build' words");
    must_work(
        "cd $in && ! scripts/pictures foo x.pam 2>words && grep -q \"no kind 'foo'\" words && ls x.pam* 2>/dev/null | "
        "wc -l | grep -qx 0");
    must_work("cd $in && echo damaged >data/weights/efficientnet-lite0.pth && ! scripts/pretrain build nano 2>words && "
              "grep -q 'the network to learn from: damaged' words && [ ! -e log ]");
    must_work("cd $in && rm data/weights/efficientnet-lite0.pth && ! scripts/pretrain build nano 2>words && grep -q "
              "'make weights' words");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_follow_each_other),
        cmocka_unit_test(test_without_pictures_of_others),
        cmocka_unit_test(test_others_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
