/* `ablate data`: what it prints, what it writes, what it finds damaged, and one sentence if something is wrong. */
/* units: data/dataset_check data/dataset_export data/dataset_survey */
#include "../lab/data_set.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"

/* Runs the program on folder/set. */
static int run(const char *arguments)
{
    return shell("$ablate data folder:$in/set %s", arguments);
}

static void must_print(const char *arguments, const char *words)
{
    if (run(arguments) != 0 || !strstr(said, words))
        fail_msg("'%s' should print '%s': %s", arguments, words, said);
}

static void must_complain(const char *arguments, const char *words)
{
    if (run(arguments) != 1 || !strstr(said, "ablate: ") || !strstr(said, words))
        fail_msg("'%s' should complain '%s': %s", arguments, words, said);
}

/* Pictures of two shapes, grey and colour, PNG and JPEG; one defective, with its mask. */
static void make_set(void)
{
    copy_file(GOLDEN "wide.png", below("set/part/train/good/000.png"));
    copy_file(GOLDEN "camera.jpg", below("set/part/train/good/001.JPG"));
    copy_file(GOLDEN "grey.jpg", below("set/part/test/good/000.jpg"));
    copy_file(GOLDEN "mask.png", below("set/part/test/bent/000.png"));
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
    must_print("", "1 class, 2 training and 2 test pictures");
    must_print("", "part                    2 training,    1 good and    1 defective for test");
}

static void pictures_are_exported_as_they_are(void **state)
{
    (void)state;
    make_set();
    must_print("--export $in/out", "written to");
    picture_is("out/part/train/good/001.png", GOLDEN "camera.jpg.ppm");
    picture_is("out/part/test/good/000.png", GOLDEN "grey.jpg.ppm");
    mask_is("out/part/ground_truth/bent/000_mask.png", GOLDEN "mask.pgm");
}

static void pictures_are_exported_as_the_network_sees_them(void **state)
{
    (void)state;
    make_set();
    copy_file(GOLDEN "tall.png", below("set/part/test/good/001.png"));
    must_print("--export $in/square --fitted --set input.size=24", "written to");
    picture_is("square/part/train/good/000.png", GOLDEN "wide_bicubic_24x24.ppm");
    picture_is("square/part/test/good/001.png", GOLDEN "tall_bicubic_24x24.ppm");
    must_print("--export $in/mask --fitted --set input.size=16", "written to");
    mask_is("mask/part/ground_truth/bent/000_mask.png", GOLDEN "mask_bilinear_16x16.pgm");
}

static void crops_are_exported_with_their_masks(void **state)
{
    (void)state;
    make_set();
    must_print("--export $in/out --fitted --set input.size=23 --set input.fit=crop --set input.resample=bilinear",
               "written to");
    picture_is("out/part/train/good/000.png", GOLDEN "wide_bilinear_fit23.ppm");
    must_print("--export $in/out --fitted --set input.size=17 --set input.fit=crop", "written to");
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

static void what_is_not_used_is_named(void **state)
{
    (void)state;
    make_set();
    FILES("set/part/train/good/2.jp2", "set/part/train/good/3.gif", "set/part/train/good/4.txt", "set/part/a/0.png",
          "set/b.zip", "set/part/train/good/.hidden.png", "set/__MACOSX/x");
    must_print("", "5 files or folders are not used: ");
    must_print("", "set/b.zip: not the name of a picture, ");
    FILES("set/part/train/good/day2/5.png");
    must_print("", ", and 1 more\n");
    must_print("--check", "not used: ");
    must_print("--check", "set/part/train/good/day2: a folder in a folder of pictures\n");
    must_print("--check", "set/part/train/good/2.jp2: not the name of a picture\n");
    must_print("--check",
               "all 4 pictures and the masks of 1 can be read; 6 files or folders are not used, as named above");
    assert_null(strstr(said, "hidden"));
    assert_null(strstr(said, "MACOSX"));
}

static void another_format_than_the_name_is_said(void **state)
{
    (void)state;
    make_set();
    move_file("set/part/train/good/000.png", "set/part/train/good/000.webp");
    move_file("set/part/ground_truth/bent/000_mask.png", "set/part/ground_truth/bent/000_mask.jpg");
    must_print("--check", "train/good/000.webp: a PNG, other than its name says; it is read as what it is\n");
    must_print("--check", "bent/000_mask.jpg: a PNG, other than its name says");
    must_print("--check", "can be read; of 2 the format is not what the name says\n");
}

static void nothing_is_exported_over_the_data(void **state)
{
    static const char *const places[] = { "", "/new", "/part", "/part/train/good", "/../set/part/test/new" };
    (void)state;
    make_set();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char arguments[300];
        snprintf(arguments, sizeof arguments, "--export $in/set%s", places[i]);
        must_complain(arguments, "would be read as data the next time; choose a folder elsewhere");
    }
    assert_int_equal(access(below("set/new"), F_OK), -1);
}

/* One step of training; its exit status. */
static int train(const char *more)
{
    return shell(
        "$ablate run ablations/table2.ini --scale mini --row i --data folder:$in/set --set run.batch=1 --seeds 1 "
        "--steps 1 --out $in/out --cache $in/cache %s",
        more);
}

/* Where the numbers are read, too: in the run's record. */
static void a_run_says_what_it_does_not_use(void **state)
{
    (void)state;
    make_set();
    FILES("set/part/train/good/2.jp2");
    assert_int_equal(train("&& cat $in/out/runs/*/*/*/metrics.json"), 0);
    const char *unused = strstr(said, "/set: 1 file or folder is not used: ");
    assert_non_null(unused);
    expect_words(unused, "2.jp2: not the name of a picture\n");
    expect_words(said, "\"notes\":\t[\"1 file or folder is not used: ");
}

/* The same sentence as that of --check, before any training. */
static void training_must_be_refused(const char *more, const char *words)
{
    if (train(more) != 1 || !strstr(said, words) || strstr(said, "ms a step"))
        fail_msg("'%s' should be refused before training with '%s': %s", more, words, said);
}

static void a_damaged_mask_is_told_before_training(void **state)
{
    (void)state;
    make_set();
    FILES("set/part/ground_truth/bent/000_mask.png");
    training_must_be_refused("", "000_mask.png: the file is empty");
}

/* Whatever the fit: a mask of another size lies somewhere else. Sizes are those that are seen. */
static void masks_must_have_their_pictures_size(void **state)
{
    static const char words[] = "000_mask.png: a mask of 52 x 40 pixels for a picture of ";
    (void)state;
    make_set();
    copy_file(GOLDEN "tall.png", below("set/part/test/bent/000.png"));
    must_complain("--check", words);
    must_complain("--check", "31 x 90; save the mask at the size at which the picture is seen");
    must_complain("--check", "1 of 4 pictures cannot be used");
    must_complain("--export $in/out --fitted", words);
    training_must_be_refused("--set input.fit=square", words);
    training_must_be_refused("--set input.fit=crop", words);
    copy_file(GOLDEN "camera.jpg", below("set/part/test/bent/000.png"));
    must_complain("--check", "67 x 45, which is stored lying and read upright");
}

/* mask_turned.* is mask.png, stored lying: a mask, and here a picture too. */
static void what_is_stored_turned_is_said(void **state)
{
    static const char sentence[] =
        "/set: 2 of 4 pictures and 1 of 1 masks are stored turned or mirrored and are read upright";
    (void)state;
    make_set();
    copy_file("tests/golden/formats/mask_turned.jpg", below("set/part/test/bent/000.png"));
    copy_file("tests/golden/formats/mask_turned.tif", below("set/part/ground_truth/bent/000_mask.png"));
    must_print("--check", "2 of 4 pictures are stored turned or mirrored and are read upright");
    must_print("--check", "good/001.JPG (6), ");
    must_print("--check", "1 of 1 masks are stored turned");
    must_print("--check", "000_mask.png (6)\n");
    must_print("--check", "1 of 4 pictures have a colour profile or gamma, which is not applied: ");
    must_print("--check", "all 4 pictures and the masks of 1 can be read");
    assert_int_equal(train("--again"), 0);
    const char *first = strstr(said, sentence);
    if (!first || !strstr(said, "Note: 2 of 4 pictures"))
        fail_msg("'%s' should be said, and be a note of the table: %s", sentence, said);
    assert_true(first && !strstr(first + 1, sentence));
    copy_file(GOLDEN "wide.png", below("set/part/train/good/001.JPG"));
    copy_file(GOLDEN "mask.png", below("set/part/test/bent/000.png"));
    copy_file(GOLDEN "mask.png", below("set/part/ground_truth/bent/000_mask.png"));
    assert_int_equal(train("--again"), 0);
    assert_null(strstr(said, "stored turned"));
}

/* No more than five are named. */
static void many_are_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        copy_file("tests/golden/turned/wide_8.png", below("set/part/train/good/%d.png", i));
    copy_file("tests/golden/turned/nine.jpg", below("set/part/test/good/0.png"));
    copy_file(GOLDEN "rgba16.png", below("set/part/test/good/1.png"));
    must_print("--check", "8 of 10 pictures are stored turned");
    must_print("--check", "good/4.png (8) and 3 more\n");
    assert_null(strstr(said, "good/5.png"));
    must_print("--check",
               "1 of 10 pictures have an orientation that is none of 1 to 8 and are read as they are stored: ");
    must_print("--check", "1 of 10 pictures have transparency, which is dropped");
    must_print("--check", "1 of 10 pictures have 16 bits a sample, of which the upper eight are read");
}

static void mistakes_are_one_sentence(void **state)
{
    (void)state;
    make_set();
    must_complain("--fitted", "without --export nothing is written");
    must_complain("--set foldr.classes=part", "nobody reads section [foldr]; the nearest known one is [folder]");
    must_complain("--set run.epochs=3", "nobody reads section [run]");
    must_complain("--set input.fit=round", "'input.fit' must be one of square, crop");
    must_complain("--set input.sise=64", "size");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(contents_are_counted),
        TEST(pictures_are_exported_as_they_are),
        TEST(pictures_are_exported_as_the_network_sees_them),
        TEST(crops_are_exported_with_their_masks),
        TEST(damaged_files_are_all_named),
        TEST(what_is_not_used_is_named),
        TEST(another_format_than_the_name_is_said),
        TEST(nothing_is_exported_over_the_data),
        TEST(a_run_says_what_it_does_not_use),
        TEST(a_damaged_mask_is_told_before_training),
        TEST(masks_must_have_their_pictures_size),
        TEST(what_is_stored_turned_is_said),
        TEST(many_are_counted),
        TEST(mistakes_are_one_sentence),
    };
    return cmocka_run_group_tests_name("verb_data", tests, NULL, NULL);
}
