#include "metrics_image.h"
#include "metrics_key.h"
#include <string.h>

/* to (height, width): means of `size` numbers of `from`, whose rows have `stride`, that lie `step` apart. */
static void pool(const double *from, int64_t stride, int64_t step, int size, int64_t height, int64_t width, double *to)
{
    const double share = 1.0 / size; /* before adding: a sum of great scores would be infinite */
    for (int64_t y = 0; y < height; y++) {
        double *sum = to + y * width;
        memset(sum, 0, (size_t)width * sizeof *sum);
        for (int k = 0; k < size; k++)
            for (int64_t x = 0; x < width; x++)
                sum[x] += share * from[y * stride + k * step + x];
    }
}

double image_pooled_maximum(const metrics_input *in, int64_t picture, int size, int times, double *room)
{
    int64_t height = in->height, width = in->width, pixels = height * width;
    double *map = room, *half = room + pixels;
    for (int64_t i = 0; i < pixels; i++)
        map[i] = score_of_pixel(in, picture * pixels + i);
    for (int time = 0; time < times; time++) {
        pool(map, width, 1, size, height, width - size + 1, half);
        width -= size - 1;
        height -= size - 1;
        pool(half, width, width, size, height, width, map);
    }
    double greatest = map[0];
    for (int64_t i = 1; i < height * width; i++)
        greatest = map[i] > greatest ? map[i] : greatest;
    return greatest;
}
