/* BMP, TIFF and WebP against Pillow's bytes (tests/golden/make_formats.py), masks of these formats, damage, and what is
 * refused in words. */
/* units: image_bmp image_format image_tiff image_webp */
#include "../lab/damage.h"
#include "../lab/image_golden.h"
#include "../lab/scratch.h"
#include "../lab/truth.h"
#include "../lab/words.h"
#include <dirent.h>

#define FORMATS "tests/golden/formats/"

static bool is_there(const char *file)
{
    return access(file, R_OK) == 0;
}

/* Every file that has a golden picture beside it. */
static void forms_are_pillows(void **state)
{
    int files = 0;
    DIR *list = opendir(FORMATS);
    (void)state;
    assert_non_null(list);
    for (struct dirent *entry = readdir(list); entry; entry = readdir(list)) {
        char file[300], golden[310];
        snprintf(file, sizeof file, FORMATS "%s", entry->d_name);
        snprintf(golden, sizeof golden, "%s.ppm", file);
        if (entry->d_name[0] == '.' || !is_there(golden))
            continue;
        ablate_image image;
        image_facts facts;
        read_good(file, &image);
        golden_check(golden, image.width, image.height, 3, image.rgb);
        truth("BMP, TIFF and WebP to RGB", "Pillow, bytes that differ", 0, 0, "whole numbers");
        assert_int_equal(image_look(file, &facts), 0);
        assert_true(facts.width == image.width && facts.height == image.height && facts.frames == 1);
        image_free(&image);
        files++;
    }
    assert_int_equal(closedir(list), 0);
    assert_int_equal(files, 50);
}

static void masks_of_any_format_are_the_same(void **state)
{
    static const char *const names[] = { "mask1.bmp",    "mask8.bmp",     "mask1.tif",          "mask16.tif",
                                         "mask_ids.tif", "mask_jpeg.tif", "mask_lossless.webp", "mask_lossy.webp" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[128];
        image_mask mask;
        snprintf(file, sizeof file, FORMATS "%s", names[i]);
        if (image_mask_read(file, &mask) < 0)
            fail_msg("%s", complaint());
        golden_check(GOLDEN "mask.pgm", mask.width, mask.height, 1, mask.value);
        image_mask_free(&mask);
    }
}

static void what_is_not_read_is_refused_in_words(void **state)
{
    static const struct {
        const char *file, *words;
    } cases[] = { { "float.tif", "floating point" },
                  { "signed.tif", "signed" },
                  { "cmyk.tif", "photometric 5" },
                  { "lab.tif", "photometric 8" },
                  { "multiplied.tif", "multiplied by their transparency" },
                  { "pages.tif", "a TIFF of 3 pictures" },
                  { "frames.webp", "a WebP of 2 pictures" },
                  { "frames.png", "a PNG of 2 pictures" },
                  { "rle.bmp", "RLE" },
                  { "five_bits.bmp", "16 bits a pixel" },
                  { "bad_index.bmp", "palette of 3" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char file[128];
        snprintf(file, sizeof file, FORMATS "%s", cases[i].file);
        image_refused(file, cases[i].words);
        if (!strstr(cases[i].file, "bad_index"))
            image_refused(file, "convert '"); /* what to type */
    }
}

/* Formats that are only known: their name, and what to type. */
static void other_formats_are_named(void **state)
{
    static const struct {
        const char *bytes, *words;
    } cases[] = { { "GIF89a__________", "GIF" },
                  { "____ftypheic____", "HEIC" },
                  { "____ftypmif1____", "HEIC" },
                  { "____ftypavif____", "AVIF" },
                  { "\0\0\0\x0CjP  \r\n\x87\n____", "JPEG 2000" },
                  { "\xFF\x4F\xFF\x51____________", "JPEG 2000" },
                  { "\xFF\x0A______________", "JPEG XL" },
                  { "8BPS____________", "Photoshop" },
                  { "P6\n4 4\n255\n_____", "PNM" },
                  { "qoif____________", "QOI" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_bytes(cases[i].bytes, 16);
        image_refused(own_file, cases[i].words);
        image_refused(own_file, "convert '");
    }
    write_bytes("RIFF____WAVE____", 16);
    image_refused(own_file, "neither PNG nor JPEG");
}

static void truncation_is_noticed(void **state)
{
    (void)state;
    image_cut(FORMATS "palette4.bmp", 1, "truncated");
    image_cut(FORMATS "colour24_os2.bmp", 1, "truncated");
    image_cut(FORMATS "fields32.bmp", 1, "truncated");
    image_cut(FORMATS "lossy.webp", 12, "truncated");
    image_cut(FORMATS "lossless.webp", 12, "truncated");
    image_cut(FORMATS "lzw.tif", 1, "truncated");
    image_cut(FORMATS "grey4.tif", 1, "truncated");
}

static int were_read, failed;

static void is_read_or_refused(void)
{
    image_mask mask;
    int status = image_mask_read(own_file, &mask);
    assert_true(status == 0 ? mask.value && !complaint() : complaint() != NULL);
    were_read += status == 0;
    failed += status < 0;
    image_mask_free(&mask);
}

/* Each byte of the first thousand is changed: a picture or one sentence, in each role, never a crash. */
static void damage_does_not_crash(void **state)
{
    static const char *const names[] = { "palette4.bmp", "alpha32_v4.bmp", "lossy.webp",       "lossless_alpha.webp",
                                         "rgb16.tif",    "jpeg.tif",       "planes_tiles.tif", "palette4.tif" };
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char file[128];
        snprintf(file, sizeof file, FORMATS "%s", names[k]);
        damage_bytes(file, 0, 1000, damage_invert, is_read_or_refused);
    }
    assert_true(were_read > 0 && failed > 0);
}

static void what_is_beside_the_pixels_is_told(void **state)
{
    static const struct {
        const char *file;
        unsigned beside;
    } cases[] = { { FORMATS "colour24.bmp", 0 },
                  { FORMATS "alpha32_v4.bmp", IMAGE_ALPHA },
                  { FORMATS "rgba.tif", IMAGE_ALPHA },
                  { FORMATS "grey16.tif", IMAGE_DEEP },
                  { FORMATS "lossless_alpha.webp", IMAGE_ALPHA },
                  { FORMATS "lossless.webp", 0 },
                  { GOLDEN "rgb8.png", 0 },
                  { GOLDEN "rgb8c.png", IMAGE_PROFILE },
                  { GOLDEN "rgb8t.png", IMAGE_ALPHA },
                  { GOLDEN "rgba16.png", IMAGE_ALPHA | IMAGE_DEEP },
                  { GOLDEN "camera.jpg", IMAGE_PROFILE },
                  { FORMATS "more.jpg", IMAGE_MORE },
                  { GOLDEN "grey.jpg", 0 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        image_facts facts;
        assert_int_equal(image_look(cases[i].file, &facts), 0);
        if (facts.beside != cases[i].beside)
            fail_msg("%s: %u instead of %u", cases[i].file, facts.beside, cases[i].beside);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(forms_are_pillows),
        TEST(masks_of_any_format_are_the_same),
        TEST(what_is_not_read_is_refused_in_words),
        TEST(other_formats_are_named),
        TEST(truncation_is_noticed),
        TEST(damage_does_not_crash),
        TEST(what_is_beside_the_pixels_is_told),
    };
    use_file("x.png");
    return cmocka_run_group_tests_name("image_formats", tests, make_folder, remove_folder);
}
