/* damage_gaps.c: what is gone. */
#include "damage_parts.h"
#include "noise.h"

void carve_holes(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    canvas_disc(c, d->x, d->y, fmaxf(1.5f, 0.35f * d->size));
    for (int n = draw_below(&s, 3); n > 0; n--)
        canvas_disc(c, d->x + d->size * draw_range(&s, -1, 1), d->y + d->size * draw_range(&s, -1, 1),
                    fmaxf(1.2f, d->size * draw_range(&s, 0.12f, 0.3f)));
    canvas_carve(c, object);
}

/* A ragged slit, widest in the middle. */
void carve_tear(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    float dx = cosf(d->angle), dy = sinf(d->angle), widest = fmaxf(2.5f, 0.35f * d->size);
    float x = d->x - d->size * dx, y = d->y - d->size * dy, width = 0.5f;
    for (int i = 1; i <= 8; i++) {
        float along = d->size * (0.25f * (float)i - 1), off = i < 8 ? 0.12f * d->size * draw_range(&s, -1, 1) : 0;
        float nx = d->x + along * dx - off * dy, ny = d->y + along * dy + off * dx;
        float next = widest * sinf(DAMAGE_PI * (float)i / 8) * draw_range(&s, 0.7f, 1.2f) + 0.5f;
        canvas_line(c, x, y, nx, ny, width, next);
        x = nx;
        y = ny;
        width = next;
    }
    canvas_carve(c, object);
}

void carve_chips(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    for (int n = 1 + draw_below(&s, 3); n > 0; n--) {
        float far = 0.5f * d->size * (float)(n - 1);
        canvas_blob(c, d->x + far * draw_range(&s, -1, 1), d->y + far * draw_range(&s, -1, 1),
                    fmaxf(2.5f, 0.6f * d->size * draw_range(&s, 0.6f, 1.1f)), 0.5f, (uint32_t)draw_word(&s));
    }
    canvas_carve(c, object);
}

/* All beyond a straight line is gone. */
void carve_part(canvas *c, const damage *d, int object)
{
    float nx = cosf(d->angle), ny = sinf(d->angle);
    for (int j = c->shown.top; j < c->shown.bottom; j++)
        for (int i = c->shown.left; i < c->shown.right; i++) {
            int p = j * CANVAS_SIDE + i;
            float beyond = ((float)i + 0.5f - d->x) * nx + ((float)j + 0.5f - d->y) * ny;
            if (c->owner[p] == object && beyond > c->distance[p])
                c->distance[p] = beyond;
        }
}
