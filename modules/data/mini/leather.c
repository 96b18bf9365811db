/* Leather: a grained hide; cells of uneven size parted by creases. */
#include "mini.h"

typedef struct leather {
    uint32_t salt;
    float grain, stretch, gloss;
    colour base, deep;
} leather;

static void prepare(void *model, stream *random, flaw *f)
{
    leather *m = model;
    (void)f;
    m->salt = draw_bits(random);
    m->grain = draw_between(random, 23, 29);
    m->stretch = draw_between(random, 0.75f, 1.2f);
    m->gloss = draw_between(random, 0.05f, 0.1f);
    m->base =
        colour_scale(colour_mix(tint(0x8A4F2C), tint(0x7E5034), draw(random)), draw_between(random, 0.85f, 1.15f));
    m->deep = colour_mix(colour_scale(m->base, 0.35f), tint(0x2A1710), 0.4f);
}

static void pixel(const void *model, spot p, surface *s)
{
    const leather *m = model;
    float warp_x = 0.5f * noise(p.x * 5, p.y * 5, m->salt), warp_y = 0.5f * noise(p.x * 5 + 9, p.y * 5, m->salt + 1);
    cells big = noise_cells(p.x * m->grain + warp_x, p.y * m->grain * m->stretch + warp_y, m->salt + 2);
    cells fine = noise_cells(p.x * m->grain * 2.3f + warp_y, p.y * m->grain * 2.1f + warp_x, m->salt + 3);
    float crease = ramp(0.02f, 0.34f, big.second - big.first), wrinkle = ramp(0, 0.3f, fine.second - fine.first);
    float patch = noise_fractal(p.x * 1.8f, p.y * 1.8f, 3, m->salt + 4);
    float pore = grain(p.x * 100, p.y * 100, m->salt + 5);
    float level = (1 + 0.13f * patch) * (1 + 0.07f * pore) * (0.94f + 0.12f * (float)(big.id & 255) / 255);
    *s = (surface){ .tint = colour_scale(colour_mix(m->deep, m->base, 0.5f + 0.5f * crease), level), .part = 1 };
    s->height = 0.0065f * crease * (1.1f - 0.5f * big.first) + 0.002f * wrinkle + 0.02f * patch;
    s->gloss = m->gloss * (0.4f + 0.6f * crease);
    s->sharp = 0.25f;
}

static const flaw_kind flaws[] = { { "colour", mark_stain, 2, { 0.05f, 0.2f }, { 0.3f, 1 }, 0x2B2E4A },
                                   { "cut", mark_cut, 2, { 0.06f, 0.35f }, { 0.5f, 1 }, 0xB98E66 },
                                   { "fold", mark_fold, 2, { 0.2f, 0.6f }, { 0.5f, 1.1f }, 0x4A2A18 },
                                   { "glue", mark_glue, 2, { 0.06f, 0.22f }, { 0.4f, 0.9f }, 0xD9D2C0 },
                                   { "poke", mark_hole, 2, { 0.018f, 0.05f }, { 0.5f, 1 }, 0x1A0E08 },
                                   { 0 } };
const mini_class class_leather = {
    "mini-leather", flaws, { 0.4f, 0, { 0.9f, 1.12f }, { 0.65f, 0.95f }, 0.42f, 1.15f, 0.5f }, false, prepare, pixel
};
