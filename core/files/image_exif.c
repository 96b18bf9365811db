/* The orientation that cameras write, as Pillow's ImageOps.exif_transpose finds it. */
#include "image_format.h"
#include <string.h>

enum { TAG_ORIENTATION = 274, ODD = -1 }; /* ODD: an orientation that is none of 1 to 8 */

typedef struct block { /* of numbers in the byte order of its writer */
    const uint8_t *data;
    size_t size;
    bool big;
} block;

/* The caller has checked that they are there. */
static uint32_t number(const block *b, size_t at, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | b->data[at + (b->big ? i : bytes - 1 - i)];
    return value;
}

/* Bytes of an element by the type's number, 1 to 12; 0: there is no such type. */
static size_t width_of(uint32_t type)
{
    static const uint8_t width[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
    return type < sizeof width ? width[type] : 0;
}

/* The orientation in an entry of 12 bytes: tag, type, count, and the value or its place. 0: it cannot be read. */
static int entry_orientation(const block *b, size_t entry)
{
    enum { SHORT = 3, LONG = 4, SIGNED_SHORT = 8, SIGNED_LONG = 9 };
    uint32_t type = number(b, entry + 2, 2), count = number(b, entry + 4, 4);
    size_t width = width_of(type), length = width * count, at = entry + 8;
    if (length == 0)
        return 0;
    if (length > 4) {
        at = number(b, entry + 8, 4);
        if (length > b->size || at > b->size - length)
            return 0;
    }
    if (type != SHORT && type != LONG && type != SIGNED_SHORT && type != SIGNED_LONG)
        return ODD;
    uint32_t value = number(b, at, width);
    return value >= 1 && value <= 8 ? (int)value : ODD;
}

/* 1 to 8, ODD, or 0: nothing that can be read. "Exif" and two zeros may stand before the block. */
static int exif_orientation(const uint8_t *data, size_t size)
{
    for (int i = 0; i < 2 && size >= 6 && memcmp(data, "Exif\0\0", 6) == 0; i++, data += 6)
        size -= 6;
    if (size < 8 || (memcmp(data, "II*\0", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return 0;
    block b = { data, size, data[0] == 'M' };
    size_t at = number(&b, 4, 4);
    if (at > size - 2)
        return 0;
    size_t entries = number(&b, at, 2), room = (size - at - 2) / 12;
    at += 2;
    for (size_t i = 0; i < entries && i < room; i++, at += 12) {
        int found = number(&b, at, 2) == TAG_ORIENTATION ? entry_orientation(&b, at) : 0;
        if (found)
            return found;
    }
    return 0;
}

/* As an attribute, tiff:Orientation="6", or as an element, <tiff:Orientation>6. */
static int xmp_orientation(const uint8_t *text, size_t size)
{
    static const char name[] = "tiff:Orientation";
    const size_t length = sizeof name - 1;
    const uint8_t *end = text + size;
    for (const uint8_t *at = text; (at = memmem(at, (size_t)(end - at), name, length)); at += length) {
        const uint8_t *value = at + length;
        size_t left = (size_t)(end - value), sign = left >= 2 && memcmp(value, "=\"", 2) == 0 ? 2 : 1;
        if (left <= sign || (sign == 1 && *value != '>') || value[sign] < '0' || value[sign] > '9')
            continue;
        int digit = value[sign] - '0';
        return digit >= 1 && digit <= 8 ? digit : ODD;
    }
    return 0;
}

void image_facts_turn(image_facts *facts, const uint8_t *exif, size_t exif_size, const uint8_t *xmp, size_t xmp_size)
{
    int told = exif ? exif_orientation(exif, exif_size) : 0;
    if (told == 0 && xmp)
        told = xmp_orientation(xmp, xmp_size);
    if (told > 0)
        facts->orientation = told;
    if (told < 0)
        facts->beside |= IMAGE_ODD_ORIENTATION;
}
