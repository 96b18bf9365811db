/* BMP without compression: 1, 4 and 8 bits of a palette, 24 and 32 bits of colour, bottom up or top down. No library of
 * the distribution reads it and nothing else. */
#include "../base/bytes.h"
#include "../base/diag.h"
#include "image_format.h"
#include <string.h>

enum { FILE_HEADER = 14, OLD_HEADER = 12 };

typedef struct bmp {
    const file_map *map;
    const char *path;
    int64_t width, height;
    bool top_down;
    uint32_t bits, compression, colours, colour_bytes;
    size_t palette, pixels, stride; /* places in the file; bytes of a row */
    uint32_t mask[4];               /* 32 bits: of red, green, blue and alpha */
} bmp;

/* Places, sizes and masks of the header. False: there is no such header, or the file ends in it. */
static bool read_header(bmp *b)
{
    const uint8_t *data = b->map->data;
    if (b->map->size < FILE_HEADER + OLD_HEADER)
        return false;
    const size_t header = little32(data + 14);
    const bool old = header == OLD_HEADER, known = old || header == 40 || header == 52 || header == 56 ||
                                                   header == 64 || header == 108 || header == 124;
    if (!known || b->map->size < FILE_HEADER + header)
        return false;
    b->width = old ? (int32_t)little16(data + 18) : (int32_t)little32(data + 18);
    b->height = old ? (int32_t)little16(data + 20) : (int32_t)little32(data + 22);
    b->top_down = b->height < 0;
    b->height = b->top_down ? -b->height : b->height;
    b->bits = little16(data + (old ? 24 : 28));
    b->compression = old ? 0 : little32(data + 30);
    b->colours = old ? 0 : little32(data + 46);
    b->colour_bytes = old ? 3 : 4;
    b->palette = FILE_HEADER + header;
    b->pixels = little32(data + 10);
    b->mask[0] = 0xFF0000;
    b->mask[1] = 0xFF00;
    b->mask[2] = 0xFF;
    const bool masks = b->compression == 3 || b->compression == 6; /* bit fields, and those with alpha */
    if (!masks)
        return true;
    size_t count = header >= 56 || b->compression == 6 ? 4 : 3, end = 54 + 4 * count; /* in the header or behind it */
    for (size_t i = 0; i < count && b->map->size >= end; i++)
        b->mask[i] = little32(data + 54 + 4 * i);
    b->palette = end > b->palette ? end : b->palette;
    b->compression = b->bits == 32 ? 0 : b->compression;
    return b->map->size >= end;
}

int image_bmp_look(const file_map *map, image_facts *facts)
{
    bmp b = { .map = map };
    if (!read_header(&b) || b.width < 1 || b.width > IMAGE_MOST_PIXELS || b.height > IMAGE_MOST_PIXELS)
        return 0;
    facts->width = (int)b.width;
    facts->height = (int)b.height;
    facts->beside |= b.bits == 32 && b.mask[3] ? IMAGE_ALPHA : 0;
    return 0;
}

/* How far a mask of eight neighbouring bits on whole bytes must be shifted down, or -1. */
static int byte_of(uint32_t mask)
{
    for (int shift = 0; shift < 32; shift += 8)
        if (mask == 0xFFu << shift)
            return shift;
    return -1;
}

static int check_form(const bmp *b)
{
    static const char *const names[] = { "uncompressed", "RLE", "RLE", "bit field", "JPEG", "PNG" };
    if (b->compression != 0)
        return complain(
            "%s: a BMP of %s %u bit pixels; only uncompressed ones are read, convert it: convert '%s' '%s.png'",
            b->path, b->compression < 6 ? names[b->compression] : "unknown", b->bits, b->path, b->path);
    if (b->bits != 1 && b->bits != 4 && b->bits != 8 && b->bits != 24 && b->bits != 32)
        return complain("%s: a BMP of %u bits a pixel; 1, 4, 8, 24 and 32 are read, convert it: convert '%s' '%s.png'",
                        b->path, b->bits, b->path, b->path);
    for (int i = 0; i < 3 && b->bits == 32; i++)
        if (byte_of(b->mask[i]) < 0)
            return complain("%s: a BMP whose colours are no whole bytes; convert it: convert '%s' '%s.png'", b->path,
                            b->path, b->path);
    return 0;
}

/* Where rows and palette lie, all of them inside the file. */
static int place(bmp *b)
{
    if (b->bits <= 8) {
        const uint32_t most = 1u << b->bits;
        b->colours = b->colours == 0 || b->colours > most ? most : b->colours;
    } else {
        b->colours = 0;
    }
    size_t behind = b->palette + (size_t)b->colours * b->colour_bytes;
    b->pixels = b->pixels ? b->pixels : behind;
    b->stride = ((size_t)b->width * b->bits + 31) / 32 * 4;
    if (b->pixels < behind)
        return complain("%s: damaged BMP: its pixels begin inside its header; convert it again", b->path);
    if (b->pixels > b->map->size || (b->map->size - b->pixels) / b->stride < (size_t)b->height)
        return complain("%s: truncated BMP: only %zu bytes of %zu; copy it again", b->path, b->map->size,
                        b->pixels + b->stride * (size_t)b->height);
    return 0;
}

/* One row of a palette's indices to red, green, blue. */
static int spread_indices(const bmp *b, const uint8_t *row, uint8_t *to)
{
    for (size_t x = 0; x < (size_t)b->width; x++, to += 3) {
        size_t bit = x * b->bits;
        uint32_t index = (uint32_t)row[bit / 8] >> (8 - b->bits - bit % 8) & ((1u << b->bits) - 1);
        if (index >= b->colours)
            return complain("%s: damaged BMP: a pixel has colour %u of a palette of %u; convert it again", b->path,
                            index, b->colours);
        const uint8_t *colour = b->map->data + b->palette + (size_t)index * b->colour_bytes;
        for (int c = 0; c < 3; c++)
            to[c] = colour[2 - c];
    }
    return 0;
}

static void copy_colours(const bmp *b, const uint8_t *row, uint8_t *to)
{
    const size_t bytes = b->bits / 8;
    size_t place[3] = { 2, 1, 0 };
    for (int c = 0; c < 3 && bytes == 4; c++)
        place[c] = (size_t)byte_of(b->mask[c]) / 8;
    for (int64_t x = 0; x < b->width; x++, row += bytes)
        for (int c = 0; c < 3; c++)
            *to++ = row[place[c]];
}

int image_bmp_decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    bmp b = { .map = map, .path = path };
    (void)want; /* samples of eight bits are the same for both */
    if (!read_header(&b))
        return complain("%s: truncated or damaged BMP: its header is not whole; copy or convert it again", path);
    if (check_form(&b) < 0 || image_raster_take(path, b.width, b.height, 3, out) < 0)
        return -1;
    int status = place(&b);
    for (int64_t y = 0; status == 0 && y < b.height; y++) {
        const uint8_t *row = map->data + b.pixels + (size_t)(b.top_down ? y : b.height - 1 - y) * b.stride;
        uint8_t *to = out->value + 3 * (size_t)y * (size_t)b.width;
        if (b.bits <= 8)
            status = spread_indices(&b, row, to);
        else
            copy_colours(&b, row, to);
    }
    return status < 0 ? -1 : IMAGE_EXACT;
}
