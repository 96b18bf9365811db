#include "figure_map.h"
#include "../base/diag.h"
#include "image.h"
#include <math.h>
#include <stdlib.h>

enum { STEPS = 65536 };

int map_scale_whole(const float *value, int64_t count, const char *what, map_scale *scale)
{
    *scale = (map_scale){ INFINITY, -INFINITY };
    for (int64_t i = 0; i < count; i++) {
        double v = (double)value[i];
        if (!isfinite(v))
            return complain("%s: a number is %g, which no scale has; train the run again", what, v);
        scale->low = v < scale->low ? v : scale->low;
        scale->high = v > scale->high ? v : scale->high;
    }
    if (!(scale->low < scale->high))
        return complain("%s: all numbers are the same, so there is nothing to show", what);
    return 0;
}

static int step_of(double value, map_scale scale)
{
    double step = floor((value - scale.low) / (scale.high - scale.low) * STEPS);
    return step < 0 ? 0 : step >= STEPS ? STEPS - 1 : (int)step;
}

int map_scale_trim(const float *value, int64_t count, double out, map_scale *scale)
{
    int64_t *in_step = take_zeroed(STEPS, sizeof *in_step, "a scale"), beyond = 0;
    const int64_t most = (int64_t)(out * (double)count);
    const double step = (scale->high - scale->low) / STEPS;
    int first = 0, last = STEPS - 1;
    if (!in_step)
        return -1;
    for (int64_t i = 0; i < count; i++)
        in_step[step_of((double)value[i], *scale)]++;
    for (; first < last && beyond + in_step[first] <= most; first++)
        beyond += in_step[first];
    for (beyond = 0; last > first && beyond + in_step[last] <= most; last--)
        beyond += in_step[last];
    free(in_step);
    *scale = (map_scale){ scale->low + first * step, scale->low + (last + 1) * step };
    return 0;
}

int map_write(const char *path, const float *value, int width, int height, map_scale scale)
{
    size_t count = (size_t)width * (size_t)height;
    image_mask grey = { width, height, take(count, 1, "a map") };
    for (size_t i = 0; grey.value && i < count; i++) {
        double share = ((double)value[i] - scale.low) / (scale.high - scale.low);
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        grey.value[i] = (uint8_t)lrint(share * 255);
    }
    int status = grey.value ? image_mask_write_png(path, &grey) : -1;
    image_mask_free(&grey);
    return status;
}
