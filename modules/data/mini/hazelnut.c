/* Hazelnut: a ball with an axis in space; stripes run from the pale base to the tip. Any angle. */
#include "mini.h"

typedef struct hazelnut {
    uint32_t salt;
    float size, squash, tilt, base, stripes, tip;
    colour shell, stripe, pale, ground;
} hazelnut;

static void prepare(void *model, stream *random, flaw *f)
{
    hazelnut *m = model;
    (void)f;
    m->salt = draw_bits(random);
    m->size = draw_between(random, 0.62f, 0.7f);
    m->squash = draw_between(random, 0.88f, 0.98f);
    m->tilt = draw_between(random, -0.9f, 1.2f);
    m->base = draw_between(random, -0.72f, -0.55f);
    m->stripes = draw_between(random, 4, 7);
    m->tip = draw_between(random, 0.03f, 0.09f);
    float level = draw_between(random, 0.85f, 1.15f);
    m->shell = colour_scale(tint(0x9A5F34), level);
    m->stripe = colour_scale(tint(0x6B3A1E), level);
    m->pale = colour_scale(tint(0xB79570), level);
    m->ground = colour_scale(tint(0x121214), draw_between(random, 0.6f, 1.6f));
}

static void pixel(const void *model, spot p, surface *s)
{
    const hazelnut *m = model;
    float lint = grain(p.x * 80, p.y * 80, m->salt + 8);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.25f * lint), .gloss = 0.01f };
    float x = p.x / m->size, y = p.y / (m->size * m->squash), r = length(x, y), cosine = cosf(m->tilt),
          sine = sinf(m->tilt);
    if (r > 1.15f)
        return;
    float toward = x / (r + 1e-4f) * cosine; /* 1 in the direction of the tip */
    float bump = 1 + m->tip * ramp(0.9f, 1, toward) + 0.012f * noise(x * 2, y * 2, m->salt);
    x /= bump;
    y /= bump;
    float z = root(1 - x * x - y * y), latitude = x * cosine + z * sine;
    float side = z * cosine - x * sine, away = root(1 - latitude * latitude) + 1e-3f;
    float u = side / away, v = y / away; /* the meridian, as a point of the unit circle */
    float line = noise_fractal(m->stripes * u + 0.5f * latitude, m->stripes * v, 3, m->salt + 1);
    float fine = noise(22 * u + 3 * latitude, 22 * v, m->salt + 4),
          spots = noise_fractal(x * 7 + z, y * 7, 3, m->salt + 5);
    float edge = latitude + 0.05f * noise(9 * u, 9 * v, m->salt + 6),
          base = ramp(m->base + 0.03f, m->base - 0.03f, edge);
    surface top = { .sharp = 0.32f, .part = 1 };
    top.tint = colour_mix(m->shell, m->stripe, clamp(0.45f + 0.75f * line + 0.15f * fine, 0, 1));
    top.tint = colour_scale(top.tint, 1 + 0.2f * spots);
    float rough = noise_fractal(x * 16, y * 16, 2, m->salt + 7);
    top.tint = colour_mix(top.tint, colour_scale(m->pale, 1 + 0.3f * rough), base);
    top.tint = colour_mix(top.tint, m->pale, 0.5f * ramp(0.93f, 0.99f, latitude));
    top.gloss = 0.16f * (1 - base);
    top.height = m->size * 0.8f * z + 0.006f * line + base * 0.012f * rough;
    surface_cover(s, cover((r / bump - 1) * m->size, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "crack", mark_crack, 2, { 0.12f, 0.45f }, { 0.7f, 1.2f }, 0x120A06 },
                                   { "cut", mark_cut, 2, { 0.06f, 0.25f }, { 0.6f, 1 }, 0xD8B98C },
                                   { "hole", mark_hole, 2, { 0.025f, 0.09f }, { 0.6f, 1 }, 0x140C08 },
                                   { "print", mark_print, 2, { 0.1f, 0.24f }, { 0.5f, 1 }, 0xE6E2DA },
                                   { 0 } };
const mini_class class_hazelnut = {
    "mini-hazelnut", flaws, { PI, 0.05f, { 0.94f, 1.06f }, { 0.7f, 1.0f }, 0.35f, 1.15f, 0.5f }, true, prepare, pixel
};
