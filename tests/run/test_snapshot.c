/* test_snapshot.c: `ablate run --keep-epochs`: the parameters after each epoch and norms of gradients are kept,
 * training is the same without, and the use of experts is told epoch by epoch. */
/* units: gradients */
#include "../lab/finished_run.h"

#include "../../core/base/file.h"

static char kept[200]; /* the run of the row full in another folder of results */

/* `options` begin with the folder of results. */
static void run_again(const char *options)
{
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row full --cache %s --out $in/%s "
              ">$in/log 2>&1 || { cat $in/log; false; }",
              finished_cache, options);
}

static int begin(void **state)
{
    if (finished_begin(state) < 0)
        return -1;
    run_again("kept --keep-epochs");
    snprintf(kept, sizeof kept, "%s/kept%s", folder, strstr(finished_full, "/runs/"));
    return 0;
}

static void same_files(const char *a, const char *b, bool same)
{
    must_work("%s cmp -s %s %s", same ? "" : "!", a, b);
}

/* small.ini has two epochs: the last one's parameters are the run's, and those of the run that kept none. */
static void test_each_epoch_is_kept(void **state)
{
    (void)state;
    char one[300], two[300], last[300], other[300];
    snprintf(one, sizeof one, "%s/parameters-epoch-1.safetensors", kept);
    snprintf(two, sizeof two, "%s/parameters-epoch-2.safetensors", kept);
    snprintf(last, sizeof last, "%s/parameters.safetensors", kept);
    snprintf(other, sizeof other, "%s/parameters.safetensors", finished_full);
    same_files(one, two, false);
    same_files(two, last, true);
    same_files(last, other, true);
    must_work("! ls %s/parameters-epoch-* >/dev/null 2>&1", finished_full);
}

/* Of two epochs of one step each, two lines of norms: each loss alone as if its weight were 1, then the sum, whose
 * gradient is no longer than the weighted ones put end to end; the curves of them have each term's weight. */
static void test_gradients_are_kept(void **state)
{
    (void)state;
    must_work("test -s %s/gradients.tsv && test ! -e %s/gradients.tsv", kept, finished_full);
    must_work("awk -F'\t' 'NR == 1 { exit !($1 == \"sample\" && $2 == \"epochs\" && $NF == \"weighted-sum\") }' "
              "%s/gradients.tsv",
              kept);
    must_work("$ablate curves gradients %s --out $in/gradients.tsv", kept);
    must_work("cd $in && awk -F'\t' '$2 != \"weighted-sum\" && $4 > 0 { sum[$3] += $4 * $6 } "
              "$2 == \"weighted-sum\" { seen++; if (!($6 > 0 && $6 <= sum[$3] * 1.0001)) exit 1 } "
              "END { exit !(seen >= 2) }' gradients.tsv");
    must_work("! $ablate curves gradients %s --out $in/none.tsv 2>$in/log", finished_full);
    must_work("grep -q 'gradients.tsv: ' $in/log");
}

/* A finished run that lacks an epoch is run again when they are asked for, and only then. */
static void test_what_is_missing_is_made(void **state)
{
    (void)state;
    char one[300];
    snprintf(one, sizeof one, "%s/parameters-epoch-1.safetensors", kept);
    run_again("kept --keep-epochs");
    must_work("! grep -q GFLOP $in/log");
    unlink(one);
    run_again("kept");
    must_work("! grep -q GFLOP $in/log");
    assert_false(file_exists(one));
    run_again("kept --keep-epochs");
    must_work("grep -q GFLOP $in/log");
    assert_true(file_exists(one));
}

/* A run that was killed in a later epoch, having kept nothing, begins anew, so that no epoch is missing. */
static void test_begun_without(void **state)
{
    (void)state;
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row full --cache %s --out $in/late "
              "--set run.epochs=20 >/dev/null 2>&1 & until ls $in/late/runs/small/full/*/checkpoint >/dev/null 2>&1; "
              "do sleep 0.05; done; sleep 1; kill -9 $!; wait 2>/dev/null; true",
              finished_cache);
    run_again("late --set run.epochs=20 --keep-epochs");
    must_work("grep -q 'small full seed 0: what it has trained so far kept no epochs, so it begins anew' $in/log");
    must_work("test $(ls $in/late/runs/small/full/*/parameters-epoch-* | wc -l) = 20");
}

/* Of epoch 2 the same is told as of all classes: both are with the trained parameters. */
static void test_usage_by_epoch(void **state)
{
    (void)state;
    must_work("$ablate curves usage %s --cache %s --out $in/usage.tsv", kept, finished_cache);
    must_work("cd $in && test $(grep -c '\tepoch\t' usage.tsv) = 15");
    must_work("cd $in && grep '\tclass\tall' usage.tsv | cut -f 4- >all && grep '\tepoch\t2' usage.tsv | cut -f 4- | "
              "cmp - all");
    must_work("cd $in && grep '\tepoch\t1' usage.tsv | cut -f 4- >one && ! cmp -s one all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_epoch_is_kept), cmocka_unit_test(test_gradients_are_kept),
        cmocka_unit_test(test_usage_by_epoch),     cmocka_unit_test(test_what_is_missing_is_made),
        cmocka_unit_test(test_begun_without),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
