/* Pill: white, oval, speckled, with two letters pressed into it, on black. */
#include "mini.h"

enum { COLOUR, CONTAMINATION, CRACK, IMPRINT, SCRATCH };

typedef struct pill {
    uint32_t salt;
    float width, tall, dome;
    colour body, speck, ground;
    const char *letters;
    point at;
    float letter_turn, letter_size, deep;
} pill;

static void prepare(void *model, stream *random, flaw *f)
{
    static const char *const wrong[] = { "F", "FE", "EF", "FT", "LF", "" };
    pill *m = model;
    m->salt = draw_bits(random);
    m->width = draw_between(random, 0.8f, 0.83f);
    m->tall = draw_between(random, 0.5f, 0.52f);
    m->dome = draw_between(random, 0.2f, 0.24f);
    m->body = colour_scale(tint(0xDAD6CC), draw_between(random, 0.88f, 1.08f));
    m->speck = colour_scale(tint(0xB4483A), draw_between(random, 0.8f, 1.2f));
    m->ground = colour_scale(tint(0x0F0F11), draw_between(random, 0.5f, 1.8f));
    m->letters = "FF";
    m->at = (point){ draw_between(random, -0.02f, 0.02f), draw_between(random, -0.02f, 0.02f) };
    m->letter_turn = draw_between(random, -0.04f, 0.04f);
    m->letter_size = draw_between(random, 0.4f, 0.43f);
    m->deep = draw_between(random, 0.014f, 0.022f);
    if (flaw_is(f, IMPRINT)) {
        stream own = f->random;
        int kind = draw_below(&own, 3);
        if (kind == 0)
            m->letters = wrong[draw_below(&own, 6)];
        if (kind == 1)
            m->letter_turn += draw_between(&own, 0.3f, 0.9f) * (draw(&own) < 0.5f ? -1.0f : 1.0f);
        if (kind == 2)
            m->at.x += (draw(&own) < 0.5f ? -1.0f : 1.0f) * draw_between(&own, 0.15f, 0.3f);
    }
}

static float imprint(const pill *m, spot p)
{
    point q = turn((point){ p.x - m->at.x, p.y - m->at.y }, -m->letter_turn);
    if (!*m->letters || fabsf(q.y) > m->letter_size || fabsf(q.x) > 1.5f * m->letter_size)
        return 0;
    return ramp(0.13f, 0.05f, distance_text(q.x / m->letter_size, q.y / m->letter_size, m->letters));
}

static void pixel(const void *model, spot p, surface *s)
{
    const pill *m = model;
    float lint = grain(p.x * 80, p.y * 80, m->salt + 8);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.3f * lint) };
    float e = length(p.x / m->width, p.y / m->tall);
    if (e > 1.05f)
        return;
    /* Distance to an ellipse, to first order. */
    float slope = length(p.x / square(m->width), p.y / square(m->tall)) / (e + 1e-4f), d = (e - 1) / (slope + 1e-4f);
    float chalk = noise_fractal(p.x * 22, p.y * 22, 3, m->salt + 1),
          patch = noise_fractal(p.x * 2.5f, p.y * 2.5f, 2, m->salt + 2);
    cells c = noise_cells(p.x * 8, p.y * 8, m->salt + 3), tiny = noise_cells(p.x * 21, p.y * 21, m->salt + 4);
    float big = (c.id >> 3 & 7) < 3 ? ramp(0.3f, 0.14f, c.first + 0.1f * chalk) : 0;
    float small = (tiny.id >> 3 & 7) < 2 ? ramp(0.35f, 0.15f, tiny.first) : 0;
    surface top = { .gloss = 0.07f, .sharp = 0.2f, .part = 1 };
    top.tint = colour_scale(m->body, 1 + 0.05f * chalk + 0.04f * patch);
    top.tint = colour_mix(top.tint, m->speck, 0.5f * big * (float)(c.id & 255) / 255 + 0.4f * small);
    float letter = imprint(m, p);
    top.tint = colour_scale(top.tint, 1 - 0.12f * letter);
    top.height = m->dome * root(1 - 0.75f * square(e)) + 0.1f * ramp(0, -0.05f, d) - m->dome * 0.5f + 0.003f * chalk;
    top.height -= m->deep * letter;
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "colour", mark_stain, 2, { 0.06f, 0.18f }, { 0.3f, 1 }, 0xC8A24A },
                                   { "contamination", mark_debris, 2, { 0.02f, 0.09f }, { 0.5f, 1 }, 0x4A443E },
                                   { "crack", mark_crack, 2, { 0.1f, 0.35f }, { 0.5f, 1.1f }, 0x4E463C },
                                   { "faulty_imprint", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "scratch", mark_scratch, 2, { 0.08f, 0.3f }, { 0.5f, 1.2f }, 0x8E887C },
                                   { 0 } };
const mini_class class_pill = {
    "mini-pill", flaws, { 0.12f, 0.05f, { 0.95f, 1.05f }, { 0.7f, 1.0f }, 0.45f, 0.92f, 0.4f }, true, prepare, pixel
};
