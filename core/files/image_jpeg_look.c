/* What the markers of a JPEG say before its first scan. */
#include "../base/diag.h"
#include "image_format.h"
#include <stdlib.h>
#include <string.h>

typedef struct segment { /* behind a marker and its length */
    int marker;
    const uint8_t *data;
    size_t size;
} segment;

static const uint8_t *after(const segment *s, const char *head, size_t length)
{
    return s->size >= length && memcmp(s->data, head, length) == 0 ? s->data + length : NULL;
}

/* The segment at or after *at, which moves behind it; false: the first scan, the end, or damage. */
static bool next_segment(const file_map *map, size_t *at, segment *s)
{
    enum { SCAN = 0xDA, END = 0xD9 };
    const uint8_t *data = map->data;
    while (*at + 1 < map->size && data[*at] == 0xFF && data[*at + 1] == 0xFF)
        (*at)++;
    if (*at + 4 > map->size || data[*at] != 0xFF)
        return false;
    size_t length = (size_t)data[*at + 2] << 8 | data[*at + 3];
    s->marker = data[*at + 1];
    if (s->marker == SCAN || s->marker == END || length < 2 || length > map->size - *at - 2)
        return false;
    s->data = data + *at + 4;
    s->size = length - 2;
    *at += 2 + length;
    return true;
}

static bool is_frame(int marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* A block too long for one segment goes on in the next of its kind. */
static int append(uint8_t **block, size_t *size, const uint8_t *more, size_t length)
{
    uint8_t *grown = take_again(*block, *size + length, 1, "an EXIF block");
    if (!grown)
        return -1;
    *block = grown;
    if (length)
        memcpy(grown + *size, more, length);
    *size += length;
    return 0;
}

int image_jpeg_look(const file_map *map, image_facts *facts)
{
    static const char exif_head[] = "Exif\0", xmp_head[] = "http://ns.adobe.com/xap/1.0/", icc_head[] = "ICC_PROFILE";
    static const char more_head[] = "MPF";
    segment s;
    uint8_t *exif = NULL;
    const uint8_t *xmp = NULL, *found;
    size_t exif_size = 0, xmp_size = 0;
    int status = 0;
    for (size_t at = 2; status == 0 && next_segment(map, &at, &s);) {
        if (is_frame(s.marker) && s.size >= 5) {
            facts->height = s.data[1] << 8 | s.data[2];
            facts->width = s.data[3] << 8 | s.data[4];
        } else if (s.marker == 0xE1 && (found = after(&s, exif_head, sizeof exif_head))) {
            status = append(&exif, &exif_size, found, s.size - sizeof exif_head);
        } else if (s.marker == 0xE1 && (found = after(&s, xmp_head, sizeof xmp_head))) {
            xmp = found;
            xmp_size = s.size - sizeof xmp_head;
        } else if (s.marker == 0xE2 && after(&s, icc_head, sizeof icc_head)) {
            facts->beside |= IMAGE_PROFILE;
        } else if (s.marker == 0xE2 && after(&s, more_head, sizeof more_head)) {
            facts->beside |= IMAGE_MORE;
        }
    }
    image_facts_turn(facts, exif, exif_size, xmp, xmp_size);
    free(exif);
    return status;
}
