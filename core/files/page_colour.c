#include "page_colour.h"
#include "../base/diag.h"
#include <math.h>

/* Viridis (van der Walt and Smith 2015) at nine places; straight between them. */
static const uint8_t stops[9][3] = { { 68, 1, 84 },    { 71, 44, 122 },  { 59, 81, 139 },
                                     { 44, 113, 142 }, { 33, 144, 141 }, { 39, 173, 129 },
                                     { 92, 200, 99 },  { 170, 220, 50 }, { 253, 231, 37 } };

int page_colour_map(const float *map, int size, double low, double high, ablate_image *out)
{
    int64_t pixels = (int64_t)size * size;
    *out = (ablate_image){ size, size, take((size_t)pixels * 3, 1, "a heat map") };
    if (!out->rgb)
        return -1;
    for (int64_t p = 0; p < pixels; p++) {
        double place = high > low ? 8 * ((double)map[p] - low) / (high - low) : 0;
        place = place > 0 ? fmin(place, 8) : 0;
        int stop = place < 8 ? (int)place : 7;
        for (int c = 0; c < 3; c++) {
            double from = stops[stop][c], to = stops[stop + 1][c];
            out->rgb[3 * p + c] = (uint8_t)lround(from + (to - from) * (place - stop));
        }
    }
    return 0;
}

static int is_defect(const image_mask *mask, int x, int y)
{
    return x >= 0 && y >= 0 && x < mask->width && y < mask->height && mask->value[y * mask->width + x] != 0;
}

static void paint(ablate_image *image, int x, int y, uint8_t value)
{
    for (int c = 0; c < 3; c++)
        image->rgb[3 * (y * image->width + x) + c] = value;
}

void page_colour_outline(ablate_image *image, const image_mask *mask)
{
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            bool inside = is_defect(mask, x, y), edge = false, near = false;
            for (int d = 0; d < 4; d++) {
                int to_x = x + (d == 0) - (d == 1), to_y = y + (d == 2) - (d == 3);
                edge = edge || !is_defect(mask, to_x, to_y);
                near = near || is_defect(mask, to_x, to_y);
            }
            if (inside && edge)
                paint(image, x, y, 255);
            else if (!inside && near)
                paint(image, x, y, 0);
        }
}
