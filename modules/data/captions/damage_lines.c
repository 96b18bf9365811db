/* damage_lines.c: scratches, cracks, cuts and folds. */
#include "damage_parts.h"
#include "noise.h"

/* A bundle of thin, nearly parallel lines, light or dark, each with a shaded side. */
void paint_scratch(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    bool pale = draw_chance(&s, 0.65f);
    for (int pass = 0; pass < 2; pass++) { /* first the shaded side, one pixel beside */
        draw_stream lines = s;
        for (int n = 1 + draw_below(&lines, 4); n > 0; n--) {
            float angle = d->angle + draw_range(&lines, -0.25f, 0.25f), half = d->size * draw_range(&lines, 0.6f, 1.4f);
            float x = d->x + d->size * draw_range(&lines, -0.4f, 0.4f),
                  y = d->y + d->size * draw_range(&lines, -0.4f, 0.4f);
            float dx = half * cosf(angle), dy = half * sinf(angle), shift = pass ? 0 : 1;
            float sag = 0.15f * half * draw_range(&lines, -1, 1), width = draw_range(&lines, 0.6f, 1.6f);
            float mx = x - sag * sinf(angle), my = y + sag * cosf(angle);
            canvas_line(c, x - dx + shift, y - dy + shift, mx + shift, my + shift, 0.4f, width);
            canvas_line(c, mx + shift, my + shift, x + dx + shift, y + dy + shift, width, 0.3f);
        }
        canvas_tint(c, object, (pass == 1) == pale ? DAMAGE_PALE : DAMAGE_DARK, pass ? 0.85f : 0.4f);
        canvas_rub(c);
    }
}

/* A line that turns at random and branches; the width falls to nothing at its ends. */
static void grow_crack(canvas *c, draw_stream *s, float x, float y, float angle, float length, float width, int depth)
{
    int steps = 4 + draw_below(s, 5);
    float step = length / (float)steps;
    for (int i = 0; i < steps; i++) {
        float turned = angle + draw_range(s, -0.7f, 0.7f), next = width * (1 - 0.8f / (float)steps);
        float nx = x + step * cosf(turned), ny = y + step * sinf(turned);
        canvas_line(c, x, y, nx, ny, width, next);
        if (depth > 0 && draw_chance(s, 0.3f))
            grow_crack(c, s, nx, ny, turned + (draw_chance(s, 0.5f) ? 0.9f : -0.9f), 0.5f * length, 0.7f * next,
                       depth - 1);
        x = nx;
        y = ny;
        width = next;
    }
}

void paint_crack(canvas *c, const damage *d, int object)
{
    for (int pass = 0; pass < 2; pass++) { /* first a pale rim */
        draw_stream s = damage_details(d);
        int arms = 2 + draw_below(&s, 3);
        float width = draw_range(&s, 1, 2.2f) + (pass ? 0 : 1.2f);
        for (int i = 0; i < arms; i++) {
            float angle = d->angle + 2 * DAMAGE_PI * (float)i / (float)arms + draw_range(&s, -0.4f, 0.4f);
            grow_crack(c, &s, d->x, d->y, angle, d->size * draw_range(&s, 0.8f, 1.5f), width, 1);
        }
        canvas_tint(c, object, pass ? DAMAGE_DARK : DAMAGE_PALE, pass ? 0.9f : 0.3f);
        canvas_rub(c);
    }
}

void paint_cut(canvas *c, const damage *d, int object)
{
    float dx = d->size * cosf(d->angle), dy = d->size * sinf(d->angle);
    for (int pass = 0; pass < 2; pass++) {
        float width = pass ? 1.6f : 3.6f;
        canvas_line(c, d->x - dx, d->y - dy, d->x, d->y, 0.5f, width);
        canvas_line(c, d->x, d->y, d->x + dx, d->y + dy, width, 0.5f);
        canvas_tint(c, object, pass ? DAMAGE_DARK : DAMAGE_PALE, pass ? 0.95f : 0.5f);
        canvas_rub(c);
    }
}

/* Folds: each lights one side of a line and darkens the other. */
void paint_crease(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    const float lit[3] = { 1.45f, 1.45f, 1.45f }, dim[3] = { 0.5f, 0.5f, 0.5f };
    for (int n = 2 + draw_below(&s, 4); n > 0; n--) {
        float angle = d->angle + draw_range(&s, -1.2f, 1.2f), half = 1.5f * d->size, width = draw_range(&s, 1.5f, 4);
        float x = d->x + d->size * draw_range(&s, -0.7f, 0.7f), y = d->y + d->size * draw_range(&s, -0.7f, 0.7f);
        float dx = half * cosf(angle), dy = half * sinf(angle), nx = -0.5f * width * sinf(angle),
              ny = 0.5f * width * cosf(angle);
        canvas_line(c, x - dx + nx, y - dy + ny, x + dx + nx, y + dy + ny, width, 0.4f * width);
        canvas_multiply(c, object, lit, 0.8f);
        canvas_rub(c);
        canvas_line(c, x - dx - nx, y - dy - ny, x + dx - nx, y + dy - ny, width, 0.4f * width);
        canvas_multiply(c, object, dim, 0.8f);
        canvas_rub(c);
    }
}
