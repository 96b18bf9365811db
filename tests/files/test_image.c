/* Pictures: every form against Pillow's bytes (tests/golden/make_images.py), damage at every byte, masks, writing. */
/* units: image_jpeg image_png image_resize */
#include "../lab/damage.h"
#include "../lab/image_golden.h"
#include "../lab/scratch.h"
#include "../lab/truth.h"
#include "../lab/words.h"
#include <float.h>
#include <math.h>
#include <sys/stat.h>

/* needs stdio.h before it */
#include <jpeglib.h>

static const char *const forms[] = { "grey1.png",
                                     "grey1i.png",
                                     "grey2.png",
                                     "grey2i.png",
                                     "grey4.png",
                                     "grey4i.png",
                                     "grey8.png",
                                     "grey8i.png",
                                     "grey16.png",
                                     "grey16i.png",
                                     "grey8t.png",
                                     "greyalpha8.png",
                                     "greyalpha8i.png",
                                     "greyalpha16.png",
                                     "greyalpha16i.png",
                                     "rgb8.png",
                                     "rgb8i.png",
                                     "rgb16.png",
                                     "rgb16i.png",
                                     "rgb8t.png",
                                     "rgba8.png",
                                     "rgba8i.png",
                                     "rgba16.png",
                                     "rgba16i.png",
                                     "palette1.png",
                                     "palette1i.png",
                                     "palette2.png",
                                     "palette2i.png",
                                     "palette4.png",
                                     "palette4i.png",
                                     "palette8.png",
                                     "palette8i.png",
                                     "palette8t.png",
                                     "grey.jpg",
                                     "colour444.jpg",
                                     "colour422.jpg",
                                     "colour420.jpg",
                                     "progressive.jpg",
                                     "restart.jpg",
                                     "rgb.jpg",
                                     "rgb8c.png",
                                     "camera.jpg",
                                     "camera_progressive.jpg",
                                     "camera_restart.jpg",
                                     "camera_coarse.jpg",
                                     "camera440.jpg",
                                     "camera411.jpg",
                                     "size1x1.jpg",
                                     "size1x40.jpg",
                                     "size40x1.jpg",
                                     "size16x16.jpg",
                                     "size17x15.jpg" };

static void forms_are_pillows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char file[128], golden[128];
        snprintf(file, sizeof file, GOLDEN "%s", forms[i]);
        snprintf(golden, sizeof golden, GOLDEN "%s.ppm", forms[i]);
        ablate_image image;
        read_good(file, &image);
        golden_check(golden, image.width, image.height, 3, image.rgb);
        truth("PNG and JPEG to RGB", "Pillow, bytes that differ", 0, 0, "whole numbers");
        image_free(&image);
    }
}

static void resizing_is_pillows(void **state)
{
    static const char *const shapes[] = { "wide", "tall" }, *const filters[] = { "bilinear", "bicubic", "nearest" };
    static const int sizes[][2] = { { 24, 24 }, { 61, 20 }, { 31, 50 }, { 36, 96 } }, sides[] = { 24, 23, 18 };
    (void)state;
    for (size_t i = 0; i < 2 * 3 * 7; i++) {
        const char *shape = shapes[i / 21], *word = filters[i / 7 % 3];
        image_filter filter = (image_filter)(i / 7 % 3);
        char file[128], golden[128];
        snprintf(file, sizeof file, GOLDEN "%s.png", shape);
        ablate_image image, small;
        read_good(file, &image);
        if (i % 7 < 4) {
            const int *size = sizes[i % 7];
            assert_int_equal(image_resize(&image, size[0], size[1], filter, &small), 0);
            snprintf(golden, sizeof golden, GOLDEN "%s_%s_%dx%d.ppm", shape, word, size[0], size[1]);
        } else {
            int side = sides[i % 7 - 4];
            assert_int_equal(image_fit(&image, side, filter, &small), 0);
            snprintf(golden, sizeof golden, GOLDEN "%s_%s_fit%d.ppm", shape, word, side);
        }
        golden_check(golden, small.width, small.height, 3, small.rgb);
        truth("resize and crop", "Pillow, bytes that differ", 0, 0, "whole numbers");
        image_free(&image);
        image_free(&small);
    }
}

static void same_size_is_a_copy(void **state)
{
    (void)state;
    ablate_image image, copy;
    read_good(GOLDEN "wide.png", &image);
    assert_int_equal(image_resize(&image, image.width, image.height, IMAGE_BICUBIC, &copy), 0);
    assert_memory_equal(image.rgb, copy.rgb, (size_t)(3 * image.width * image.height));
    assert_true(image.rgb != copy.rgb);
    image_free(&image);
    image_free(&copy);
}

static void absurd_sizes_are_refused(void **state)
{
    (void)state;
    ablate_image image, out;
    read_good(GOLDEN "wide.png", &image);
    assert_int_equal(image_resize(&image, 0, 10, IMAGE_BICUBIC, &out), -1);
    assert_null(out.rgb);
    complaint_clear();
    assert_int_equal(image_resize(&image, 1000000, 1000, IMAGE_NEAREST, &out), -1);
    assert_non_null(strstr(complaint(), "million pixels"));
    complaint_clear();
    assert_int_equal(image_fit(&image, -1, IMAGE_BILINEAR, &out), -1);
    assert_non_null(complaint());
    complaint_clear();
    uint8_t line[3 * 20000] = { 0 };
    ablate_image thin = { 20000, 1, line };
    assert_int_equal(image_fit(&thin, 224, IMAGE_BILINEAR, &out), -1);
    assert_non_null(strstr(complaint(), "million pixels"));
    image_free(&image);
}

static void truncation_is_noticed(void **state)
{
    (void)state;
    image_cut(GOLDEN "rgb8.png", 1, "truncated");
    image_cut(GOLDEN "palette4i.png", 1, "truncated");
    image_cut(GOLDEN "grey16.png", 1, "truncated");
    image_cut(GOLDEN "grey.jpg", 1, "truncated");
    image_cut(GOLDEN "progressive.jpg", 1, "truncated");
    write_bytes("", 0);
    image_refused(own_file, "empty");
}

static void is_refused(void)
{
    image_refused(own_file, "");
}

/* Each single byte is changed in turn: a PNG has checksums over everything, so every change is refused. */
static void damage_is_noticed_in_png(void **state)
{
    (void)state;
    damage_bytes(GOLDEN "rgb8.png", 0, SIZE_MAX, damage_bit, is_refused);
    damage_bytes(GOLDEN "palette8t.png", 0, SIZE_MAX, damage_bit, is_refused);
    damage_bytes(GOLDEN "greyalpha16i.png", 0, SIZE_MAX, damage_bit, is_refused);
}

static int were_read, failed;

static void is_read_or_refused(void)
{
    ablate_image image;
    int status = image_read(own_file, &image);
    assert_true(status == 0 ? image.rgb && !complaint() : complaint() != NULL);
    were_read += status == 0;
    failed += status < 0;
    image_free(&image);
}

/* A JPEG has no checksums: each change gives either a picture or one sentence, never a crash. */
static void damage_does_not_crash_jpeg(void **state)
{
    (void)state;
    damage_bytes(GOLDEN "colour420.jpg", 0, SIZE_MAX, damage_invert, is_read_or_refused);
    damage_bytes(GOLDEN "progressive.jpg", 0, SIZE_MAX, damage_invert, is_read_or_refused);
    assert_true(were_read > 0 && failed > 0);
}

/* A JPEG of one scan for each of three components; returns its length. */
static size_t make_scans(uint8_t *bytes, unsigned long room)
{
    jpeg_scan_info scans[3] = { { 1, { 0 }, 0, 63, 0, 0 }, { 1, { 1 }, 0, 63, 0, 0 }, { 1, { 2 }, 0, 63, 0, 0 } };
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr error;
    uint8_t row[3 * 16] = { 200, 100, 50 }, *rows = row, *out = bytes;
    unsigned long length = room;
    jpeg.err = jpeg_std_error(&error);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &length);
    jpeg.image_width = jpeg.image_height = 16;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg.scan_info = scans;
    jpeg.num_scans = 3;
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < 16; y++)
        jpeg_write_scanlines(&jpeg, &rows, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    assert_ptr_equal(out, bytes);
    return length;
}

/* The last scan over and over: a small file that would keep the decoder busy for long. */
static void endless_passes_are_refused(void **state)
{
    enum { ROOM = 4096, TIMES = 600 };
    (void)state;
    uint8_t bytes[ROOM];
    size_t length = make_scans(bytes, ROOM), scan = length - 2;
    while (bytes[scan] != 0xFF || bytes[scan + 1] != 0xDA)
        scan--;
    for (int times = 1; times <= TIMES; times += TIMES - 1) {
        FILE *stream = fopen(own_file, "wb");
        assert_non_null(stream);
        fwrite(bytes, 1, scan, stream);
        for (int i = 0; i < times; i++)
            fwrite(bytes + scan, 1, length - 2 - scan, stream);
        fwrite("\xFF\xD9", 1, 2, stream);
        assert_int_equal(fclose(stream), 0);
        ablate_image image;
        if (times == 1)
            read_good(own_file, &image);
        else
            image_refused(own_file, "more than 500 passes");
        if (times == 1)
            image_free(&image);
    }
}

static void what_is_no_picture_is_refused(void **state)
{
    static const char zeros[4096];
    (void)state;
    image_refused(GOLDEN "none.png", "cannot read");
    image_refused("tests", "not a plain file");
    image_refused(GOLDEN "cmyk.jpg", "CMYK");
    image_refused(GOLDEN "bad_index.png", "palette of 3");
    image_refused(GOLDEN "bad_size.png", "100000 x 100000");
    image_refused("tests/fuzz/corpus/png/long_chunk",
                  "a chunk ends behind the file of 224 bytes"); /* says it has 989 MB */
    write_bytes(zeros, sizeof zeros);
    image_refused(own_file, "neither PNG nor JPEG");
    write_bytes("hello, world", 12);
    image_refused(own_file, "neither PNG nor JPEG");
    write_bytes("BM______________", 16);
    image_refused(own_file, "BMP");
    write_bytes("GIF89a__________", 16);
    image_refused(own_file, "GIF");
    write_bytes("II*\0____________", 16);
    image_refused(own_file, "TIFF");
}

/* A camera may write 12 bits a sample; the sample depth stands behind the frame marker and its length. */
static void twelve_bits_are_refused(void **state)
{
    (void)state;
    file_map map;
    assert_int_equal(file_map_open(GOLDEN "grey.jpg", &map), 0);
    uint8_t *bytes = malloc(map.size);
    assert_non_null(bytes);
    memcpy(bytes, map.data, map.size);
    uint8_t *frame = bytes;
    while (frame[0] != 0xFF || frame[1] != 0xC0)
        frame++;
    assert_int_equal(frame[4], 8);
    frame[4] = 12;
    write_bytes(bytes, map.size);
    image_refused(own_file, "precision 12");
    free(bytes);
    file_map_close(&map);
}

/* The name says PNG, the bytes say JPEG. */
static void the_format_is_in_the_bytes(void **state)
{
    (void)state;
    file_map map;
    assert_int_equal(file_map_open(GOLDEN "colour422.jpg", &map), 0);
    write_bytes(map.data, map.size);
    file_map_close(&map);
    ablate_image image;
    read_good(own_file, &image);
    golden_check(GOLDEN "colour422.jpg.ppm", image.width, image.height, 3, image.rgb);
    image_free(&image);
}

/* Three roundings, each of half a unit of the largest number met: |v - mean| / std <= 1 / std. */
static void normalisation_is_planar_and_right(void **state)
{
    static const char *const names[] = { "openai", "imagenet" };
    (void)state;
    ablate_image image;
    read_good(GOLDEN "wide.png", &image);
    size_t n = (size_t)image.width * (size_t)image.height;
    float *out = malloc(3 * n * sizeof *out);
    assert_non_null(out);
    for (int k = 0; k < 2; k++) {
        const image_statistics *s = image_statistics_find(names[k]);
        assert_non_null(s);
        image_normalize(&image, s, out);
        for (size_t i = 0; i < 3 * n; i++) {
            size_t c = i / n;
            double value = image.rgb[3 * (i % n) + c] / 255.0;
            double error = fabs((double)out[i] - (value - (double)s->mean[c]) / (double)s->std[c]);
            assert_true(error <= 3 * (double)FLT_EPSILON / 2 / (double)s->std[c]);
        }
    }
    assert_null(image_statistics_find("imagnet"));
    assert_non_null(strstr(complaint(), "imagnet"));
    free(out);
    image_free(&image);
}

/* The whole way of torchvision's Resize, CenterCrop, ToTensor and Normalize, to the last bit. */
static void inputs_are_torchvisions(void **state)
{
    static const char *const shapes[] = { "wide", "tall" }, *const ways[] = { "crop", "square" };
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool square = i % 2;
        char file[128], golden[128];
        snprintf(file, sizeof file, GOLDEN "%s.png", shapes[i / 2]);
        snprintf(golden, sizeof golden, GOLDEN "%s_%s.f32", shapes[i / 2], ways[i % 2]);
        ablate_image image, small;
        float out[3 * 24 * 24];
        file_map map;
        read_good(file, &image);
        assert_int_equal(square ? image_resize(&image, 24, 24, IMAGE_BILINEAR, &small)
                                : image_fit(&image, 24, IMAGE_BICUBIC, &small),
                         0);
        image_normalize(&small, image_statistics_find(square ? "imagenet" : "openai"), out);
        assert_int_equal(file_map_open(golden, &map), 0);
        assert_int_equal(map.size, sizeof out);
        assert_memory_equal(map.data, out, sizeof out);
        truth("resize, crop and normalise", "torchvision, bytes that differ", 0, 0, "the same float32 operations");
        file_map_close(&map);
        image_free(&image);
        image_free(&small);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    ablate_image image, again;
    read_good(GOLDEN "tall.png", &image);
    assert_int_equal(image_write_png(own_file, &image), 0);
    read_good(own_file, &again);
    assert_int_equal(image.width, again.width);
    assert_int_equal(image.height, again.height);
    assert_memory_equal(image.rgb, again.rgb, (size_t)(3 * image.width * image.height));
    image_free(&image);
    image_free(&again);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    uint8_t rgb[3] = { 1, 2, 3 };
    ablate_image image = { 1, 1, rgb }, none = { 0, 0, rgb };
    assert_int_equal(image_write_png("/dev/null/x.png", &image), -1);
    assert_non_null(strstr(complaint(), "/dev/null"));
    complaint_clear();
    assert_int_equal(image_write_png(own_file, &none), -1);
    assert_non_null(strstr(complaint(), "0 x 0"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(forms_are_pillows),          TEST(resizing_is_pillows),           TEST(same_size_is_a_copy),
        TEST(absurd_sizes_are_refused),   TEST(truncation_is_noticed),         TEST(damage_is_noticed_in_png),
        TEST(damage_does_not_crash_jpeg), TEST(endless_passes_are_refused),    TEST(what_is_no_picture_is_refused),
        TEST(twelve_bits_are_refused),    TEST(the_format_is_in_the_bytes),    TEST(normalisation_is_planar_and_right),
        TEST(inputs_are_torchvisions),    TEST(what_is_written_is_read_again), TEST(a_full_disk_is_said),
    };
    use_file("x.png");
    return cmocka_run_group_tests_name("image", tests, make_folder, remove_folder);
}
