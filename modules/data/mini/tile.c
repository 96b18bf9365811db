/* Tile: polished granite; speckles of three minerals in a light ground. */
#include "mini.h"

typedef struct tile {
    uint32_t salt;
    float size, dark, gloss;
    colour ground, vein, speck[3];
} tile;

static void prepare(void *model, stream *random, flaw *f)
{
    tile *m = model;
    (void)f;
    m->salt = draw_bits(random);
    m->size = draw_between(random, 7, 9);
    m->dark = draw_between(random, 0.16f, 0.3f);
    m->gloss = draw_between(random, 0.03f, 0.08f);
    m->ground = colour_scale(tint(0xC9C4BC), draw_between(random, 0.9f, 1.08f));
    m->vein = colour_scale(tint(0xAFA294), draw_between(random, 0.9f, 1.1f));
    m->speck[0] = tint(0x35322F);
    m->speck[1] = tint(0x6B6560);
    m->speck[2] = tint(0x8E7866);
}

/* One layer of crystals: cells of `size` a unit, the share `amount` of which is filled with colour. */
static void crystals(const tile *m, spot p, float warp, float size, float amount, const colour *fill, uint32_t salt,
                     colour *out)
{
    cells c = noise_cells(p.x * size + warp, p.y * size - warp, m->salt + salt);
    float chosen = (float)(c.id * 2654435761u >> 16 & 0xFFFF) / 65536;
    float soft = 1.5f * p.pixel * size, radius = 0.22f + 0.33f * (float)(c.id & 255) / 255;
    float on = chosen < amount ? ramp(radius + soft, radius - soft, c.first) : 0;
    *out = colour_mix(*out, *fill, 0.9f * on);
}

static void pixel(const void *model, spot p, surface *s)
{
    const tile *m = model;
    float cloud = noise_fractal(p.x * 3, p.y * 3, 2, m->salt);
    float sand = grain(p.x * 90, p.y * 90, m->salt + 20);
    float warp = 0.4f * noise(p.x * 18, p.y * 18, m->salt + 1);
    colour c = colour_mix(m->ground, m->vein, ramp(-0.4f, 0.6f, cloud));
    crystals(m, p, warp, m->size * 3.1f, 0.4f, &m->speck[2], 3, &c);
    crystals(m, p, warp, m->size * 1.9f, 0.36f, &m->speck[1], 6, &c);
    crystals(m, p, warp, m->size * 1.2f, m->dark, &m->speck[0], 9, &c);
    *s = (surface){ .tint = colour_scale(c, 1 + 0.06f * sand), .gloss = m->gloss, .sharp = 0.45f, .part = 1 };
    s->height = 0.001f * sand;
}

static const flaw_kind flaws[] = { { "crack", mark_crack, 2, { 0.25f, 0.8f }, { 0.8f, 1.2f }, 0x2A2622 },
                                   { "glue_strip", mark_glue, 2, { 0.1f, 0.24f }, { 0.4f, 0.9f }, 0xE4DCC8 },
                                   { "gray_stroke", mark_stroke, 2, { 0.15f, 0.45f }, { 0.6f, 1.1f }, 0x6E6E72 },
                                   { "oil", mark_oil, 2, { 0.08f, 0.2f }, { 0.6f, 1.15f }, 0x5A4A22 },
                                   { "rough", mark_rough, 2, { 0.1f, 0.22f }, { 0.9f, 1.5f }, 0xCFCAC2 },
                                   { 0 } };
const mini_class class_tile = { "mini-tile", flaws,   { 3.1f, 0.5f, { 0.9f, 1.1f }, { 0.8f, 1.1f }, 0.6f, 0.95f, 0.5f },
                                false,       prepare, pixel };
