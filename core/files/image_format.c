/* Which format a file has, by its first bytes. */
#include "image_format.h"
#include "../base/diag.h"
#include <string.h>

typedef struct signature {
    image_format format; /* look NULL: known, but not read */
    const char *bytes;
    size_t at, length;
} signature;

static const signature signatures[] = {
    { { "PNG", image_png_look, image_png_decode }, "\x89PNG\r\n\x1A\n", 0, 8 },
    { { "JPEG", image_jpeg_look, image_jpeg_decode }, "\xFF\xD8\xFF", 0, 3 },
    { { "BMP", image_bmp_look, image_bmp_decode }, "BM", 0, 2 },
    { { "TIFF", image_tiff_look, image_tiff_decode }, "II*\0", 0, 4 },
    { { "TIFF", image_tiff_look, image_tiff_decode }, "MM\0*", 0, 4 },
    { { "TIFF", image_tiff_look, image_tiff_decode }, "II+\0", 0, 4 }, /* of 64 bits */
    { { "TIFF", image_tiff_look, image_tiff_decode }, "MM\0+", 0, 4 },
    { { "WebP", image_webp_look, image_webp_decode }, "WEBP", 8, 4 },
    { { .name = "GIF" }, "GIF8", 0, 4 },
    { { .name = "HEIC" }, "ftyphei", 4, 7 },
    { { .name = "HEIC" }, "ftyphev", 4, 7 },
    { { .name = "HEIC" }, "ftypmif1", 4, 8 },
    { { .name = "HEIC" }, "ftypmsf1", 4, 8 },
    { { .name = "AVIF" }, "ftypavi", 4, 7 },
    { { .name = "JPEG 2000" }, "\0\0\0\x0CjP  ", 0, 8 },
    { { .name = "JPEG 2000" }, "\xFF\x4F\xFF\x51", 0, 4 },
    { { .name = "JPEG XL" }, "\0\0\0\x0CJXL ", 0, 8 },
    { { .name = "JPEG XL" }, "\xFF\x0A", 0, 2 },
    { { .name = "JPEG XR" }, "II\xBC", 0, 3 },
    { { .name = "Photoshop" }, "8BPS", 0, 4 },
    { { .name = "OpenEXR" }, "v/1\1", 0, 4 },
    { { .name = "PNM" }, "P1\n", 0, 3 },
    { { .name = "PNM" }, "P2\n", 0, 3 },
    { { .name = "PNM" }, "P3\n", 0, 3 },
    { { .name = "PNM" }, "P4\n", 0, 3 },
    { { .name = "PNM" }, "P5\n", 0, 3 },
    { { .name = "PNM" }, "P6\n", 0, 3 },
    { { .name = "DICOM" }, "DICM", 128, 4 },
    { { .name = "DirectDraw" }, "DDS ", 0, 4 },
    { { .name = "QOI" }, "qoif", 0, 4 },
    { { .name = "icon" }, "\0\0\1\0", 0, 4 },
    { { .name = "SVG" }, "<svg", 0, 4 },
    { { .name = "PDF" }, "%PDF", 0, 4 },
};

/* Of a file shorter than a signature at its beginning, as much as there is. */
static bool begins(const file_map *map, const signature *s)
{
    if (s->at > 0 && map->size < s->at + s->length)
        return false;
    size_t length = map->size < s->length ? map->size : s->length;
    return memcmp(map->data + s->at, s->bytes, length) == 0;
}

const image_format *image_format_find(const file_map *map, const char *path)
{
    if (map->size == 0)
        complain("%s: the file is empty; a picture is needed", path);
    for (size_t i = 0; map->size > 0 && i < sizeof signatures / sizeof *signatures; i++) {
        const signature *s = &signatures[i];
        if (!begins(map, s))
            continue;
        if (map->size < s->at + s->length)
            complain("%s: truncated %s: only %zu bytes; copy the file again", path, s->format.name, map->size);
        else if (s->format.look)
            return &s->format;
        else
            complain("%s: a picture of the format %s; PNG, JPEG, BMP, TIFF and WebP are read, convert it, e.g. with "
                     "ImageMagick: convert '%s' '%s.png'",
                     path, s->format.name, path, path);
        return NULL;
    }
    complain("%s: neither PNG nor JPEG, BMP, TIFF or WebP; if it is a picture, convert it to PNG", path);
    return NULL;
}
