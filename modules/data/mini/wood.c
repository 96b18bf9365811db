/* Wood: a planed board; year rings cut lengthwise, pores, and now and then a flame. */
#include "mini.h"

typedef struct wood {
    uint32_t salt;
    float rings, flame, heart, pores;
    colour early, late;
} wood;

static void prepare(void *model, stream *random, flaw *f)
{
    wood *m = model;
    (void)f;
    m->salt = draw_bits(random);
    m->rings = draw_between(random, 6, 10);
    m->flame = draw_between(random, 0.25f, 0.8f);
    m->heart = draw_between(random, -1.6f, 1.6f);
    m->pores = draw_between(random, 0.5f, 1);
    float level = draw_between(random, 0.85f, 1.12f);
    m->early = colour_scale(tint(0xC0946A), level);
    m->late = colour_scale(tint(0x8C5B37), level);
}

static void pixel(const void *model, spot p, surface *s)
{
    const wood *m = model;
    float warp = noise_fractal(p.x * 1.6f, p.y * 0.35f, 3, m->salt);
    float depth = root(square(p.x - m->heart) + 0.02f + square(m->flame * 0.35f * (p.y + 0.4f * warp)));
    float ring = m->rings * depth + 1.1f * warp, phase = ring - (float)floor_int(ring);
    float late = ramp(0.1f, 0.85f, phase) * ramp(1, 0.88f, phase);
    float fibre = noise(p.x * 85, p.y * 3.5f, m->salt + 5), fine = noise(p.x * 150, p.y * 9, m->salt + 6);
    float pore = ramp(0.42f, 0.7f, noise(p.x * 62, p.y * 5, m->salt + 7)) * (0.4f + 0.6f * late) * m->pores;
    colour c = colour_mix(m->early, m->late, clamp(0.75f * late + 0.12f * fibre, 0, 1));
    c = colour_scale(c, (1 + 0.09f * fibre + 0.07f * fine) * (1 - 0.5f * pore) * (1 + 0.1f * warp));
    *s = (surface){ .tint = c, .gloss = 0.05f, .sharp = 0.15f, .part = 1 };
    s->height = 0.0022f * fine - 0.006f * pore + 0.002f * late;
}

static const flaw_kind flaws[] = { { "colour", mark_stain, 2, { 0.05f, 0.2f }, { 0.3f, 1 }, 0x4A2E4E },
                                   { "hole", mark_hole, 2, { 0.02f, 0.07f }, { 0.6f, 1 }, 0x1C100A },
                                   { "liquid", mark_oil, 2, { 0.06f, 0.2f }, { 0.3f, 0.9f }, 0x4A3018 },
                                   { "scratch", mark_scratch, 2, { 0.1f, 0.5f }, { 0.5f, 1.2f }, 0xE2C9A4 },
                                   { 0 } };
const mini_class class_wood = {
    "mini-wood", flaws, { 0.05f, 0.3f, { 0.9f, 1.1f }, { 0.75f, 1.05f }, 0.55f, 1.05f, 0.5f }, false, prepare, pixel
};
