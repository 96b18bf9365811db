/* Pictures that are stored turned or mirrored are read as Pillow's ImageOps.exif_transpose shows them, whatever says so
 * and however badly (tests/golden/make_formats.py). */
/* units: image_exif */
#include "../lab/damage.h"
#include "../lab/image_golden.h"
#include "../lab/scratch.h"
#include "../lab/truth.h"
#include <dirent.h>

#define TURNED "tests/golden/turned/"

static void is_pillows(const char *name)
{
    char file[300], golden[310];
    ablate_image image;
    image_facts facts;
    snprintf(file, sizeof file, TURNED "%s", name);
    snprintf(golden, sizeof golden, "%s.ppm", file);
    read_good(file, &image);
    golden_check(golden, image.width, image.height, 3, image.rgb);
    truth("pictures stored turned", "Pillow, bytes that differ", 0, 0, "whole numbers");
    assert_int_equal(image_look(file, &facts), 0);
    assert_int_equal(facts.width, image.width);
    assert_int_equal(facts.height, image.height);
    image_free(&image);
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), n = strlen(end);
    return length > n && strcmp(name + length - n, end) == 0;
}

static void every_file_is_pillows(void **state)
{
    int files = 0;
    DIR *list = opendir(TURNED);
    (void)state;
    assert_non_null(list);
    for (struct dirent *entry = readdir(list); entry; entry = readdir(list))
        if (entry->d_name[0] != '.' && !ends_in(entry->d_name, ".ppm")) {
            is_pillows(entry->d_name);
            files++;
        }
    assert_int_equal(closedir(list), 0);
    assert_int_equal(files, 64 + 53);
}

/* What is told of a file is what its name says; the two shapes of each value and format. */
static void orientations_are_told(void **state)
{
    static const char *const shapes[] = { "wide", "square" }, *const forms[] = { "jpg", "png", "webp", "tif" };
    (void)state;
    for (int i = 0; i < 2 * 8 * 4; i++) {
        char file[128];
        image_facts facts;
        int value = 1 + i / 2 % 8;
        snprintf(file, sizeof file, TURNED "%s_%d.%s", shapes[i % 2], value, forms[i / 16]);
        assert_int_equal(image_look(file, &facts), 0);
        assert_int_equal(facts.orientation, value);
        assert_int_equal(facts.frames, 1);
        assert_int_equal(facts.beside & IMAGE_ODD_ORIENTATION, 0);
    }
}

/* A value that means nothing is told, and passed over. */
static void odd_values_are_told(void **state)
{
    static const char *const odd[] = { "zero.jpg", "nine.jpg",  "nine_little.jpg",  "huge.jpg",    "byte.jpg",
                                       "nine.png", "nine.webp", "zero_and_xmp.png", "xmp_nine.jpg" };
    static const char *const none[] = { "none.jpg", "cut.jpg", "empty.jpg", "text.jpg", "far.jpg", "loop.jpg" };
    image_facts facts;
    char file[128];
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd + sizeof none / sizeof *none; i++) {
        const size_t odds = sizeof odd / sizeof *odd;
        snprintf(file, sizeof file, TURNED "%s", i < odds ? odd[i] : none[i - odds]);
        assert_int_equal(image_look(file, &facts), 0);
        assert_int_equal(facts.orientation, 1);
        assert_int_equal(facts.beside & IMAGE_ODD_ORIENTATION, i < odds ? IMAGE_ODD_ORIENTATION : 0);
    }
}

static uint8_t value;

static uint8_t becomes_value(uint8_t byte, size_t at)
{
    (void)byte, (void)at;
    return value;
}

static void is_upright_or_turned(void)
{
    image_facts facts;
    int status = image_look(own_file, &facts);
    assert_true(status == 0 ? facts.orientation >= 1 && facts.orientation <= 8 : complaint() != NULL);
}

/* Each byte of the block is changed in turn: a picture comes out, upright or turned, never a crash. */
static void no_block_does_harm(void **state)
{
    static const char *const names[] = { TURNED "model.jpg", TURNED "short_three.jpg", TURNED "xmp.jpg" };
    static const uint8_t values[] = { 0, 1, 0x7F, 0xFF };
    (void)state;
    for (size_t i = 0; i < 3 * sizeof values; i++) {
        value = values[i % sizeof values];
        damage_bytes(names[i / sizeof values], 1, 120, becomes_value, is_upright_or_turned);
    }
}

static void masks_are_turned_too(void **state)
{
    static const char *const names[] = { "mask_turned.png", "mask_turned.jpg", "mask_turned.tif" };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char file[128];
        image_mask mask;
        snprintf(file, sizeof file, "tests/golden/formats/%s", names[i]);
        assert_int_equal(image_mask_read(file, &mask), 0);
        golden_check(GOLDEN "mask.pgm", mask.width, mask.height, 1, mask.value);
        image_mask_free(&mask);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(every_file_is_pillows), TEST(orientations_are_told), TEST(odd_values_are_told),
        TEST(no_block_does_harm),    TEST(masks_are_turned_too),
    };
    use_file("x.png");
    return cmocka_run_group_tests_name("image_turned", tests, make_folder, remove_folder);
}
