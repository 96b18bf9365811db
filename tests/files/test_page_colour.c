/* Numbers as colours that grow brighter with them, and outlines that lie on the border of a mask. */
#include "../../core/files/page_colour.h"
#include "../lab/scratch.h"
#include <math.h>

enum { SIDE = 16 };

static double brightness(const uint8_t *rgb)
{
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static void test_more_is_brighter(void **state)
{
    (void)state;
    float map[SIDE * SIDE];
    ablate_image image;
    for (int i = 0; i < SIDE * SIDE; i++)
        map[i] = -3 + (float)i * 10 / (SIDE * SIDE - 1); /* from -3 to 7 */
    assert_int_equal(page_colour_map(map, SIDE, -3, 7, &image), 0);
    assert_true(image.width == SIDE && image.height == SIDE);
    for (int i = 1; i < SIDE * SIDE; i++)
        assert_true(brightness(image.rgb + 3 * i) > brightness(image.rgb + 3 * (i - 1)) - 0.5);
    assert_true(brightness(image.rgb) < 40 && brightness(image.rgb + 3 * (SIDE * SIDE - 1)) > 200);
    image_free(&image);
}

/* Beyond the ends it is as at the ends; where all is equal, or no number, as at the low one. */
static void test_the_ends(void **state)
{
    (void)state;
    const float map[4] = { -100, 2, 3, 100 }, odd[4] = { NAN, INFINITY, -INFINITY, 5 };
    ablate_image image;
    assert_int_equal(page_colour_map(map, 2, 2, 3, &image), 0);
    assert_memory_equal(image.rgb, image.rgb + 3, 3);
    assert_memory_equal(image.rgb + 6, image.rgb + 9, 3);
    assert_memory_not_equal(image.rgb, image.rgb + 9, 3);
    uint8_t least[3];
    memcpy(least, image.rgb, 3);
    image_free(&image);
    assert_int_equal(page_colour_map(map, 2, 5, 5, &image), 0);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(image.rgb + 3 * i, least, 3);
    image_free(&image);
    assert_int_equal(page_colour_map(odd, 2, 0, 5, &image), 0);
    assert_memory_equal(image.rgb, least, 3);
    assert_memory_equal(image.rgb + 6, least, 3);
    assert_memory_equal(image.rgb + 3, image.rgb + 9, 3);
    image_free(&image);
}

/* White on the mask's own border, black just outside, the rest untouched; also at the picture's edge. */
static void test_outlines(void **state)
{
    (void)state;
    static const char wanted[8][9] = { "WW#.....", "W.W#....", "WWW#....", "###.....",
                                       "....###.", "...#WWW#", "...#W.W#", "...#WWW#" };
    static const char masked[8][9] = { "xxo.....", "xxx.....", "xxx.....", "........",
                                       "........", "....xxx.", "....xxx.", "....xxx." };
    uint8_t rgb[3 * 64], value[64];
    memset(rgb, 99, sizeof rgb);
    for (int i = 0; i < 64; i++)
        value[i] = masked[i / 8][i % 8] == 'x';
    ablate_image image = { 8, 8, rgb };
    const image_mask mask = { .width = 8, .height = 8, .value = value };
    page_colour_outline(&image, &mask);
    char found[8][9] = { "" };
    for (int i = 0; i < 64; i++)
        found[i / 8][i % 8] = rgb[3 * i] == 255 ? 'W' : rgb[3 * i] == 0 ? '#' : '.';
    for (int y = 0; y < 8; y++)
        assert_string_equal(found[y], wanted[y]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_more_is_brighter, start),
                                        cmocka_unit_test_setup(test_the_ends, start),
                                        cmocka_unit_test_setup(test_outlines, start) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
