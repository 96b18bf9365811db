/* image_golden.h: golden pictures and how they are compared; included by one test program each. */
#ifndef ABLATE_TESTS_IMAGE_GOLDEN_H
#define ABLATE_TESTS_IMAGE_GOLDEN_H
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/files/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/images/"

/* Binary PPM (P6) or PGM (P5) as Pillow writes it: "P6\nWIDTH HEIGHT\n255\n", then the bytes. */
static inline void golden_check(const char *file, int width, int height, int channels, const uint8_t *value)
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

static inline void read_good(const char *file, ablate_image *image)
{
    if (image_read(file, image) < 0)
        fail_msg("%s", complaint());
}

#endif
