/* canvas.c: brushes. */
#include "canvas.h"
#include "noise.h"

float canvas_coverage(const canvas *c, int pixel, int object)
{
    return c->owner[pixel] == object ? noise_limit(0.5f - c->distance[pixel], 0, 1) : 0;
}

/* The pixels within `reach` of a rectangle that are made; the mask's own box grows to hold them. */
static canvas_box box_take(canvas *c, float ax, float ay, float bx, float by, float reach)
{
    canvas_box b = { noise_floor(fminf(ax, bx) - reach), noise_floor(fminf(ay, by) - reach),
                     noise_floor(fmaxf(ax, bx) + reach) + 1, noise_floor(fmaxf(ay, by) + reach) + 1 };
    b.left = b.left < c->shown.left ? c->shown.left : b.left;
    b.top = b.top < c->shown.top ? c->shown.top : b.top;
    b.right = b.right > c->shown.right ? c->shown.right : b.right;
    b.bottom = b.bottom > c->shown.bottom ? c->shown.bottom : b.bottom;
    c->left = b.left < c->left ? b.left : c->left;
    c->top = b.top < c->top ? b.top : c->top;
    c->right = b.right > c->right ? b.right : c->right;
    c->bottom = b.bottom > c->bottom ? b.bottom : c->bottom;
    return b;
}

static void keep_larger(float *mask, float value)
{
    *mask = value > *mask ? value : *mask;
}

void canvas_line(canvas *c, float ax, float ay, float bx, float by, float width_a, float width_b)
{
    canvas_box b = box_take(c, ax, ay, bx, by, 0.5f * fmaxf(width_a, width_b) + 1);
    float dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy + 1e-6f;
    for (int j = b.top; j < b.bottom; j++)
        for (int i = b.left; i < b.right; i++) {
            float px = (float)i + 0.5f - ax, py = (float)j + 0.5f - ay;
            float t = noise_limit((px * dx + py * dy) / length, 0, 1);
            float ex = px - t * dx, ey = py - t * dy, width = noise_mix(width_a, width_b, t);
            float inside = 0.5f * width + 0.5f - sqrtf(ex * ex + ey * ey);
            keep_larger(&c->mask[j * CANVAS_SIDE + i], fminf(width, 1) * noise_limit(inside, 0, 1));
        }
}

void canvas_disc(canvas *c, float x, float y, float radius)
{
    canvas_line(c, x, y, x, y, 2 * radius, 2 * radius);
}

void canvas_blob(canvas *c, float x, float y, float radius, float roughness, uint32_t seed)
{
    canvas_box b = box_take(c, x, y, x, y, radius * (1 + roughness));
    for (int j = b.top; j < b.bottom; j++)
        for (int i = b.left; i < b.right; i++) {
            float dx = ((float)i + 0.5f - x) / radius, dy = ((float)j + 0.5f - y) / radius;
            float ragged = 2 * roughness * (noise_fractal(3 * dx, 3 * dy, 3, seed) - 0.5f);
            float r = sqrtf(dx * dx + dy * dy) + ragged;
            keep_larger(&c->mask[j * CANVAS_SIDE + i], noise_step(1, 0.75f, r));
        }
}

void canvas_tint(canvas *c, int object, const float rgb[3], float opacity)
{
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            int p = j * CANVAS_SIDE + i;
            float share = opacity * c->mask[p] * canvas_coverage(c, p, object);
            for (int k = 0; k < 3; k++)
                c->rgb[3 * p + k] = noise_mix(c->rgb[3 * p + k], rgb[k], share);
        }
}

void canvas_multiply(canvas *c, int object, const float rgb[3], float opacity)
{
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            int p = j * CANVAS_SIDE + i;
            float share = opacity * c->mask[p] * canvas_coverage(c, p, object);
            for (int k = 0; k < 3; k++)
                c->rgb[3 * p + k] *= 1 + share * (rgb[k] - 1);
        }
}

void canvas_carve(canvas *c, int object)
{
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            int p = j * CANVAS_SIDE + i;
            float removed = 3 * (c->mask[p] - 0.5f);
            if (c->owner[p] == object && c->mask[p] > 0 && removed > c->distance[p])
                c->distance[p] = removed;
        }
    canvas_rub(c);
}

void canvas_rub(canvas *c)
{
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++)
            c->mask[j * CANVAS_SIDE + i] = 0;
    c->left = c->top = CANVAS_SIDE;
    c->right = c->bottom = 0;
}
