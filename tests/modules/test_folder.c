/* The data module `folder`: what it lists of trees that the tests make, what it refuses, and that its pictures load. */
#include "../lab/data_set.h"

static int open_path(dataset *d, const char *under, const char *classes)
{
    settings from = { 0 };
    char spec[256];
    snprintf(spec, sizeof spec, "folder:%s%s", folder, under);
    if (classes)
        assert_int_equal(settings_set(&from, "folder", "classes", classes, "test", 1), 0);
    int status = dataset_open(d, spec, &from, NULL);
    settings_free(&from);
    return status;
}

static void open_good(dataset *d, const char *under, const char *classes)
{
    if (open_path(d, under, classes) < 0)
        fail_msg("%s", complaint());
}

static void refused(const char *under, const char *classes, const char *words)
{
    dataset d;
    complaint_clear();
    assert_int_equal(open_path(&d, under, classes), -1);
    expect_complaint(words);
    dataset_close(&d);
}

static void make_two_classes(void)
{
    FILES("pin/train/good/10.png", "pin/train/good/9.png", "pin/train/good/.hidden.png", "pin/train/good/notes.txt",
          "pin/test/good/0.jpg", "pin/test/bent/0.PNG", "pin/test/bent/1.png", "pin/ground_truth/bent/0_mask.png",
          "pin/ground_truth/bent/1_mask.PnG");
    FILES("cap/train/good/a.JPEG", "cap/test/good/a.png", "cap/test/crack/b.c.png", "cap/ground_truth/crack/b.c.png",
          "cap/ground_truth/crack/notes.txt", "README.md", "other/file.txt");
}

static void a_root_of_classes(void **state)
{
    (void)state;
    make_two_classes();
    dataset d;
    open_good(&d, "", NULL);
    LISTED(&d, "cap/train/good/a cap/train/good/a.JPEG -",
           "cap/test/crack/b.c cap/test/crack/b.c.png cap/ground_truth/crack/b.c.png",
           "cap/test/good/a cap/test/good/a.png -", "pin/train/good/10 pin/train/good/10.png -",
           "pin/train/good/9 pin/train/good/9.png -",
           "pin/test/bent/0 pin/test/bent/0.PNG pin/ground_truth/bent/0_mask.png",
           "pin/test/bent/1 pin/test/bent/1.png pin/ground_truth/bent/1_mask.PnG",
           "pin/test/good/0 pin/test/good/0.jpg -");
    assert_int_equal(d.classes, 2);
    dataset_close(&d);
}

static void one_class_is_named_as_its_folder(void **state)
{
    static const char *const ways[] = { "/cap", "/cap/", "/pin/../cap", "/cap/train/.." };
    (void)state;
    make_two_classes();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        dataset d;
        open_good(&d, ways[i], NULL);
        assert_int_equal(d.pictures, 3);
        assert_string_equal(d.picture[0].name, "cap/train/good/a");
        dataset_close(&d);
    }
    refused("/cap", "cap", "is one class itself");
}

static void chosen_classes_in_the_order_given(void **state)
{
    (void)state;
    make_two_classes();
    dataset d;
    open_good(&d, "", "pin, cap");
    assert_int_equal(d.pictures, 8);
    assert_string_equal(d.class_name[0], "pin");
    dataset_close(&d);
    open_good(&d, "", "pin");
    assert_int_equal(d.pictures, 5);
    assert_int_equal(dataset_count(&d, true), 3);
    dataset_close(&d);
    refused("", "pin cup", "no class 'cup'");
}

static void a_class_may_lack_masks(void **state)
{
    (void)state;
    FILES("train/good/0.png", "test/dent/0.png");
    dataset d;
    open_good(&d, "", NULL);
    assert_int_equal(d.pictures, 2);
    assert_null(d.picture[1].mask);
    assert_false(d.picture[1].good);
    dataset_close(&d);
}

static void one_missing_mask_is_an_error(void **state)
{
    (void)state;
    FILES("x/train/good/0.png", "x/test/dent/00.png", "x/test/dent/01.png", "x/ground_truth/dent/00_mask.png",
          "x/ground_truth/dent/01_mask.txt", "x/ground_truth/dent/1.png", "x/ground_truth/dent/01_masks.png");
    refused("", NULL, "/x/test/dent/01.png: its mask");
    refused("", NULL, "/x/ground_truth/dent/01_mask.png is missing");
    refused("", NULL, "there is 01_mask.txt, 01_masks.png: add or rename it");
    FILES("x/ground_truth/dent/01.jpg", "x/test/hole/5.png");
    refused("", NULL, "/x/test/hole/5.png: its mask");
}

static void a_mask_without_its_picture_is_an_error(void **state)
{
    (void)state;
    FILES("x/train/good/0.png", "x/test/dent/00.jpg", "x/ground_truth/dent/00_mask.png", "x/ground_truth/good/7.png",
          "x/ground_truth/dent/readme.txt", "x/ground_truth/note.txt");
    dataset d;
    open_good(&d, "", NULL); /* masks of good pictures are nobody's business */
    assert_int_equal(d.pictures, 2);
    dataset_close(&d);
    FILES("x/ground_truth/hole/3.png");
    refused("", NULL, "/x/ground_truth/hole/3.png: a mask without its picture in ");
    refused("", NULL, "/x/test/hole; add the picture, or remove the mask");
    FILES("x/test/hole/3.png", "x/ground_truth/dent/000_mask.png");
    refused("", NULL, "/x/ground_truth/dent/000_mask.png: a mask without its picture");
}

/* Other files may stand between the two in the order of names. */
static void a_picture_listed_twice_is_an_error(void **state)
{
    (void)state;
    FILES("x/train/good/0.png", "x/test/good/1.JPG", "x/test/good/1.a.png", "x/test/good/1.png");
    refused("", NULL, "/x/test/good/1: a picture of this name is there twice; remove one");
}

static void missing_and_empty_folders_are_named(void **state)
{
    (void)state;
    refused("/nowhere", NULL, "nowhere': no such folder");
    refused("", NULL, "no class there");
    FILES("a/b/c.png", "file");
    refused("", NULL, "no class there");
    refused("/file", NULL, "file': no such folder");
    FILES("x/test/good/0.png");
    refused("", NULL, "/x/train/good: no picture there; ");
    FILES("x/train/good/readme.txt");
    refused("", NULL, "/x/train/good: no picture there, but readme.txt; add some");
    FILES("x/train/good/0.png", "x/test/bent/none.txt");
    refused("", NULL, "/x/test/bent: no picture there, but none.txt");
    FILES("y/train/good/0.png", "y/test/0.png");
    refused("/y", NULL, "/y/test: no folder there");
}

static void no_path_is_said(void **state)
{
    (void)state;
    settings from = { 0 };
    dataset d;
    assert_int_equal(dataset_open(&d, "folder", &from, NULL), -1);
    assert_non_null(strstr(complaint(), "write data = folder:PATH"));
    dataset_close(&d);
}

/* A picture and a mask of 12 x 8: right half defective, also after both were fitted to 2 x 2. */
static void pictures_and_masks_load(void **state)
{
    (void)state;
    FILES("x/train/good/empty.png");
    uint8_t grey[3 * 12 * 8], spots[12 * 8];
    memset(grey, 128, sizeof grey);
    for (int i = 0; i < 12 * 8; i++)
        spots[i] = i % 12 < 6 ? 0 : 255;
    char path[128];
    snprintf(path, sizeof path, "%s/x/test/dent/0.png", folder);
    assert_int_equal(image_write_png(path, &(ablate_image){ 12, 8, grey }), 0);
    snprintf(path, sizeof path, "%s/x/ground_truth/dent/0_mask.png", folder);
    assert_int_equal(image_mask_write_png(path, &(image_mask){ 12, 8, spots }), 0);
    dataset d;
    open_good(&d, "", NULL);
    ablate_image image;
    assert_int_equal(dataset_image(&d, 1, &image), 0);
    assert_int_equal(image.width, 12);
    image_free(&image);
    image_mask mask;
    assert_int_equal(
        dataset_mask_fitted(&d, 1, &(input_settings){ .size = 2 }, (mask_rule){ IMAGE_BILINEAR, 0.5 }, &mask), 0);
    assert_memory_equal(mask.value, ((uint8_t[]){ 0, 255, 0, 255 }), 4);
    image_mask_free(&mask);
    assert_int_equal(dataset_image(&d, 0, &image), -1);
    assert_non_null(strstr(complaint(), "/x/train/good/empty.png: the file is empty"));
    dataset_close(&d);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_root_of_classes),
        TEST(one_class_is_named_as_its_folder),
        TEST(chosen_classes_in_the_order_given),
        TEST(a_class_may_lack_masks),
        TEST(one_missing_mask_is_an_error),
        TEST(a_mask_without_its_picture_is_an_error),
        TEST(a_picture_listed_twice_is_an_error),
        TEST(missing_and_empty_folders_are_named),
        TEST(no_path_is_said),
        TEST(pictures_and_masks_load),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
