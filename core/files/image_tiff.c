/* TIFF by libtiff: grey, palette and RGB of up to 16 bits, in strips or tiles, planes together or apart, under any
 * compression that the library was built with. */
#include "../base/diag.h"
#include "image_format.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct tiff_job {
    const file_map *map;
    const char *path;
    uint64_t at;
    bool decoding; /* then a warning means lost data */
    char why[160];
    TIFF *tiff;
    image_want want;
    uint32_t width, height, block_width, block_height; /* block: a strip or a tile */
    uint16_t samples, bits, photometric, planar, compression;
    uint16_t *colour[3]; /* of the palette, 16 bits each */
    image_raster *raster;
} tiff_job;

/* ---- the library's way to the file, and its words ---- */

static tmsize_t take_bytes(thandle_t handle, void *to, tmsize_t n)
{
    tiff_job *job = handle;
    uint64_t left = job->at < job->map->size ? job->map->size - job->at : 0;
    size_t length = n < 0 ? 0 : (uint64_t)n < left ? (size_t)n : (size_t)left;
    if (length)
        memcpy(to, job->map->data + job->at, length);
    job->at += length;
    return (tmsize_t)length;
}

static tmsize_t give_bytes(thandle_t handle, void *from, tmsize_t n)
{
    (void)handle, (void)from, (void)n;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t to, int whence)
{
    tiff_job *job = handle;
    job->at = whence == SEEK_END ? job->map->size + to : whence == SEEK_CUR ? job->at + to : to;
    return job->at;
}

static toff_t size_of(thandle_t handle)
{
    return ((tiff_job *)handle)->map->size;
}

static int lend_map(thandle_t handle, void **data, toff_t *size)
{
    const tiff_job *job = handle;
    *data = (void *)(uintptr_t)job->map->data;
    *size = job->map->size;
    return 1;
}

static void take_map_back(thandle_t handle, void *data, toff_t size)
{
    (void)handle, (void)data, (void)size;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static void note_error(thandle_t handle, const char *module, const char *format, va_list arguments)
{
    tiff_job *job = handle;
    (void)module;
    if (job && !job->why[0])
        vsnprintf(job->why, sizeof job->why, format, arguments);
}

static void note_warning(thandle_t handle, const char *module, const char *format, va_list arguments)
{
    if (handle && ((tiff_job *)handle)->decoding)
        note_error(handle, module, format, arguments);
}

static void set_handlers(void)
{
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    TIFFSetErrorHandlerExt(note_error);
    TIFFSetWarningHandlerExt(note_warning);
}

static bool tiff_open(tiff_job *job)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_handlers);
    job->tiff =
        TIFFClientOpen("", "r", job, take_bytes, give_bytes, seek, close_nothing, size_of, lend_map, take_map_back);
    return job->tiff != NULL;
}

/* ---- before the pixels ---- */

/* Pages; thumbnails and transparency masks of a page, which say so, are none. Left at the first page. */
static int count_pages(TIFF *tiff)
{
    int pages = 1;
    while (TIFFReadDirectory(tiff)) {
        uint32_t kind = 0;
        TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &kind);
        pages += (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0;
    }
    TIFFSetDirectory(tiff, 0);
    return pages;
}

static void look_at_page(TIFF *tiff, const file_map *map, image_facts *facts)
{
    uint32_t width = 0, height = 0, xmp_size = 0, profile_size = 0;
    uint16_t orientation = 0, bits = 1, extra = 0, *kinds = NULL;
    void *xmp = NULL, *profile = NULL;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    facts->width = width <= IMAGE_MOST_PIXELS ? (int)width : 0;
    facts->height = height <= IMAGE_MOST_PIXELS ? (int)height : 0;
    facts->beside |= bits == 16 ? IMAGE_DEEP : 0;
    if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds) && extra > 0)
        facts->beside |= IMAGE_ALPHA;
    if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &profile_size, &profile))
        facts->beside |= IMAGE_PROFILE;
    TIFFGetField(tiff, TIFFTAG_XMLPACKET, &xmp_size, &xmp);
    if (TIFFIsBigTIFF(tiff) && TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation))
        facts->orientation = orientation;
    else /* a TIFF is built as an EXIF block is */
        image_facts_turn(facts, map->data, map->size, xmp, xmp_size);
}

int image_tiff_look(const file_map *map, image_facts *facts)
{
    tiff_job job = { .map = map };
    if (!tiff_open(&job))
        return 0;
    look_at_page(job.tiff, map, facts);
    facts->frames = count_pages(job.tiff);
    TIFFClose(job.tiff);
    return 0;
}

/* ---- the pixels ---- */

static int refuse(const tiff_job *job, const char *what)
{
    return complain(
        "%s: a TIFF of %s; grey, palette and RGB of up to 16 bits are read, convert it, e.g. with ImageMagick: "
        "convert '%s' '%s.png'",
        job->path, what, job->path, job->path);
}

static int damaged(const tiff_job *job)
{
    return complain("%s: damaged or truncated TIFF: %s; copy or convert it again", job->path,
                    job->why[0] ? job->why : "its data are wrong");
}

static bool premultiplied(TIFF *tiff)
{
    uint16_t extra = 0, *kinds = NULL;
    TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
    return extra > 0 && kinds && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
}

static bool is_grey(const tiff_job *job)
{
    return job->photometric == PHOTOMETRIC_MINISBLACK || job->photometric == PHOTOMETRIC_MINISWHITE;
}

/* Blurred edges: the library turns the colours of its JPEG into RGB. */
static bool is_jpeg(const tiff_job *job)
{
    return job->compression == COMPRESSION_JPEG;
}

static int check_form(tiff_job *job)
{
    uint16_t format = SAMPLEFORMAT_UINT;
    char what[80];
    TIFFGetFieldDefaulted(job->tiff, TIFFTAG_SAMPLEFORMAT, &format);
    if (!TIFFIsCODECConfigured(job->compression)) {
        snprintf(what, sizeof what, "compression %u, which the installed libtiff lacks", job->compression);
        return refuse(job, what);
    }
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID)
        return refuse(job, format == SAMPLEFORMAT_IEEEFP ? "floating point samples" : "signed or complex samples");
    if (job->bits != 1 && job->bits != 2 && job->bits != 4 && job->bits != 8 && job->bits != 16) {
        snprintf(what, sizeof what, "%u bit samples", job->bits);
        return refuse(job, what);
    }
    bool palette = job->photometric == PHOTOMETRIC_PALETTE && job->bits <= 8;
    bool rgb = job->photometric == PHOTOMETRIC_RGB && job->samples >= 3 && job->bits >= 8;
    if (!is_grey(job) && !palette && !rgb) {
        snprintf(what, sizeof what, "colours of another kind (photometric %u, %u samples of %u bits)", job->photometric,
                 job->samples, job->bits);
        return refuse(job, what);
    }
    if (premultiplied(job->tiff))
        return refuse(job, "colours multiplied by their transparency");
    if (palette && !TIFFGetField(job->tiff, TIFFTAG_COLORMAP, &job->colour[0], &job->colour[1], &job->colour[2]))
        return refuse(job, "a palette that is missing");
    return 0;
}

static int read_form(tiff_job *job)
{
    TIFF *tiff = job->tiff;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &job->width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &job->height) ||
        !TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &job->photometric))
        return damaged(job);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &job->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &job->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &job->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &job->compression);
    if (is_jpeg(job) && job->photometric == PHOTOMETRIC_YCBCR && job->planar == PLANARCONFIG_CONTIG) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        job->photometric = PHOTOMETRIC_RGB;
    }
    job->block_width = job->width;
    if (TIFFIsTiled(tiff)) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &job->block_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &job->block_height);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &job->block_height);
        job->block_height = job->block_height < job->height ? job->block_height : job->height;
    }
    if (check_form(job) < 0)
        return -1;
    return image_raster_take(job->path, job->width, job->height, 3, job->raster);
}

/* Sample number i of a row, at its full depth. */
static uint32_t sample(const tiff_job *job, const uint8_t *row, size_t i)
{
    if (job->bits == 8)
        return row[i];
    if (job->bits == 16) {
        uint16_t value; /* in this machine's order */
        memcpy(&value, row + 2 * i, sizeof value);
        return value;
    }
    size_t bit = i * job->bits;
    return (uint32_t)row[bit / 8] >> (8 - job->bits - bit % 8) & ((1u << job->bits) - 1);
}

/* To eight bits; for a mask any depth above zero counts. */
static uint8_t narrow(const tiff_job *job, uint32_t value)
{
    const uint32_t most = (1u << job->bits) - 1;
    if (job->photometric == PHOTOMETRIC_MINISWHITE)
        value = most - value;
    if (job->bits == 16)
        return (uint8_t)(job->want == IMAGE_WANT_MASK ? (value ? 255 : 0) : value >> 8);
    return (uint8_t)(value * (255 / most));
}

static uint8_t colour_of(const tiff_job *job, int channel, uint32_t index)
{
    uint16_t value = job->colour[channel][index];
    return (uint8_t)(job->want == IMAGE_WANT_MASK ? (value ? 255 : 0) : value >> 8);
}

/* A row of a block, `step` samples a pixel, into the raster: all channels, or the one of a plane. */
static void spread_row(const tiff_job *job, const uint8_t *row, size_t step, int plane, uint8_t *to, size_t pixels)
{
    for (size_t x = 0; x < pixels; x++, to += 3) {
        uint32_t value = sample(job, row, x * step);
        if (job->photometric == PHOTOMETRIC_PALETTE)
            for (int c = 0; c < 3; c++)
                to[c] = colour_of(job, c, value);
        else if (is_grey(job))
            to[0] = to[1] = to[2] = narrow(job, value);
        else if (plane >= 0)
            to[plane] = narrow(job, value);
        else
            for (size_t c = 0; c < 3; c++)
                to[c] = narrow(job, sample(job, row, x * step + c));
    }
}

/* The block whose upper left pixel is (x, y). */
static int read_block(tiff_job *job, uint32_t x, uint32_t y, int plane, uint8_t *room, tmsize_t bytes)
{
    const bool tiled = TIFFIsTiled(job->tiff);
    const uint16_t which = (uint16_t)(plane < 0 ? 0 : plane);
    const size_t step = job->planar == PLANARCONFIG_CONTIG ? job->samples : 1;
    const uint32_t rows = job->height - y < job->block_height ? job->height - y : job->block_height;
    const uint32_t pixels = job->width - x < job->block_width ? job->width - x : job->block_width;
    const size_t stride = ((size_t)job->block_width * step * job->bits + 7) / 8;
    const tmsize_t needed = (tmsize_t)(stride * (tiled ? job->block_height : rows));
    if (needed > bytes)
        return complain("%s: damaged TIFF: its blocks are smaller than their pixels; convert it again", job->path);
    tmsize_t got = tiled ? TIFFReadEncodedTile(job->tiff, TIFFComputeTile(job->tiff, x, y, 0, which), room, bytes)
                         : TIFFReadEncodedStrip(job->tiff, TIFFComputeStrip(job->tiff, y, which), room, needed);
    if (got < needed || job->why[0])
        return damaged(job);
    for (uint32_t row = 0; row < rows; row++)
        spread_row(job, room + row * stride, step, plane, job->raster->value + 3 * ((size_t)(y + row) * job->width + x),
                   pixels);
    return 0;
}

static int read_blocks(tiff_job *job)
{
    const bool apart = job->planar == PLANARCONFIG_SEPARATE && job->photometric == PHOTOMETRIC_RGB;
    const tmsize_t bytes = TIFFIsTiled(job->tiff) ? TIFFTileSize(job->tiff) : TIFFStripSize(job->tiff);
    if (bytes <= 0 || job->block_width == 0 || job->block_height == 0 || bytes / 16 > IMAGE_MOST_PIXELS)
        return damaged(job);
    uint8_t *room = take((size_t)bytes, 1, "a part of a TIFF");
    int status = room ? 0 : -1;
    job->decoding = true;
    job->why[0] = 0; /* what is wrong beside the pixels harms none of them */
    for (int plane = apart ? 0 : -1; plane < (apart ? 3 : 0); plane++)
        for (uint64_t y = 0; y < job->height; y += job->block_height)
            for (uint64_t x = 0; x < job->width && status == 0; x += job->block_width)
                status = read_block(job, (uint32_t)x, (uint32_t)y, plane, room, bytes);
    free(room);
    return status;
}

int image_tiff_decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    tiff_job job = { .map = map, .path = path, .want = want, .raster = out };
    if (!tiff_open(&job))
        return damaged(&job);
    int status = read_form(&job);
    if (status == 0)
        status = read_blocks(&job);
    TIFFClose(job.tiff);
    return status < 0 ? -1 : is_jpeg(&job) ? IMAGE_BLURRED : IMAGE_EXACT;
}
