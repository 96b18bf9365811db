/* Whole runs on data sets that are unlike the usual ones: pictures of every size and depth, one class only, no defects,
 * nothing but defects, no masks. Either the numbers that can be had, and in words why others cannot, or one sentence.
 */
#include "../lab/data_set.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"

/* One step of training, then scoring and metrics, on folder/set. Returns the exit status. */
static int run(const char *more)
{
    return shell("$ablate run ablations/table2.ini --scale mini --row i --seeds 1 --steps 1 --set run.batch=2 --again "
                 "--data folder:$in/set --out $in/out --cache $in/cache %s && cat $in/out/runs/*/*/*/metrics.json",
                 more);
}

static void put(const char *file, const char *name)
{
    char golden[128];
    snprintf(golden, sizeof golden, GOLDEN "%s", file);
    copy_file(golden, below("set/%s", name));
}

/* Two classes; no two pictures have the same size and kind. */
static void make_set(void)
{
    put("wide.png", "pin/train/good/0.png");
    put("size1x1.jpg", "pin/train/good/1.jpg");
    put("grey16.png", "pin/train/good/2.png");
    put("palette8t.png", "pin/test/good/0.png");
    put("mask.png", "pin/test/bent/0.jpg"); /* the format is told by the bytes */
    put("mask.png", "pin/ground_truth/bent/0_mask.png");
    put("size40x1.jpg", "cap/train/good/0.jpg");
    put("camera_progressive.jpg", "cap/test/good/0.jpg");
    put("mask_bit.png", "cap/test/crack/0.png");
    put("mask.jpg", "cap/ground_truth/crack/0_mask.jpg");
}

static void pictures_of_all_sizes(void **state)
{
    (void)state;
    make_set();
    assert_int_equal(run(""), 0);
    expect_words(said, "2 classes, 4 training and 4 test pictures");
    expect_words(said, "\"notes\":\t[\"1 of 8 pictures and 0 of 2 masks are stored turned or mirrored");
    assert_null(strstr(said, "null"));
}

static void thin_pictures_can_be_cropped(void **state)
{
    (void)state;
    make_set();
    assert_int_equal(run("--set input.fit=crop"), 0);
    expect_words(said, "\"input.fit\":\t\"crop\"");
}

static void one_class_without_defects(void **state)
{
    (void)state;
    put("wide.png", "train/good/0.png");
    put("tall.png", "train/good/1.png");
    put("grey.jpg", "test/good/0.jpg");
    assert_int_equal(run(""), 0);
    expect_words(said, "1 class, 2 training and 1 test picture");
    expect_words(said, "undefined");
    expect_words(said, "class 'set' has no I-AUROC, I-mAP: the class has no defective picture; the mean is without it");
    expect_words(said, "class 'set' has no P-AUROC, P-mAP, AUPRO: the masks show no defect; the mean is without it");
}

/* Of two classes one cannot be evaluated: the mean is of the other alone, and says so. */
static void a_class_without_defects_beside_another(void **state)
{
    (void)state;
    make_set();
    assert_int_equal(unlink(below("set/cap/test/crack/0.png")), 0);
    assert_int_equal(rmdir(below("set/cap/test/crack")), 0);
    assert_int_equal(unlink(below("set/cap/ground_truth/crack/0_mask.jpg")), 0);
    assert_int_equal(run("--set run.protocol=rd4ad"), 0);
    expect_words(said, "class 'cap' has no I-AUROC: the class has no defective picture; the mean is without it");
    assert_null(strstr(said, "class 'cap' has no I-AUROC, I-mAP")); /* which that protocol does not have at all */
    assert_null(strstr(said, "class 'pin' has"));
}

static void nothing_but_defects(void **state)
{
    (void)state;
    make_set();
    assert_int_equal(unlink(below("set/pin/test/good/0.png")), 0);
    assert_int_equal(rmdir(below("set/pin/test/good")), 0);
    assert_int_equal(run(""), 0);
    expect_words(said, "class 'pin' has no I-AUROC, I-mAP: the class has no good picture; the mean is without it");
    assert_null(strstr(said, "class 'pin' has no P-AUROC"));
}

static void defects_without_masks(void **state)
{
    (void)state;
    put("wide.png", "pin/train/good/0.png");
    put("tall.png", "pin/train/good/1.png");
    put("grey.jpg", "pin/test/good/0.jpg");
    put("camera.jpg", "pin/test/bent/0.jpg");
    assert_int_equal(run(""), 0);
    expect_words(said, "class 'pin' has no P-AUROC, P-mAP, AUPRO: the masks show no defect; the mean is without it");
    assert_null(strstr(said, "class 'pin' has no I-AUROC"));
    expect_words(said, "the mask of 1 defective picture shows no defect");
}

static void what_cannot_be_run_is_one_sentence(void **state)
{
    (void)state;
    put("wide.png", "pin/train/good/0.png");
    assert_int_not_equal(run(""), 0);
    expect_words(said, "set/pin/test: no folder there; put test pictures into good and DEFECT");
    put("wide.png", "pin/test/good/0.png");
    assert_int_not_equal(run(""), 0);
    expect_words(said, "has 1 training pictures, fewer than run.batch = 2; use a smaller batch");
    put("cmyk.jpg", "pin/train/good/1.png");
    assert_int_not_equal(run(""), 0);
    expect_words(said, "set/pin/train/good/1.png: a JPEG of 4 colour channels");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(pictures_of_all_sizes),
        TEST(thin_pictures_can_be_cropped),
        TEST(one_class_without_defects),
        TEST(a_class_without_defects_beside_another),
        TEST(nothing_but_defects),
        TEST(defects_without_masks),
        TEST(what_cannot_be_run_is_one_sentence),
    };
    return cmocka_run_group_tests_name("odd_data", tests, NULL, NULL);
}
