/* Separable resampling in fixed point, as in Pillow (Resample.c by A. Karpinsky): coefficients in double, normalised to
 * sum one, rounded to 22 fractional bits; first along the rows, then along the columns, each time rounded to 8 bits. */
#include "../base/diag.h"
#include "image_raster.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 8 bits of the pixel and 2 of head room (negative lobes) leave 22 of an int32. */
enum { FRACTION_BITS = 32 - 8 - 2 };

typedef struct kernel {
    double (*weight)(double);
    double support;
} kernel;

typedef struct taps { /* result element i = sum over j < count[i] of coefficient[i * most + j] * input[first[i] + j] */
    int most;
    int *first, *count;
    int32_t *coefficient;
} taps;

static double bilinear(double x)
{
    x = fabs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

static double bicubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    return x < 2.0 ? (((x - 5.0) * x + 8.0) * x - 4.0) * a : 0.0;
}

static kernel kernel_of(image_filter filter)
{
    return filter == IMAGE_BICUBIC ? (kernel){ bicubic, 2.0 } : (kernel){ bilinear, 1.0 };
}

static void taps_free(taps *t)
{
    free(t->first);
    free(t->count);
    free(t->coefficient);
}

/* Coefficients of one result element; `weight` is working room. */
static void taps_fill(taps *t, int i, int in_size, int out_size, kernel k, double *weight)
{
    double scale = (double)in_size / (double)out_size, widen = scale < 1.0 ? 1.0 : scale;
    double support = k.support * widen, centre = ((double)i + 0.5) * scale, sum = 0.0;
    int first = (int)(centre - support + 0.5), end = (int)(centre + support + 0.5);
    first = first < 0 ? 0 : first;
    end = end > in_size ? in_size : end;
    t->first[i] = first;
    t->count[i] = end - first;
    for (int j = 0; j < end - first; j++) {
        weight[j] = k.weight(((double)(j + first) - centre + 0.5) * (1.0 / widen));
        sum += weight[j];
    }
    int32_t *coefficient = t->coefficient + (size_t)i * (size_t)t->most;
    for (int j = 0; j < end - first; j++) {
        double share = (sum != 0.0 ? weight[j] / sum : weight[j]) * (double)(1 << FRACTION_BITS);
        coefficient[j] = (int32_t)(share < 0.0 ? share - 0.5 : share + 0.5);
    }
}

static int taps_make(taps *t, int in_size, int out_size, kernel k)
{
    double scale = (double)in_size / (double)out_size;
    t->most = (int)ceil(k.support * (scale < 1.0 ? 1.0 : scale)) * 2 + 1;
    t->first = take((size_t)out_size, sizeof *t->first, "resize positions");
    t->count = take((size_t)out_size, sizeof *t->count, "resize positions");
    t->coefficient = take((size_t)out_size * (size_t)t->most, sizeof *t->coefficient, "resize coefficients");
    double *weight = take((size_t)t->most, sizeof *weight, "resize coefficients");
    bool ok = t->first && t->count && t->coefficient && weight;
    for (int i = 0; ok && i < out_size; i++)
        taps_fill(t, i, in_size, out_size, k, weight);
    free(weight);
    return ok ? 0 : -1;
}

static uint8_t rounded(int32_t sum)
{
    int32_t value = sum >> FRACTION_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Horizontal pass over one row, grey and RGB: all channels in one loop, because this is where resizing spends its time.
 */
static void grey_row_resize(const taps *t, const uint8_t *in, int out_width, uint8_t *out)
{
    for (int x = 0; x < out_width; x++) {
        const int32_t *coefficient = t->coefficient + (size_t)x * (size_t)t->most;
        const uint8_t *from = in + t->first[x];
        int32_t sum = 1 << (FRACTION_BITS - 1);
        for (int j = 0; j < t->count[x]; j++)
            sum += from[j] * coefficient[j];
        out[x] = rounded(sum);
    }
}

static void rgb_row_resize(const taps *t, const uint8_t *in, int out_width, uint8_t *out)
{
    for (int x = 0; x < out_width; x++, out += 3) {
        const int32_t *coefficient = t->coefficient + (size_t)x * (size_t)t->most;
        const uint8_t *from = in + 3 * (size_t)t->first[x];
        int32_t red = 1 << (FRACTION_BITS - 1), green = red, blue = red;
        for (int j = 0; j < t->count[x]; j++, from += 3) {
            red += from[0] * coefficient[j];
            green += from[1] * coefficient[j];
            blue += from[2] * coefficient[j];
        }
        out[0] = rounded(red);
        out[1] = rounded(green);
        out[2] = rounded(blue);
    }
}

/* Vertical pass: result row y from rows of `stride` bytes; `sum` is working room of that length. */
static void column_resize(const taps *t, int y, const uint8_t *in, size_t stride, int32_t *sum, uint8_t *out)
{
    const int32_t *coefficient = t->coefficient + (size_t)y * (size_t)t->most;
    for (size_t x = 0; x < stride; x++)
        sum[x] = 1 << (FRACTION_BITS - 1);
    for (int j = 0; j < t->count[y]; j++) {
        const uint8_t *from = in + (size_t)(t->first[y] + j) * stride;
        for (size_t x = 0; x < stride; x++)
            sum[x] += from[x] * coefficient[j];
    }
    for (size_t x = 0; x < stride; x++)
        out[x] = rounded(sum[x]);
}

static int horizontal(const image_raster *in, int width, kernel k, image_raster *out)
{
    taps t = { 0 };
    int status = taps_make(&t, in->width, width, k);
    if (status == 0)
        status = image_raster_take("resize", width, in->height, in->channels, out);
    size_t from = (size_t)in->width * (size_t)in->channels, to = (size_t)width * (size_t)in->channels;
    for (size_t y = 0; status == 0 && y < (size_t)in->height; y++)
        (in->channels == 3 ? rgb_row_resize : grey_row_resize)(&t, in->value + y * from, width, out->value + y * to);
    taps_free(&t);
    return status;
}

static int vertical(const image_raster *in, int height, kernel k, image_raster *out)
{
    taps t = { 0 };
    size_t stride = (size_t)in->width * (size_t)in->channels;
    int32_t *sum = take(stride, sizeof *sum, "resize sums");
    int status = sum ? taps_make(&t, in->height, height, k) : -1;
    if (status == 0)
        status = image_raster_take("resize", in->width, height, in->channels, out);
    for (int y = 0; status == 0 && y < height; y++)
        column_resize(&t, y, in->value, stride, sum, out->value + (size_t)y * stride);
    taps_free(&t);
    free(sum);
    return status;
}

/* The middle of an odd remainder as Python's round does it: halves to the even number. */
static int middle_offset(int outer, int inner)
{
    int room = outer - inner, half = room / 2;
    return room % 2 && half % 2 ? half + 1 : half;
}

/* The middle of it; of the same size, a copy. `what` begins the complaint. */
static int crop(const char *what, const image_raster *in, int width, int height, image_raster *out)
{
    if (image_raster_take(what, width, height, in->channels, out) < 0)
        return -1;
    size_t channels = (size_t)in->channels, x = (size_t)middle_offset(in->width, width);
    size_t y = (size_t)middle_offset(in->height, height), row = (size_t)width * channels;
    for (size_t i = 0; i < (size_t)height; i++)
        memcpy(out->value + i * row, in->value + ((y + i) * (size_t)in->width + x) * channels, row);
    return 0;
}

/* Input position of each result element. Positions are added up, not multiplied out: so does Pillow, and the last bit
 * of a sum decides now and then which pixel is taken. */
static int *nearest_positions(int in_size, int out_size)
{
    int *position = take((size_t)out_size, sizeof *position, "resize positions");
    if (!position)
        return NULL;
    double step = (double)in_size / (double)out_size, at = step * 0.5;
    for (int i = 0; i < out_size; i++, at += step)
        position[i] = (int)at < in_size ? (int)at : in_size - 1;
    return position;
}

static int nearest(const image_raster *in, int width, int height, image_raster *out)
{
    int *column = nearest_positions(in->width, width), *row = nearest_positions(in->height, height);
    int status = column && row ? image_raster_take("resize", width, height, in->channels, out) : -1;
    size_t channels = (size_t)in->channels;
    for (int y = 0; status == 0 && y < height; y++) {
        const uint8_t *from = in->value + (size_t)row[y] * (size_t)in->width * channels;
        uint8_t *to = out->value + (size_t)y * (size_t)width * channels;
        for (int x = 0; x < width; x++)
            memcpy(to + (size_t)x * channels, from + (size_t)column[x] * channels, channels);
    }
    free(column);
    free(row);
    return status;
}

int image_raster_resize(const image_raster *in, int width, int height, image_filter filter, image_raster *out)
{
    if (width < 1 || height < 1 || in->width < 1 || in->height < 1) {
        complain("resize: %d x %d to %d x %d pixels; sides must be at least 1", in->width, in->height, width, height);
        return -1;
    }
    if (width == in->width && height == in->height)
        return crop("resize", in, width, height, out);
    if (filter == IMAGE_NEAREST)
        return nearest(in, width, height, out);
    kernel k = kernel_of(filter);
    if (height == in->height)
        return horizontal(in, width, k, out);
    if (width == in->width)
        return vertical(in, height, k, out);
    image_raster middle = { 0 };
    if (horizontal(in, width, k, &middle) < 0)
        return -1;
    int status = vertical(&middle, height, k, out);
    free(middle.value);
    return status;
}

int image_raster_fit(const image_raster *in, int side, image_filter filter, image_raster *out)
{
    if (side < 1 || in->width < 1 || in->height < 1)
        return complain("resize: %d x %d pixels to side %d; sides must be at least 1", in->width, in->height, side);
    bool wide = in->width > in->height;
    int64_t shorter = wide ? in->height : in->width, longer = wide ? in->width : in->height;
    int64_t scaled = (int64_t)side * longer / shorter;
    if (scaled > IMAGE_MOST_PIXELS / side)
        return complain("resize: %d x %d pixels to shorter side %d is %lld x %d; at most %d million pixels are made",
                        in->width, in->height, side, (long long)scaled, side, IMAGE_MOST_PIXELS / 1000000);
    image_raster whole = { 0 };
    if (image_raster_resize(in, wide ? (int)scaled : side, wide ? side : (int)scaled, filter, &whole) < 0)
        return -1;
    int status = crop("crop", &whole, side, side, out);
    free(whole.value);
    return status;
}
