#include "image_golden.h"

#include "../../core/base/file.h"
#include "scratch.h"
#include "words.h"

void golden_check(const char *file, int width, int height, int channels, const uint8_t *value)
{
    file_map map;
    char head[64];
    assert_int_equal(file_map_open(file, &map), 0);
    int length = snprintf(head, sizeof head, "P%d\n%d %d\n255\n", channels == 3 ? 6 : 5, width, height);
    size_t n = (size_t)width * (size_t)height * (size_t)channels;
    if (map.size != (size_t)length + n || memcmp(map.data, head, (size_t)length) != 0)
        fail_msg("%s: not a golden picture of %d x %d", file, width, height);
    for (size_t i = 0; i < n; i++)
        if (map.data[(size_t)length + i] != value[i])
            fail_msg("%s: byte %zu is %d instead of %d", file, i, value[i], map.data[(size_t)length + i]);
    file_map_close(&map);
}

void read_good(const char *file, ablate_image *image)
{
    if (image_read(file, image) < 0)
        fail_msg("%s", complaint());
}

void image_refused(const char *file, const char *words)
{
    ablate_image image;
    complaint_clear();
    if (image_read(file, &image) == 0)
        fail_msg("%s should be refused with '%s'", file, words);
    assert_null(image.rgb);
    expect_complaint_of(file, words);
}

void image_cut(const char *good, size_t from, const char *words)
{
    file_map map;
    ablate_image image;
    assert_int_equal(file_map_open(good, &map), 0);
    for (size_t n = from; n < map.size; n++) {
        write_bytes(map.data, n);
        image_refused(own_file, words);
    }
    write_bytes(map.data, map.size);
    read_good(own_file, &image);
    image_free(&image);
    file_map_close(&map);
}
