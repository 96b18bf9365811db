/* WebP by libwebp; what stands beside the pixels lies in chunks of its container. */
#include "../base/bytes.h"
#include "../base/diag.h"
#include "image_format.h"
#include <string.h>
#include <webp/decode.h>

enum { RIFF_HEAD = 12, CHUNK_HEAD = 8 };

typedef struct chunk {
    const uint8_t *kind, *data; /* kind: four letters */
    size_t size;
} chunk;

static bool next_chunk(const file_map *map, size_t *at, chunk *c)
{
    if (*at > map->size || map->size - *at < CHUNK_HEAD)
        return false;
    const uint8_t *head = map->data + *at;
    *c = (chunk){ head, head + CHUNK_HEAD, little32(head + 4) };
    if (c->size > map->size - *at - CHUNK_HEAD)
        return false;
    *at += CHUNK_HEAD + c->size + c->size % 2;
    return true;
}

static bool is(const chunk *c, const char *kind)
{
    return memcmp(c->kind, kind, 4) == 0;
}

/* Only an extended file, which begins with a chunk of flags, has chunks beside the picture; and those that the flags
 * name are read, as libwebp does it. */
int image_webp_look(const file_map *map, image_facts *facts)
{
    enum { XMP = 4, EXIF = 8, PROFILE = 32 };
    WebPBitstreamFeatures features;
    chunk c, exif = { 0 }, xmp = { 0 };
    size_t at = RIFF_HEAD;
    int frames = 0;
    if (WebPGetFeatures(map->data, map->size, &features) != VP8_STATUS_OK)
        return 0;
    facts->width = features.width;
    facts->height = features.height;
    facts->beside |= features.has_alpha ? IMAGE_ALPHA : 0;
    if (!next_chunk(map, &at, &c) || !is(&c, "VP8X") || c.size < 1)
        return 0;
    const uint8_t flags = c.data[0];
    facts->beside |= flags & PROFILE ? IMAGE_PROFILE : 0;
    while (next_chunk(map, &at, &c)) {
        frames += is(&c, "ANMF");
        if (is(&c, "EXIF") && flags & EXIF && !exif.data)
            exif = c;
        if (is(&c, "XMP ") && flags & XMP && !xmp.data)
            xmp = c;
    }
    facts->frames = features.has_animation && frames > 1 ? frames : 1;
    image_facts_turn(facts, exif.data, exif.size, xmp.data, xmp.size);
    return 0;
}

static const char *trouble(VP8StatusCode code)
{
    return code == VP8_STATUS_UNSUPPORTED_FEATURE ? "an animation or a form that libwebp does not know"
           : code == VP8_STATUS_OUT_OF_MEMORY     ? "not enough memory"
                                                  : "its data are wrong";
}

static int check_whole(const file_map *map, const char *path)
{
    size_t length = map->size >= CHUNK_HEAD ? little32(map->data + 4) : SIZE_MAX;
    if (map->size < RIFF_HEAD || length > map->size - CHUNK_HEAD)
        return complain("%s: truncated WebP: only %zu bytes; copy it again", path, map->size);
    return 0;
}

int image_webp_decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    WebPBitstreamFeatures features;
    (void)want; /* samples of eight bits are the same for both */
    if (check_whole(map, path) < 0)
        return -1;
    VP8StatusCode code = WebPGetFeatures(map->data, map->size, &features);
    if (code != VP8_STATUS_OK || features.has_animation)
        return complain("%s: damaged WebP: %s; copy or convert it again", path,
                        trouble(code != VP8_STATUS_OK ? code : VP8_STATUS_UNSUPPORTED_FEATURE));
    if (image_raster_take(path, features.width, features.height, 3, out) < 0)
        return -1;
    size_t bytes = 3 * (size_t)out->width * (size_t)out->height;
    if (!WebPDecodeRGBInto(map->data, map->size, out->value, bytes, 3 * out->width))
        return complain("%s: damaged WebP: its data are wrong; copy or convert it again", path);
    const bool lossless = features.format == 2;
    return lossless ? IMAGE_EXACT : IMAGE_BLURRED;
}
