/* test_collection.c: what a run collects from all training pictures: it is what they give, it is kept beside the run,
 * and who goes on with the run or opens it needs neither to compute it again nor the pictures. */
/* units: collect collection */
#include "../../core/files/weights.h"
#include "../lab/program.h"
#include <stdlib.h>
#include <string.h>

#define RUN   "$ablate run $in/near.ini --scale mini --seeds 1 --out $in/out --cache $in/cache"
#define PLACE "$in/out/runs/near/near/seed-0-*"

/* A few of the drawn pictures, as files. */
static int begin(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    must_work("$ablate data mini --export $in/set --set mini.train=3 --set mini.good=1 --set mini.each=1 && "
              "printf 'base = %%s/experiments/cnc.ini\\n[columns]\\nmetrics = image_auroc pixel_auroc\\n[row near]\\n"
              "model = clip neighbour\\nrun.data = folder:set\\nfolder.classes = mini-bottle mini-wood\\n' $PWD "
              ">$in/near.ini");
    must_work(RUN);
    return 0;
}

/* A tensor of a file, the caller's; *count numbers. */
static float *tensor(const char *path, const char *name, int64_t *count)
{
    weights *w = weights_open(path);
    const weights_tensor *t = w ? weights_need(w, name) : NULL;
    if (!t)
        fail_msg("%s", complaint());
    float *numbers = malloc((size_t)t->count * sizeof *numbers);
    assert_int_equal(weights_load(w, name, numbers), 0);
    *count = t->count;
    weights_close(w);
    return numbers;
}

/* Distances of the patches of one picture. */
static float *distances(const char *picture, int64_t *count)
{
    must_work("cd $in && $ablate features near.ini --scale mini --cache cache --picture set/%s --out own", picture);
    return tensor(below("own"), "distance.0", count);
}

/* Each patch of a training picture is in the bank itself; some of a picture with a defect are not. */
static void test_it_is_what_the_pictures_give(void **state)
{
    (void)state;
    int64_t count;
    float *near = distances("mini-bottle/train/good/001.png", &count), *far, most = 0;
    assert_int_equal(count, 256);
    for (int64_t i = 0; i < count; i++)
        assert_true(near[i] == 0);
    far = distances("mini-wood/test/hole/000.png", &count);
    for (int64_t i = 0; i < count; i++)
        most = far[i] > most ? far[i] : most;
    assert_true(most > 0);
    free(near);
    free(far);
}

/* All rows in the order of the data set: six pictures of 256 patches. */
static void test_it_is_kept_beside_the_run(void **state)
{
    (void)state;
    int64_t count;
    must_work("cd $in && cp " PLACE "/collected.neighbour.bank.safetensors kept && ls " PLACE);
    assert_null(strstr(said, "parameters"));
    free(tensor(below("kept"), "neighbour.bank", &count));
    assert_int_equal(count % (6 * 256), 0);
}

static void scores_of(char *into, size_t size)
{
    must_work("cd $in && $ablate predict " PLACE " set/mini-wood/test --good set/mini-wood/test/good --false-alarms "
                                                 "0.5 --no-pictures --out scored --cache cache && "
              "cut -f1-3 scored/scores.tsv");
    snprintf(into, size, "%s", said);
}

/* Neither the pictures nor anything computed of them is there any more. */
static void test_a_finished_run_needs_no_training_pictures(void **state)
{
    (void)state;
    static char before[sizeof said], after[sizeof said];
    scores_of(before, sizeof before);
    must_work("cd $in && rm -r cache && mv set/mini-bottle/train bottle && mv set/mini-wood/train wood");
    scores_of(after, sizeof after);
    must_work("cd $in && mv bottle set/mini-bottle/train && mv wood set/mini-wood/train");
    assert_string_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_the_pictures_give),
        cmocka_unit_test(test_it_is_kept_beside_the_run),
        cmocka_unit_test(test_a_finished_run_needs_no_training_pictures),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
