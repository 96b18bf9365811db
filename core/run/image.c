#include "image.h"
#include "../base/diag.h"
#include "image_parts.h"
#include <stdlib.h>
#include <string.h>

typedef struct signature {
    const char *bytes, *name;
    size_t length;
    int (*decode)(const file_map *, const char *, image_want, image_raster *); /* NULL: known, but not read */
} signature;

static const signature signatures[] = {
    { "\x89PNG\r\n\x1A\n", "PNG", 8, image_png_decode },
    { "\xFF\xD8\xFF", "JPEG", 3, image_jpeg_decode },
    { "BM", "BMP", 2, NULL },
    { "GIF8", "GIF", 4, NULL },
    { "II*\0", "TIFF", 4, NULL },
    { "MM\0*", "TIFF", 4, NULL },
    { "RIFF", "WebP or another RIFF", 4, NULL },
};

int image_raster_take(const char *what, int64_t width, int64_t height, int channels, image_raster *out)
{
    if (width < 1 || height < 1 || width > IMAGE_MOST_PIXELS || height > IMAGE_MOST_PIXELS / width) {
        complain("%s: a picture of %lld x %lld pixels; sides must be at least 1, and at most %d million pixels "
                 "are read",
                 what, (long long)width, (long long)height, IMAGE_MOST_PIXELS / 1000000);
        return -1;
    }
    uint8_t *value = take((size_t)(width * height), (size_t)channels, "a picture");
    if (!value)
        return -1;
    *out = (image_raster){ (int)width, (int)height, channels, value };
    return 0;
}

static int decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    if (map->size == 0)
        return complain("%s: the file is empty; a PNG or JPEG picture is needed", path);
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const signature *s = &signatures[i];
        bool cut = map->size < s->length;
        if (memcmp(map->data, s->bytes, cut ? map->size : s->length) != 0)
            continue;
        if (cut)
            return complain("%s: truncated %s: only %zu bytes; copy the file again", path, s->name, map->size);
        if (s->decode)
            return s->decode(map, path, want, out);
        return complain("%s: a %s file; only PNG and JPEG pictures are read, convert it to PNG", path, s->name);
    }
    return complain("%s: neither PNG nor JPEG; convert it to PNG", path);
}

static int raster_read(const char *path, image_want want, image_raster *out)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    int status = decode(&map, path, want, out);
    file_map_close(&map);
    return status;
}

int image_read(const char *path, ablate_image *image)
{
    *image = (ablate_image){ 0 };
    image_raster raster;
    if (raster_read(path, IMAGE_WANT_RGB, &raster) < 0)
        return -1;
    *image = (ablate_image){ raster.width, raster.height, raster.value };
    return 0;
}

void image_free(ablate_image *image)
{
    free(image->rgb);
    *image = (ablate_image){ 0 };
}

int image_mask_read(const char *path, image_mask *mask)
{
    *mask = (image_mask){ 0 };
    image_raster raster;
    if (raster_read(path, IMAGE_WANT_MASK, &raster) < 0)
        return -1;
    *mask = (image_mask){ raster.width, raster.height, raster.value };
    return 0;
}

void image_mask_free(image_mask *mask)
{
    free(mask->value);
    *mask = (image_mask){ 0 };
}

int image_mask_from(const ablate_image *image, image_mask *mask)
{
    *mask = (image_mask){ 0 };
    image_raster raster = { 0 };
    if (image_raster_take("mask", image->width, image->height, 1, &raster) < 0)
        return -1;
    size_t n = (size_t)image->width * (size_t)image->height;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *rgb = image->rgb + 3 * i;
        raster.value[i] = (rgb[0] | rgb[1] | rgb[2]) ? 255 : 0;
    }
    *mask = (image_mask){ raster.width, raster.height, raster.value };
    return 0;
}

int image_resize(const ablate_image *in, int width, int height, image_filter filter, ablate_image *out)
{
    image_raster from = { in->width, in->height, 3, in->rgb }, to = { 0 };
    int status = image_raster_resize(&from, width, height, filter, &to);
    *out = (ablate_image){ to.width, to.height, to.value };
    return status;
}

int image_fit(const ablate_image *in, int side, image_filter filter, ablate_image *out)
{
    image_raster from = { in->width, in->height, 3, in->rgb }, to = { 0 };
    int status = image_raster_fit(&from, side, filter, &to);
    *out = (ablate_image){ to.width, to.height, to.value };
    return status;
}

/* Grey values of a resized mask back to 0/255, unless they are wanted, and the raster into a mask. */
static int mask_finish(int status, const image_raster *raster, double threshold, image_mask *out)
{
    *out = (image_mask){ raster->width, raster->height, raster->value };
    if (status < 0)
        return -1;
    size_t n = (size_t)out->width * (size_t)out->height;
    for (size_t i = 0; threshold >= 0 && i < n; i++)
        out->value[i] = (double)out->value[i] > threshold * 255.0 ? 255 : 0;
    return 0;
}

int image_mask_resize(const image_mask *in, int width, int height, image_filter filter, double threshold,
                      image_mask *out)
{
    image_raster from = { in->width, in->height, 1, in->value }, to = { 0 };
    int status = image_raster_resize(&from, width, height, filter, &to);
    return mask_finish(status, &to, threshold, out);
}

int image_mask_fit(const image_mask *in, int side, image_filter filter, double threshold, image_mask *out)
{
    image_raster from = { in->width, in->height, 1, in->value }, to = { 0 };
    int status = image_raster_fit(&from, side, filter, &to);
    return mask_finish(status, &to, threshold, out);
}

void image_normalize(const ablate_image *image, const image_statistics *statistics, float *out)
{
    size_t n = (size_t)image->width * (size_t)image->height;
    for (size_t channel = 0; channel < 3; channel++) {
        float mean = statistics->mean[channel], std = statistics->std[channel];
        const uint8_t *from = image->rgb + channel;
        float *to = out + channel * n;
        for (size_t i = 0; i < n; i++)
            to[i] = ((float)from[3 * i] / 255.0f - mean) / std;
    }
}

const image_statistics *image_statistics_find(const char *name)
{
    static const image_statistics openai = { { 0.48145466f, 0.4578275f, 0.40821073f },
                                             { 0.26862954f, 0.26130258f, 0.27577711f } };
    static const image_statistics imagenet = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f } };
    if (strcmp(name, "openai") == 0)
        return &openai;
    if (strcmp(name, "imagenet") == 0)
        return &imagenet;
    complain("'%s': no such colour statistics; choose openai or imagenet", name);
    return NULL;
}
