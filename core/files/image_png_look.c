/* What the chunks of a PNG say, before and behind its pixels. Their checksums are the decoder's matter. */
#include "../base/diag.h"
#include "image_format.h"
#include <ctype.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* An unpacked text of more than so many bytes is left out: real ones have some thousand. */
enum { MOST_TEXT = 1 << 22 };

typedef struct chunk {
    const uint8_t *kind, *data; /* kind: four letters */
    size_t size;
} chunk;

typedef struct text { /* of a chunk, as it is or unpacked; `made` is malloc'ed or NULL */
    const uint8_t *value;
    uint8_t *made;
    size_t size;
} text;

typedef struct found {
    chunk exif;
    text profile, xmp;
    bool gamma, srgb;
} found;

static bool next_chunk(const file_map *map, size_t *at, chunk *c)
{
    if (map->size < 12 || *at > map->size - 12)
        return false;
    const uint8_t *head = map->data + *at;
    *c = (chunk){ head + 4, head + 8, png_get_uint_32(head) };
    if (c->size > map->size - *at - 12)
        return false;
    *at += 12 + c->size;
    return true;
}

static bool is(const chunk *c, const char *kind)
{
    return memcmp(c->kind, kind, 4) == 0;
}

bool image_png_whole(const file_map *map)
{
    chunk c;
    for (size_t at = 8; next_chunk(map, &at, &c);)
        if (is(&c, "IEND"))
            return true;
    return false;
}

/* ---- texts ---- */

/* Unpacks a text; one that is damaged or absurdly long is none. 0, or -1: complained. */
static int inflate_text(const uint8_t *packed, size_t size, text *out)
{
    uint8_t *room = take(MOST_TEXT, 1, "a PNG text");
    uLongf length = MOST_TEXT;
    if (!room)
        return -1;
    if (uncompress(room, &length, packed, (uLong)size) == Z_OK)
        *out = (text){ room, room, length };
    else
        free(room);
    return 0;
}

/* Behind so many zero bytes from `at` on; NULL: there are not so many. */
static const uint8_t *behind_zeros(const uint8_t *at, const uint8_t *end, int zeros)
{
    for (; zeros > 0 && at; zeros--) {
        at = memchr(at, 0, (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

/* The text of a tEXt, zTXt or iTXt chunk with that key, in place of an earlier one. 0, or -1: complained. */
static int take_text_of(const chunk *c, const char *key, text *out)
{
    const uint8_t *end = c->data + c->size, *value = c->data + strlen(key) + 1;
    bool international = is(c, "iTXt"), packed = is(c, "zTXt");
    if (c->size <= strlen(key) + 3 || memcmp(c->data, key, strlen(key) + 1) != 0)
        return 0;
    if (international) { /* packed?, method, language, translated key */
        packed = value[0] == 1;
        value = behind_zeros(value + 2, end, 2);
    } else if (packed) {
        value++; /* method */
    }
    if (!value)
        return 0;
    free(out->made);
    *out = (text){ value, NULL, (size_t)(end - value) };
    if (!packed)
        return 0;
    *out = (text){ NULL, NULL, 0 };
    return inflate_text(value, (size_t)(end - value), out);
}

/* ImageMagick's way to keep an EXIF block: a line end, its name, its length, then lines of hexadecimal digits. The
 * orientation of what they spell. */
static int unspell(const text *t, uint8_t **bytes, size_t *size)
{
    const uint8_t *at = t->value, *end = t->value + t->size;
    for (int line = 0; line < 3 && at; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    *size = 0;
    *bytes = take(t->size / 2 + 1, 1, "an EXIF block");
    int high = -1;
    for (; *bytes && at && at < end; at++) {
        if (!isxdigit(*at))
            continue;
        int digit = isdigit(*at) ? *at - '0' : tolower(*at) - 'a' + 10;
        if (high >= 0)
            (*bytes)[(*size)++] = (uint8_t)(high << 4 | digit);
        high = high >= 0 ? -1 : digit;
    }
    return *bytes ? 0 : -1;
}

/* ---- the chunks ---- */

static void look_at_header(const chunk *c, image_facts *facts)
{
    if (c->size < 13)
        return;
    uint32_t width = png_get_uint_32(c->data), height = png_get_uint_32(c->data + 4);
    facts->width = width <= IMAGE_MOST_PIXELS ? (int)width : 0;
    facts->height = height <= IMAGE_MOST_PIXELS ? (int)height : 0;
    facts->beside |= (c->data[8] == 16 ? IMAGE_DEEP : 0) | (c->data[9] & 4 ? IMAGE_ALPHA : 0);
}

static int look_at(const chunk *c, found *f, image_facts *facts)
{
    const uint32_t usual_gamma = 45455;
    if (is(c, "IHDR"))
        look_at_header(c, facts);
    else if (is(c, "tRNS"))
        facts->beside |= IMAGE_ALPHA;
    else if (is(c, "iCCP") || is(c, "cICP"))
        facts->beside |= IMAGE_PROFILE;
    else if (is(c, "sRGB"))
        f->srgb = true;
    else if (is(c, "gAMA") && c->size == 4)
        f->gamma = png_get_uint_32(c->data) != usual_gamma;
    else if (is(c, "acTL") && c->size >= 4)
        facts->frames = png_get_uint_32(c->data) > 1 ? (int)(png_get_uint_32(c->data) & INT32_MAX) : 1;
    else if (is(c, "eXIf"))
        f->exif = *c;
    else if (is(c, "iTXt") || is(c, "tEXt") || is(c, "zTXt"))
        return take_text_of(c, "Raw profile type exif", &f->profile) < 0
                   ? -1
                   : take_text_of(c, "XML:com.adobe.xmp", &f->xmp);
    return 0;
}

int image_png_look(const file_map *map, image_facts *facts)
{
    chunk c;
    found f = { 0 };
    uint8_t *spelt = NULL;
    int status = 0;
    for (size_t at = 8; status == 0 && next_chunk(map, &at, &c) && !is(&c, "IEND");)
        status = look_at(&c, &f, facts);
    if (f.gamma && !f.srgb)
        facts->beside |= IMAGE_PROFILE;
    if (status == 0 && !f.exif.data && f.profile.value) {
        status = unspell(&f.profile, &spelt, &f.exif.size);
        f.exif.data = spelt;
    }
    image_facts_turn(facts, f.exif.data, f.exif.size, f.xmp.value, f.xmp.size);
    free(spelt);
    free(f.profile.made);
    free(f.xmp.made);
    return status;
}
