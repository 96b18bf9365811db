/* figure_map.h: numbers as grey pictures on a stated scale. */
#ifndef ABLATE_FIGURE_MAP_H
#define ABLATE_FIGURE_MAP_H
#include <stdint.h>

typedef struct map_scale {
    double low, high; /* shown as 0 and as 255; what lies beyond is shown as these. low < high */
} map_scale;

#define MAP_BEYOND 0.005 /* left out at each end: a few extreme numbers would leave all others dark */

/* Least and greatest of `count` numbers. 0, or -1: complained: none, one is not finite, or all are the same. */
int map_scale_whole(const float *value, int64_t count, const char *what, map_scale *);

/* Leaves out the share `out` of the numbers at each end: whole steps of 1/65536 of the scale given are cut off as long
 * as no more than that share lies beyond. 0, or -1: complained: no memory. */
int map_scale_trim(const float *value, int64_t count, double out, map_scale *);

/* PNG of (height, width) numbers, in steps of 1/255 of the scale. 0, or -1: complained. */
int map_write(const char *path, const float *value, int width, int height, map_scale);

#endif
