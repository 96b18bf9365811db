#include "../mini/brush.h"
#include "minivisa.h"

static void touch_spot(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.5f, 0.25f + 0.6f / b->radius) * clamp(b->strength, 0, 1.2f);
    float uneven = 0.75f + 0.35f * noise_value(x * 0.3f, y * 0.3f, b->salt + 2);
    s->tint = colour_mix(s->tint, b->tint, clamp(0.8f * on * uneven, 0, 0.95f));
}

void mark_spot(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.2f * b.radius + 2, touch_spot);
}

/* Charred in the middle, browned around it, blistered. */
static void touch_burn(const brush *b, float x, float y, surface *s)
{
    float strength = clamp(b->strength, 0, 1.2f), brown = brush_blob(b, x, y, 0.6f, 0.55f) * strength;
    float coal = brush_blob(b, 1.5f * x, 1.5f * y, 0.8f, 0.4f) * strength;
    if (brown <= 0 && coal <= 0)
        return;
    float blister = noise_fractal(x * 0.3f, y * 0.3f, 3, b->salt + 1);
    colour scorched = { s->tint.r * 0.34f, s->tint.g * 0.22f, s->tint.b * 0.17f };
    s->tint = colour_mix(s->tint, scorched, clamp(0.85f * brown, 0, 1));
    s->tint = colour_mix(s->tint, colour_scale(b->tint, 0.7f + 0.6f * blister), clamp(0.9f * coal, 0, 1));
    s->height += b->pixel * coal * (0.8f * blister - 0.5f);
    s->gloss *= 1 - 0.8f * clamp(coal, 0, 1);
    s->metal *= 1 - clamp(brown, 0, 1);
}

void mark_burn(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    brush_sweep(&b, 2.6f * b.radius + 2, touch_burn);
}

/* A bubble of air below a clear skin: dark rim, bright spot towards the lamp, light gathered on the other side. */
static void touch_bubble(const brush *b, float x, float y, surface *s)
{
    float r = length(x, y) / b->radius, on = ramp(1 + 0.5f / b->radius, 1 - 0.5f / b->radius, r);
    float rim = ramp(0.55f, 0.95f, r) * on, strength = clamp(0.3f + 0.7f * b->strength, 0, 1.2f);
    float lit = ramp(0.35f, 0.1f, length(x / b->radius + 0.35f, y / b->radius + 0.4f));
    float far = ramp(0.5f, 0.9f, r) * ramp(0, 0.8f, (x + y) / b->radius) * on;
    s->tint = colour_mix(s->tint, colour_scale(s->tint, 0.3f), clamp(0.8f * rim * strength, 0, 1));
    s->tint = colour_mix(s->tint, b->tint, clamp((0.25f * on + 0.9f * lit + 0.35f * far) * strength, 0, 1));
}

void mark_bubble(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.radius = clamp(b.radius, 1.8f, 99); /* smaller ones would not be seen */
    brush_sweep(&b, b.radius + 2, touch_bubble);
    int more = draw_below(random, 3);
    for (int i = 0; i < more; i++) {
        brush small = b;
        small.radius = clamp(b.radius * draw_between(random, 0.35f, 0.6f), 1.2f, 99);
        float angle = draw_between(random, -PI, PI), away = b.radius + small.radius + 1;
        small.centre = (point){ b.centre.x + away * cosf(angle), b.centre.y + away * sinf(angle) };
        brush_sweep(&small, small.radius + 2, touch_bubble);
    }
}

static void touch_lump(const brush *b, float x, float y, surface *s)
{
    float on = brush_blob(b, x, y, 0.45f, 0.6f / b->radius), bulge = brush_blob(b, x, y, 0.45f, 0.6f);
    if (on <= 0)
        return;
    float wave = noise_fractal(x * 0.12f, y * 0.12f, 2, b->salt + 4);
    surface top = *s;
    top.tint = colour_scale(b->tint, 1 + 0.08f * wave);
    top.height = s->height + b->pixel * b->strength * (0.5f + 0.45f * b->radius * bulge + wave);
    top.gloss = 0.3f;
    top.sharp = 0.45f;
    top.metal = 0;
    surface_cover(s, on, &top);
}

void mark_lump(canvas *c, const flaw *f, stream *random)
{
    brush b = brush_begin(c, f, random);
    b.loose = true;
    brush_sweep(&b, 2.2f * b.radius + 2, touch_lump);
    point from = b.centre;
    int drops = draw_below(random, 3);
    for (int i = 0; i < drops; i++) {
        b.centre.x = from.x + 1.6f * b.radius * draw_normal(random);
        b.centre.y = from.y + 1.6f * b.radius * draw_normal(random);
        brush drop = b;
        drop.radius = clamp(b.radius * draw_between(random, 0.25f, 0.5f), 1.5f, 99);
        brush_sweep(&drop, 2.2f * drop.radius + 2, touch_lump);
    }
}
