/* Macaroni, strewn: each lies as it fell, on dark cloth. */
#include "macaroni.h"

static void prepare(void *model, stream *random, flaw *f)
{
    macaroni *m = model;
    m->salt = draw_bits(random);
    m->ground = colour_scale(tint(0x2B2C38), draw_between(random, 0.8f, 1.2f));
    for (int i = 0; i < ELBOWS; i++) {
        point at = { i % 2 ? 0.42f : -0.42f, i / 2 ? 0.42f : -0.42f };
        at.x += draw_between(random, -0.06f, 0.06f);
        at.y += draw_between(random, -0.06f, 0.06f);
        m->elbows[i] = elbow_draw(random, at, draw_between(random, -PI, PI), 0xC9772E);
    }
    macaroni_break(m, f);
}

static void pixel(const void *model, spot p, surface *s)
{
    const macaroni *m = model;
    float warp = noise(p.x * 110, p.y * 14, m->salt), weft = noise(p.x * 14, p.y * 110, m->salt + 1);
    float patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 2);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.12f * (warp + weft) + 0.1f * patch) };
    s->height = 0.002f * (warp + weft);
    macaroni_lay(m, p, s);
}

static const flaw_kind flaws[] = { { "broken_across", NULL, 0, { 0.01f, 0.022f }, { 1, 1 }, 0 },
                                   { "chip", NULL, 0, { 0.035f, 0.075f }, { 1, 1 }, 0 },
                                   { "colour_spot", mark_spot, 1u << DOUGH, { 0.018f, 0.045f }, { 0.6f, 1 }, 0xF2DDA0 },
                                   { "crack", mark_crack, 1u << DOUGH, { 0.05f, 0.11f }, { 0.7f, 1.1f }, 0x3E1E0A },
                                   { "scratch", mark_scratch, 1u << DOUGH, { 0.05f, 0.12f }, { 0.8f, 1.3f }, 0xF4D8A0 },
                                   { 0 } };
const mini_class class_macaroni2 = {
    "minivisa-macaroni2", flaws, { PI, 0.03f, { 0.96f, 1.04f }, { 0.7f, 1.0f }, 0.45f, 1, 0.6f }, true, prepare, pixel
};
