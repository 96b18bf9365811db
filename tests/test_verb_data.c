/* `ablate data`: what it prints, what it writes, what it finds damaged, and one sentence if something is wrong. */
#include "data_root.h"
#include "image_golden.h"
#include <sys/wait.h>

static char output[65536];

/* Runs the built program on root/set; its output and errors are in `output`. Returns the exit status. */
static int run(const char *module, const char *arguments)
{
    char command[900];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(command, sizeof command, "%s/ablate data %s:%s/set %s 2>&1", build ? build : "build", module, root,
             arguments);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    output[fread(output, 1, sizeof output - 1, from)] = 0;
    int status = pclose(from);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void must_print(const char *arguments, const char *words)
{
    if (run("folder", arguments) != 0 || !strstr(output, words))
        fail_msg("'%s' should print '%s': %s", arguments, words, output);
}

static void must_complain(const char *arguments, const char *words)
{
    if (run("folder", arguments) != 1 || !strstr(output, "ablate: ") || !strstr(output, words))
        fail_msg("'%s' should complain '%s': %s", arguments, words, output);
}

/* Pictures of two shapes, grey and colour, PNG and JPEG; one defective, with its mask. */
static void make_set(void)
{
    copy_file(GOLDEN "wide.png", below("set/part/train/good/000.png"));
    copy_file(GOLDEN "camera.jpg", below("set/part/train/good/001.JPG"));
    copy_file(GOLDEN "grey.jpg", below("set/part/test/good/000.jpg"));
    copy_file(GOLDEN "tall.png", below("set/part/test/bent/000.png"));
    copy_file(GOLDEN "mask.png", below("set/part/ground_truth/bent/000_mask.png"));
}

static void picture_is(const char *name, const char *golden)
{
    ablate_image image;
    read_good(below("%s", name), &image);
    golden_check(golden, image.width, image.height, 3, image.rgb);
    image_free(&image);
}

static void mask_is(const char *name, const char *golden)
{
    image_mask mask;
    if (image_mask_read(below("%s", name), &mask) < 0)
        fail_msg("%s", complaint());
    golden_check(golden, mask.width, mask.height, 1, mask.value);
    image_mask_free(&mask);
}

static void contents_are_counted(void **state)
{
    (void)state;
    make_set();
    must_print("", "1 classes, 2 training and 2 test pictures");
    must_print("", "part                    2 training,    1 good and    1 defective for test");
}

static void pictures_are_exported_as_they_are(void **state)
{
    char arguments[200];
    (void)state;
    make_set();
    snprintf(arguments, sizeof arguments, "--export %s/out", root);
    must_print(arguments, "written to");
    picture_is("out/part/train/good/001.png", GOLDEN "camera.jpg.ppm");
    picture_is("out/part/test/good/000.png", GOLDEN "grey.jpg.ppm");
    mask_is("out/part/ground_truth/bent/000_mask.png", GOLDEN "mask.pgm");
}

static void pictures_are_exported_as_the_network_sees_them(void **state)
{
    char arguments[300];
    (void)state;
    make_set();
    snprintf(arguments, sizeof arguments, "--export %s/square --fitted --set input.size=24", root);
    must_print(arguments, "written to");
    picture_is("square/part/train/good/000.png", GOLDEN "wide_bicubic_24x24.ppm");
    picture_is("square/part/test/bent/000.png", GOLDEN "tall_bicubic_24x24.ppm");
    snprintf(arguments, sizeof arguments, "--export %s/mask --fitted --set input.size=16", root);
    must_print(arguments, "written to");
    mask_is("mask/part/ground_truth/bent/000_mask.png", GOLDEN "mask_bilinear_16x16.pgm");
}

static void crops_are_exported_with_their_masks(void **state)
{
    char arguments[300];
    (void)state;
    make_set();
    snprintf(arguments, sizeof arguments,
             "--export %s/out --fitted --set input.size=23 --set input.fit=crop --set input.resample=bilinear", root);
    must_complain(arguments, "000_mask.png: a mask of 52 x 40 pixels for a picture of 31 x 90");
    copy_file(GOLDEN "mask.png", below("set/part/test/bent/000.png"));
    must_print(arguments, "written to");
    picture_is("out/part/train/good/000.png", GOLDEN "wide_bilinear_fit23.ppm");
    snprintf(arguments, sizeof arguments, "--export %s/out --fitted --set input.size=17 --set input.fit=crop", root);
    must_print(arguments, "written to");
    mask_is("out/part/ground_truth/bent/000_mask.png", GOLDEN "mask_bilinear_fit17.pgm");
}

static void damaged_files_are_all_named(void **state)
{
    (void)state;
    make_set();
    must_print("--check", "all 4 pictures and the masks of 1 can be read");
    FILES("set/part/train/good/002.png", "set/part/ground_truth/bent/000_mask.png");
    must_complain("--check", "train/good/002.png: the file is empty");
    must_complain("--check", "ground_truth/bent/000_mask.png: the file is empty");
    must_complain("--check", "2 of 5 pictures cannot be used; they are named above");
    assert_int_equal(symlink("nowhere.png", below("set/part/train/good/003.png")), 0);
    must_complain("--check", "train/good/003.png: cannot read");
}

/* A run would end in the same sentence before it trains. */
static void a_damaged_mask_is_told_before_training(void **state)
{
    char command[700];
    (void)state;
    make_set();
    FILES("set/part/ground_truth/bent/000_mask.png");
    const char *build = getenv("ABLATE_BUILD");
    snprintf(command, sizeof command,
             "%s/ablate run ablations/table2.ini --scale mini --row i --data folder:%s/set --set run.batch=1 --seeds 1 "
             "--out %s/out --cache %s/cache 2>&1",
             build ? build : "build", root, root, root);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    output[fread(output, 1, sizeof output - 1, from)] = 0;
    int status = pclose(from);
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_non_null(strstr(output, "000_mask.png: the file is empty"));
    assert_null(strstr(output, "ms a step"));
}

static void mistakes_are_one_sentence(void **state)
{
    (void)state;
    make_set();
    must_complain("--fitted", "add --export DIR");
    must_complain("--set foldr.classes=part", "nobody reads section [foldr]; the nearest known one is [folder]");
    must_complain("--set run.epochs=3", "nobody reads section [run]");
    must_complain("--set input.fit=round", "'input.fit' must be one of square, crop");
    must_complain("--set input.sise=64", "size");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        TEST(contents_are_counted),
        TEST(pictures_are_exported_as_they_are),
        TEST(pictures_are_exported_as_the_network_sees_them),
        TEST(crops_are_exported_with_their_masks),
        TEST(damaged_files_are_all_named),
        TEST(a_damaged_mask_is_told_before_training),
        TEST(mistakes_are_one_sentence),
    };
    return cmocka_run_group_tests_name("verb_data", tests, NULL, NULL);
}
