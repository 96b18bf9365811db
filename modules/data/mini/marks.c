/* Flaws drawn as lines: scratches, cracks, cuts, fibres, folds, staples, letters, brush strokes. */
#include "brush.h"

static void touch_scratch(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y);
    if (d > 3)
        return;
    float worn = ramp(-0.75f, 0.1f, noise(x * 0.12f, y * 0.12f, b->salt));
    float on = ramp(b->width + 0.7f, b->width - 0.5f, d) * worn * clamp(b->strength, 0, 1.4f);
    s->tint = colour_mix(s->tint, b->tint, clamp(0.65f * on, 0, 1));
    s->height += b->pixel * on * (0.35f * ramp(0.5f, 2, d) - 0.8f * ramp(1.2f, 0, d));
    s->gloss = mix(s->gloss, 0.3f, 0.6f * clamp(on, 0, 1));
}

void mark_scratch(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.width = draw_between(random, 0.35f, 0.9f);
    brush_line(&b, random, 0.6f, 0);
    int more = draw_below(random, 3);
    for (int i = 0; i < more; i++) {
        float angle = b.angle + 0.12f * draw_normal(random), part = b.radius * draw_between(random, 0.3f, 0.8f);
        point from = { draw_normal(random) * 4 - part * cosf(angle), draw_normal(random) * 4 - part * sinf(angle) };
        brush_walk(&b, random, from, angle, 2 * part, 0.6f, 0);
    }
    brush_sweep(&b, 1.3f * b.radius + 8, touch_scratch);
}

static void touch_crack(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y), end = ramp(1.5f, 0.5f, length(x, y) / b->radius);
    if (d > 4)
        return;
    float width = b->width * (0.35f + 0.65f * end) * (0.75f + 0.5f * noise_value(x * 0.2f, y * 0.2f, b->salt));
    float on = ramp(width + 0.6f, width - 0.6f, d) * clamp(b->strength, 0, 1.2f);
    s->tint = colour_mix(s->tint, colour_mix(colour_scale(s->tint, 0.15f), b->tint, 0.6f), clamp(0.9f * on, 0, 1));
    s->height -= b->pixel * 2.2f * on;
    s->height += b->pixel * 0.4f * b->strength * ramp(4, 1, d);
    s->gloss *= 1 - clamp(on, 0, 1);
}

void mark_crack(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.width = 0.6f + 0.012f * b.radius + 0.5f * draw(random);
    brush_line(&b, random, 0.6f, 0.5f);
    int branches = 1 + draw_below(random, 3);
    for (int i = 0; i < branches; i++) {
        point from = b.path[0][3 + draw_below(random, 8)];
        float side = draw(random) < 0.5f ? -1.0f : 1.0f;
        brush_walk(&b, random, from, b.angle + side * draw_between(random, 0.4f, 1), b.radius * 0.7f, 0.5f, 0.5f);
    }
    brush_sweep(&b, 1.6f * b.radius + 6, touch_crack);
}

static void touch_cut(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y), along = length(x, y) / b->radius;
    float ragged = 1 + 0.45f * noise(x * 0.45f, y * 0.45f, b->salt);
    float width = b->width * root(1 - 0.9f * square(clamp(along, 0, 1))) * ragged;
    if (d > width + 5)
        return;
    float open = ramp(width + 0.5f, width - 0.8f, d) * clamp(b->strength, 0, 1.1f);
    float lip = ramp(width + 4, width + 0.8f, d) * ramp(width - 1, width + 0.8f, d) * ramp(1.15f, 0.8f, along);
    colour inside = colour_scale(b->tint, 0.7f + 0.6f * noise_value(x * 0.5f, y * 0.5f, b->salt + 1));
    s->tint = colour_mix(s->tint, inside, clamp(0.92f * open, 0, 1));
    s->height += b->pixel * (1.3f * lip - 3 * open) * b->strength;
    s->gloss *= 1 - 0.9f * clamp(open, 0, 1);
}

void mark_cut(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.width = clamp(0.07f * b.radius, 0.7f, 3.5f) * draw_between(random, 0.7f, 1.4f);
    brush_line(&b, random, 0.35f, 0);
    brush_sweep(&b, 1.2f * b.radius + 8, touch_cut);
}

static void touch_fibre(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y);
    float on = ramp(b->width + 0.5f, b->width - 0.5f, d) * clamp(0.3f + 0.7f * b->strength, 0, 1);
    if (on <= 0)
        return;
    float round = root(1 - square(clamp(d / (b->width + 0.5f), 0, 1)));
    float twist = 0.8f + 0.4f * noise_value((x + y) * 0.45f, (x - y) * 0.12f, b->salt);
    s->tint = colour_mix(s->tint, colour_scale(b->tint, twist), on);
    s->height = mix(s->height, s->height + b->pixel * (1 + b->width * round), on);
    s->gloss = mix(s->gloss, 0.08f, on);
    s->metal *= 1 - on;
    s->glow *= 1 - on;
}

void mark_fibre(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.loose = true;
    b.width = draw_between(random, 0.6f, 1.5f);
    brush_line(&b, random, 2.6f, 0.12f);
    brush_sweep(&b, 1.5f * b.radius + 4, touch_fibre);
}

static void touch_fold(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y), end = ramp(1.1f, 0.6f, length(x, y) / b->radius);
    float ridge = ramp(b->width * 2, 0, d) * end * b->strength, crease = ramp(1.6f, 0.2f, d) * end * b->strength;
    s->height += b->pixel * (0.9f * b->width * ridge - 1.4f * crease);
    s->tint = colour_mix(s->tint, b->tint, clamp(0.12f * ridge + 0.4f * crease, 0, 1));
}

void mark_fold(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.width = draw_between(random, 2.5f, 5);
    brush_line(&b, random, 0.5f, 0.05f);
    brush_sweep(&b, 1.2f * b.radius + 12, touch_fold);
}

static void touch_staple(const brush *b, float x, float y, surface *s)
{
    float d = brush_distance(b, x, y), on = ramp(b->width + 0.5f, b->width - 0.5f, d);
    if (on <= 0)
        return;
    surface top = *s;
    top.tint = b->tint;
    top.height = s->height + b->pixel * (1.5f + b->width * root(1 - square(clamp(d / (b->width + 0.3f), 0, 1))));
    top.gloss = 0.7f;
    top.sharp = 0.5f;
    top.metal = 0.85f;
    surface_cover(s, on * clamp(0.4f + 0.6f * b->strength, 0, 1), &top);
}

void mark_staple(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.loose = true;
    b.width = clamp(0.16f * b.radius, 1, 3);
    float hook = b.angle + (draw(random) < 0.5f ? -1.3f : 1.3f);
    brush_line(&b, random, 0.25f, 0);
    brush_walk(&b, random, b.path[0][PATH_POINTS - 1], hook, b.radius * draw_between(random, 0.2f, 0.7f), 0.3f, 0);
    brush_sweep(&b, 1.8f * b.radius + 4, touch_staple);
}

static void touch_print(const brush *b, float x, float y, surface *s)
{
    static const char *const words[] = { "H2", "A7", "XR", "5", "TA", "3C" };
    float size = 1.1f * b->radius;
    point p = turn((point){ x / size, y / size }, -b->angle);
    float d = distance_text(p.x, p.y, words[b->salt % 6]) * size - 0.11f * size;
    float worn = ramp(0.1f, 0.45f, noise_value(x * 0.35f, y * 0.35f, b->salt));
    float on = ramp(0.6f, -0.6f, d) * worn * clamp(b->strength, 0, 1);
    s->tint = colour_mix(s->tint, b->tint, 0.85f * on);
    s->gloss *= 1 - 0.6f * on;
}

void mark_print(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 1.6f * b.radius + 4, touch_print);
}

static void touch_stroke(const brush *b, float x, float y, surface *s)
{
    point p = turn((point){ x, y }, -b->angle);
    float bend = 0.1f * b->radius * sinf(2.2f * p.x / b->radius + (float)(b->salt & 7));
    float edge = 1 + 0.25f * noise(p.x * 0.15f, 3, b->salt), across = fabsf(p.y - bend) / (b->width * edge);
    float streak = 0.55f + 0.45f * noise_value(p.x * 0.03f, p.y * 0.9f, b->salt + 1);
    float dry = ramp(0.15f, 0.5f, streak + 0.3f - 0.3f * fabsf(p.x) / b->radius);
    float on = ramp(1.1f, 0.85f, across) * ramp(1.05f, 0.93f, fabsf(p.x) / b->radius) * dry;
    s->tint = colour_mix(s->tint, b->tint, clamp(0.75f * on * streak * b->strength, 0, 1));
    s->gloss *= 1 - 0.5f * on;
}

void mark_stroke(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.width = b.radius * draw_between(random, 0.12f, 0.3f) + 1;
    brush_sweep(&b, 1.2f * b.radius + 4, touch_stroke);
}
