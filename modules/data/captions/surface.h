/* surface.h: what things are made of: a colour or two, a pattern and a material. */
#ifndef CAPTIONS_SURFACE_H
#define CAPTIONS_SURFACE_H
#include "draw.h"
#include "photograph.h"

typedef struct surface {
    int material, pattern, color, color2; /* indices of the names below */
    float tint[3], tint2[3];              /* linear RGB, 0 to 1 */
    float cosine, sine, scale, x, y;      /* texture units a pixel, after a turn and a shift */
    float pattern_scale;
    uint32_t seed;
    const photograph
        *photograph; /* which it shows, `scale` of its pixels a pixel, or NULL; its color is what it is most like */
} surface;

extern const char *const surface_colors[]; /* NULL-ended names */
extern const char *const surface_patterns[];
enum { PATTERN_PLAIN, SURFACE_COLORS = 14, SURFACE_GRAY = 10, SURFACE_MIDDLE = 64 /* of the picture, in pixels */ };
const char *surface_material_name(int material); /* NULL past the last */
float surface_gloss(const surface *);            /* 0 matt to 1 mirror-like */

/* A random surface with a pattern in the share `patterned` of draws; its colours are not `other_color`. */
surface surface_draw(draw_stream *, int other_color, float patterned);

/* A surface that shows one of the photographs, which there must be: a thing as a whole if it is cut out, else a part.
 */
surface surface_photograph_draw(draw_stream *);

/* The material's colour at a pixel, before light falls on it, and how much of the pixel it covers: all, but where a
 * photograph is transparent. */
float surface_color_at(const surface *, float x, float y, float rgb[3]);

/* material.c and pattern.c: brightness about 1; share of the second colour, 0 to 1. */
typedef float surface_field(float u, float v, uint32_t seed);
typedef struct surface_material {
    const char *name;
    surface_field *shade;
    float gloss;
    int natural; /* its usual colour, or -1: any */
} surface_material;
extern const surface_material surface_materials[];
extern surface_field *const surface_pattern_fields[];

#endif
