/* shape.h: points, colours and signed distances (negative inside). Lengths in object units: the picture is 2 wide. */
#ifndef MINI_SHAPE_H
#define MINI_SHAPE_H
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define PI 3.14159265f

typedef struct point {
    float x, y;
} point;
typedef struct colour { /* linear light, 0 to 1 */
    float r, g, b;
} colour;

static inline float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}
static inline float mix(float a, float b, float t)
{
    return a + t * (b - a);
}
static inline float ramp(float low, float high, float x) /* smoothstep; low > high: falling */
{
    float t = clamp((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}
static inline float square(float x)
{
    return x * x;
}
static inline point turn(point p, float angle)
{
    float c = cosf(angle), s = sinf(angle);
    return (point){ c * p.x - s * p.y, s * p.x + c * p.y };
}
static inline float length(float x, float y)
{
    return sqrtf(x * x + y * y);
}
static inline float root(float x) /* sqrt of what may have become negative */
{
    return x > 0 ? sqrtf(x) : 0;
}

/* 0xRRGGBB as seen on a screen, to linear light (gamma 2, undone by the camera). */
static inline colour tint(uint32_t rgb)
{
    float r = (float)(rgb >> 16 & 255) / 255, g = (float)(rgb >> 8 & 255) / 255, b = (float)(rgb & 255) / 255;
    return (colour){ r * r, g * g, b * b };
}
static inline colour colour_scale(colour c, float by)
{
    return (colour){ c.r * by, c.g * by, c.b * by };
}
static inline colour colour_mix(colour a, colour b, float t)
{
    return (colour){ mix(a.r, b.r, t), mix(a.g, b.g, t), mix(a.b, b.b, t) };
}

static inline float distance_box(float x, float y, float half_x, float half_y, float corner)
{
    float dx = fabsf(x) - half_x + corner, dy = fabsf(y) - half_y + corner;
    float outside = length(dx > 0 ? dx : 0, dy > 0 ? dy : 0), inside = dx > dy ? dx : dy;
    return outside + (inside < 0 ? inside : 0) - corner;
}
static inline float distance_segment(float x, float y, point a, point b)
{
    float dx = b.x - a.x, dy = b.y - a.y;
    float t = clamp(((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy + 1e-12f), 0, 1);
    return length(x - a.x - t * dx, y - a.y - t * dy);
}
float distance_path(float x, float y, const point *path, int n);

/* Distance to the strokes of a text in a plain stroke font, letters 0.6 wide and 1 high, 0.85 apart, centred on the
 * origin. Knows A-H, L, M, N, R, S, T, X, 0-9; others are blanks. */
float distance_text(float x, float y, const char *text);

#endif
