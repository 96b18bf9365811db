/* brush.h: what the marks share: a place, a path of strokes, and a sweep over the pixels near it. Lengths in pixels. */
#ifndef MINI_BRUSH_H
#define MINI_BRUSH_H
#include "class.h"
#include "marks.h"

enum { PATHS = 4, PATH_POINTS = 14 };

typedef struct brush {
    canvas *canvas;
    const flaw *flaw;
    point centre; /* pixels */
    float radius; /* of the whole mark */
    float angle;  /* its long axis */
    float width;  /* half, of strokes */
    float strength;
    float level; /* height of the surface there, averaged */
    float pixel; /* object units a pixel: unit of heights */
    colour tint;
    uint32_t salt;
    bool loose; /* lies on top, may overhang the flaw's parts */
    int paths, points[PATHS];
    point path[PATHS][PATH_POINTS]; /* from the centre */
} brush;

/* Changes one pixel, x and y from the centre. */
typedef void touch(const brush *, float x, float y, surface *);

/* A brush at a random place of the flaw's parts, with the flaw's size, strength and colour. */
brush brush_begin(canvas *, const flaw *, stream *);

/* The colour a little brighter or darker, its channels apart by up to `hue`. */
colour tint_vary(colour, float hue, stream *);

/* Appends a path from `from`, heading `angle`, `length` long, that wanders: `bend` smoothly, `jag` from point to point
 * (radians). Returns its end. */
point brush_walk(brush *, stream *, point from, float angle, float length, float bend, float jag);

/* A wandering path through the centre, along the brush's angle. */
void brush_line(brush *, stream *, float bend, float jag);

/* Touches every pixel within `reach` of the centre that lies on the flaw's parts (all, if loose). */
void brush_sweep(const brush *, float reach, touch *);

float brush_distance(const brush *, float x, float y); /* to the nearest path */

/* 1 inside a blob of uneven outline (`uneven` 0: disc) of the brush's radius, 0 outside, soft over `soft` radii. */
float brush_blob(const brush *, float x, float y, float uneven, float soft);

#endif
