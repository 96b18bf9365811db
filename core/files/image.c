#include "image.h"
#include "../base/diag.h"
#include "image_format.h"
#include <stdlib.h>
#include <string.h>

static int look(const file_map *map, const image_format *format, image_facts *facts)
{
    *facts = (image_facts){ .orientation = 1, .frames = 1, .format = format->name };
    return format->look(map, facts);
}

int image_look(const char *path, image_facts *facts)
{
    file_map map;
    *facts = (image_facts){ .orientation = 1, .frames = 1 };
    if (file_map_open(path, &map) < 0)
        return -1;
    const image_format *format = image_format_find(&map, path);
    int status = format ? look(&map, format, facts) : -1;
    file_map_close(&map);
    if (facts->orientation >= 5) {
        int width = facts->width;
        facts->width = facts->height;
        facts->height = width;
    }
    return status;
}

static int decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    image_facts facts;
    const image_format *format = image_format_find(map, path);
    if (!format || look(map, format, &facts) < 0)
        return -1;
    if (facts.frames > 1)
        return complain("%s: a %s of %d pictures; files of a single one are read, save the one you mean, e.g. with "
                        "ImageMagick: convert '%s[0]' '%s.png'",
                        path, format->name, facts.frames, path, path);
    int least = format->decode(map, path, want, out);
    if (least > 0 && want == IMAGE_WANT_MASK) {
        image_raster_mark(out, least, out->value);
        out->channels = 1;
    }
    return least < 0 ? -1 : image_raster_turn(out, facts.orientation);
}

/* The members of a picture or a mask; zero on failure. */
static int read_into(const char *path, image_want want, int *width, int *height, uint8_t **value)
{
    file_map map;
    image_raster raster = { 0 };
    int status = file_map_open(path, &map);
    if (status == 0) {
        status = decode(&map, path, want, &raster);
        file_map_close(&map);
    }
    if (status < 0) {
        free(raster.value);
        raster = (image_raster){ 0 };
    }
    *width = raster.width;
    *height = raster.height;
    *value = raster.value;
    return status;
}

int image_read(const char *path, ablate_image *image)
{
    return read_into(path, IMAGE_WANT_RGB, &image->width, &image->height, &image->rgb);
}

void image_free(ablate_image *image)
{
    free(image->rgb);
    *image = (ablate_image){ 0 };
}

int image_mask_read(const char *path, image_mask *mask)
{
    return read_into(path, IMAGE_WANT_MASK, &mask->width, &mask->height, &mask->value);
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
    image_raster_mark(&(image_raster){ image->width, image->height, 3, image->rgb }, IMAGE_EXACT, raster.value);
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
