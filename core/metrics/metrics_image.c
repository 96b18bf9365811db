#include "metrics_image.h"
#include <string.h>

/* to (height, width - size + 1): means of `size` neighbours of each row of from (height, width). */
static void pool_rows(const double *from, int64_t height, int64_t width, int size, double *to)
{
    int64_t left = width - size + 1;
    const double share = 1.0 / size; /* before adding: a sum of great scores would be infinite */
    for (int64_t y = 0; y < height; y++) {
        memset(to + y * left, 0, (size_t)left * sizeof *to);
        for (int k = 0; k < size; k++)
            for (int64_t x = 0; x < left; x++)
                to[y * left + x] += share * from[y * width + x + k];
    }
}

/* to (height - size + 1, width): means of `size` rows below each other. */
static void pool_columns(const double *from, int64_t height, int64_t width, int size, double *to)
{
    const double share = 1.0 / size;
    for (int64_t y = 0; y + size <= height; y++) {
        double *sum = to + y * width;
        memset(sum, 0, (size_t)width * sizeof *sum);
        for (int k = 0; k < size; k++)
            for (int64_t x = 0; x < width; x++)
                sum[x] += share * from[(y + k) * width + x];
    }
}

double image_pooled_maximum(const metrics_input *in, int64_t picture, int size, int times, double *room)
{
    int64_t height = in->height, width = in->width, pixels = height * width;
    double *map = room, *half = room + pixels;
    for (int64_t i = 0; i < pixels; i++)
        map[i] = in->maps ? (double)in->maps[picture * pixels + i] : in->maps_wide[picture * pixels + i];
    for (int time = 0; time < times; time++) {
        pool_rows(map, height, width, size, half);
        width -= size - 1;
        pool_columns(half, height, width, size, map);
        height -= size - 1;
    }
    double greatest = map[0];
    for (int64_t i = 1; i < height * width; i++)
        greatest = map[i] > greatest ? map[i] : greatest;
    return greatest;
}
