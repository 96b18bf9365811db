/* canvas.h: the buffers of one picture while it is made, and brushes for masks on it. */
#ifndef CAPTIONS_CANVAS_H
#define CAPTIONS_CANVAS_H
#include <stdint.h>

enum { CANVAS_SIDE = 128, CANVAS_AREA = CANVAS_SIDE * CANVAS_SIDE };

typedef struct canvas_box {
    int left, top, right, bottom; /* right, bottom: one past the last */
} canvas_box;

typedef struct canvas {
    float rgb[3 * CANVAS_AREA];
    float distance[CANVAS_AREA];  /* pixels to the outline of the nearest object, negative inside */
    uint8_t owner[CANVAS_AREA];   /* that object */
    float mask[CANVAS_AREA];      /* 0 to 1; all 0 between damages */
    int left, top, right, bottom; /* pixels outside this box have mask 0 */
    canvas_box shown;             /* pixels outside this box are not made */
} canvas;

float canvas_coverage(const canvas *, int pixel, int object); /* how much of a pixel the object fills, 0 to 1 */

/* Brushes; each keeps the larger of the old and the new value. Coordinates and widths in pixels. */
void canvas_line(canvas *, float ax, float ay, float bx, float by, float width_a, float width_b);
void canvas_disc(canvas *, float x, float y, float radius);
void canvas_blob(canvas *, float x, float y, float radius, float roughness, uint32_t seed); /* ragged, soft disc */

/* Uses of the mask on one object; `rub` empties it again. */
void canvas_tint(canvas *, int object, const float rgb[3], float opacity);     /* mixes the colour in */
void canvas_multiply(canvas *, int object, const float rgb[3], float opacity); /* as a glaze */
void canvas_carve(canvas *, int object);                                       /* takes the masked part away */
void canvas_rub(canvas *);

#endif
