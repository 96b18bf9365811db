/* Macaroni, set out in two rows and all turned the same way, on dark green felt. */
#include "macaroni.h"

static void prepare(void *model, stream *random, flaw *f)
{
    macaroni *m = model;
    m->salt = draw_bits(random);
    m->ground = colour_scale(tint(0x1F3A34), draw_between(random, 0.85f, 1.15f));
    for (int i = 0; i < ELBOWS; i++) {
        point at = { i % 2 ? 0.44f : -0.44f, i / 2 ? 0.46f : -0.46f };
        at.x += draw_between(random, -0.025f, 0.025f);
        at.y += draw_between(random, -0.025f, 0.025f);
        m->elbows[i] = elbow_draw(random, at, draw_between(random, -0.1f, 0.1f), 0xDDA23C);
    }
    macaroni_break(m, f);
}

static void pixel(const void *model, spot p, surface *s)
{
    const macaroni *m = model;
    float felt = noise(p.x * 60 + 4 * noise(p.x * 9, p.y * 9, m->salt), p.y * 60, m->salt + 1);
    float patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 2);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.13f * felt + 0.1f * patch), .height = 0.002f * felt };
    macaroni_lay(m, p, s);
}

static const flaw_kind flaws[] = { { "broken_across", NULL, 0, { 0.01f, 0.022f }, { 1, 1 }, 0 },
                                   { "chip", NULL, 0, { 0.035f, 0.075f }, { 1, 1 }, 0 },
                                   { "colour_spot", mark_spot, 1u << DOUGH, { 0.018f, 0.045f }, { 0.6f, 1 }, 0x7A3014 },
                                   { "crack", mark_crack, 1u << DOUGH, { 0.05f, 0.11f }, { 0.7f, 1.1f }, 0x5A3410 },
                                   { "scratch", mark_scratch, 1u << DOUGH, { 0.05f, 0.12f }, { 0.8f, 1.3f }, 0xF8E2A8 },
                                   { 0 } };
const mini_class class_macaroni1 = { "minivisa-macaroni1",
                                     flaws,
                                     { 0.05f, 0.04f, { 0.96f, 1.04f }, { 0.7f, 1.0f }, 0.45f, 1, 0.6f },
                                     true,
                                     prepare,
                                     pixel };
