/* Flaws with an area: holes, dents, stains, oil, debris, glue, roughness, chips. */
#include "brush.h"

static void touch_hole(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.35f, 0.9f / b->radius) * clamp(b->strength, 0, 1.1f);
    float rim = brush_blob(b, x * 0.72f, y * 0.72f, 0.35f, 0.3f) * clamp(b->strength, 0, 1.1f);
    float inner = 0.55f + 0.6f * noise_value(x * 0.5f, y * 0.5f, b->salt);
    s->tint = colour_mix(s->tint, colour_scale(b->tint, inner), clamp(on, 0, 1));
    s->tint = colour_mix(s->tint, colour_scale(s->tint, 1.25f), 0.5f * clamp(rim - on, 0, 1));
    s->height += b->pixel * (1.2f * (rim - on) - (2 + 0.3f * b->radius) * on);
    s->gloss *= 1 - 0.9f * clamp(on, 0, 1);
    s->metal *= 1 - clamp(on, 0, 1);
}

void mark_hole(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 4, touch_hole);
}

static void touch_dent(const brush *b, float x, float y, surface *s)
{
    point p = turn((point){ x, y }, -b->angle);
    float r = length(p.x / b->radius, p.y / (0.7f * b->radius));
    r *= 1 + 0.15f * noise(x / b->radius, y / b->radius, b->salt);
    float bowl = ramp(1, 0.1f, r), rim = ramp(0.8f, 1.05f, r) * ramp(1.35f, 1.05f, r);
    s->height += b->pixel * b->radius * b->strength * (0.06f * rim - 0.38f * bowl);
    s->tint = colour_mix(s->tint, b->tint, clamp(0.16f * bowl * b->strength, 0, 1));
}

void mark_dent(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_dent);
}

static void touch_stain(const brush *b, float x, float y, surface *s)
{
    float body = brush_blob(b, x, y, 0.7f, 0.12f + 0.7f / b->radius);
    float uneven = 0.7f + 0.5f * noise_value(x * 0.16f, y * 0.16f, b->salt + 9);
    float edge = 1 + 0.35f * body * (1 - body) * 4;
    float on = clamp(0.6f * body * uneven * edge * b->strength, 0, 1);
    s->tint = colour_mix(s->tint, b->tint, on);
    s->gloss *= 1 - 0.4f * on;
}

void mark_stain(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.tint = tint_vary(b.tint, 0.3f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_stain);
}

static void touch_oil(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.45f, 0.5f / b->radius + 0.04f);
    float film = brush_blob(b, x * 1.2f, y * 1.2f, 0.45f, 0.3f) * on;
    s->tint = colour_mix(s->tint, colour_mix(colour_scale(s->tint, 0.55f), b->tint, 0.25f), 0.85f * on * b->strength);
    s->height += b->pixel * 1.3f * film * b->strength;
    s->gloss = mix(s->gloss, 0.4f, on * clamp(b->strength, 0, 1));
    s->sharp = mix(s->sharp, 0.7f, on);
}

void mark_oil(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_oil);
}

static void touch_debris(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.8f, 0.7f / b->radius);
    if (on <= 0)
        return;
    float bulge = brush_blob(b, x, y, 0.8f, 0.6f), lump = noise_fractal(x * 0.25f, y * 0.25f, 2, b->salt + 5);
    surface top = *s;
    top.tint = colour_scale(b->tint, 0.8f + 0.45f * lump);
    top.height = s->height + b->pixel * (0.8f + 0.5f * b->radius * bulge + 0.9f * lump);
    top.gloss = 0.12f;
    top.sharp = 0.3f;
    top.metal = top.glow = 0;
    surface_cover(s, on * clamp(0.35f + 0.65f * b->strength, 0, 1), &top);
}

void mark_debris(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.tint = tint_vary(b.tint, 0.3f, random);
    b.loose = true;
    int crumbs = draw_below(random, 4);
    brush_sweep(&b, 2.4f * b.radius + 2, touch_debris);
    brush crumb = b;
    for (int i = 0; i < crumbs; i++) {
        crumb.centre.x = b.centre.x + 2 * b.radius * draw_normal(random);
        crumb.centre.y = b.centre.y + 2 * b.radius * draw_normal(random);
        crumb.radius = clamp(b.radius * draw_between(random, 0.15f, 0.5f), 1, 99);
        crumb.salt = draw_bits(random);
        brush_sweep(&crumb, 2.4f * crumb.radius + 2, touch_debris);
    }
}

static void touch_glue(const brush *b, float x, float y, surface *s)
{
    point p = turn((point){ x, y }, -b->angle);
    p.y *= 1.9f;
    float on = brush_blob(b, p.x, p.y, 0.3f, 0.6f / b->radius + 0.03f);
    float bulge = brush_blob(b, p.x * 1.15f, p.y * 1.15f, 0.3f, 0.45f);
    float ripple = noise_fractal(x * 0.11f, y * 0.11f, 2, b->salt + 3);
    float cloud = 0.35f + 0.3f * noise_value(x * 0.1f, y * 0.1f, b->salt + 4);
    s->tint = colour_mix(s->tint, b->tint, clamp(cloud * on * b->strength, 0, 0.9f));
    float top = mix(b->level, s->height, 0.2f) + b->pixel * (1.5f + 0.2f * b->radius * bulge + 1.5f * ripple);
    s->height = mix(s->height, top, 0.9f * on * ramp(0, 0.4f, bulge));
    s->gloss = mix(s->gloss, 0.5f, on * clamp(b->strength, 0, 1));
    s->sharp = mix(s->sharp, 0.75f, on);
    s->metal *= 1 - 0.6f * on;
}

void mark_glue(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.loose = true;
    brush_sweep(&b, 2.2f * b.radius + 2, touch_glue);
}

static void touch_rough(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.6f, 0.2f) * b->strength;
    cells grain = noise_cells(x * 0.35f, y * 0.35f, b->salt);
    s->height += b->pixel * on * (0.9f * grain.first - 0.8f);
    s->tint = colour_mix(s->tint, b->tint, clamp(on * (0.3f + 0.35f * grain.first), 0, 1));
    s->gloss *= 1 - 0.9f * clamp(on, 0, 1);
}

void mark_rough(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_rough);
}

static void touch_chip(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.5f, 0.5f / b->radius);
    if (on <= 0)
        return;
    /* Broken stone and resin part along facets: planes that fall at different slopes. */
    cells facet = noise_cells(x / b->radius * 1.4f + 3, y / b->radius * 1.4f, b->salt);
    float tilt_x = (float)(facet.id & 255) / 255 - 0.5f, tilt_y = (float)(facet.id >> 8 & 255) / 255 - 0.5f;
    float deep = b->radius * 0.16f + 1 + 0.9f * (tilt_x * x + tilt_y * y);
    float grain = 0.85f + 0.3f * noise_value(x * 0.8f, y * 0.8f, b->salt);
    float strength = clamp(b->strength, 0, 1.1f);
    s->height -= b->pixel * on * strength * (deep > 0.5f ? deep : 0.5f);
    s->tint = colour_mix(s->tint, colour_scale(b->tint, grain), clamp(0.85f * on * strength, 0, 1));
    s->gloss = mix(s->gloss, 0.05f, on * clamp(strength, 0, 1));
    s->metal *= 1 - 0.7f * on;
}

void mark_chip(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_chip);
}
