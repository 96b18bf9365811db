#include "image_raster.h"
#include "../base/diag.h"
#include <stdlib.h>

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

void image_raster_mark(const image_raster *raster, int least, uint8_t *to)
{
    size_t n = (size_t)raster->width * (size_t)raster->height, channels = (size_t)raster->channels;
    for (size_t i = 0; i < n; i++) {
        uint8_t any = 0;
        for (size_t c = 0; c < channels; c++)
            any |= raster->value[i * channels + c];
        to[i] = any >= least ? 255 : 0;
    }
}

/* The stored pixel of the seen pixel (x, y): swap says that x counts stored rows, back that a stored axis is counted
 * from its end. */
int image_raster_turn(image_raster *raster, int orientation)
{
    static const struct {
        bool swap, back_x, back_y;
    } turns[9] = { [2] = { 0, 1, 0 }, [3] = { 0, 1, 1 }, [4] = { 0, 0, 1 }, [5] = { 1, 0, 0 },
                   [6] = { 1, 0, 1 }, [7] = { 1, 1, 1 }, [8] = { 1, 1, 0 } };
    if (orientation < 2 || orientation > 8)
        return 0;
    const bool swap = turns[orientation].swap;
    image_raster seen;
    if (image_raster_take("turning a picture", swap ? raster->height : raster->width,
                          swap ? raster->width : raster->height, raster->channels, &seen) < 0)
        return -1;
    const int64_t channels = raster->channels, row = raster->width * channels;
    const int64_t across = turns[orientation].back_x ? -channels : channels,
                  down = turns[orientation].back_y ? -row : row;
    const uint8_t *first =
        raster->value + (across < 0 ? row - channels : 0) + (down < 0 ? (raster->height - 1) * row : 0);
    uint8_t *to = seen.value;
    for (int y = 0; y < seen.height; y++) {
        const uint8_t *from = first + y * (swap ? across : down);
        for (int x = 0; x < seen.width; x++, from += swap ? down : across)
            for (int64_t c = 0; c < channels; c++)
                *to++ = from[c];
    }
    free(raster->value);
    *raster = seen;
    return 0;
}
