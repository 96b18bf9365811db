/* Carpet: rows of wool loops, grey-brown, seen from above. */
#include "mini.h"

typedef struct carpet {
    uint32_t salt;
    float pitch, lean, worn;
    point shift;
    colour base, other;
} carpet;

static void prepare(void *model, stream *random, flaw *f)
{
    carpet *m = model;
    (void)f;
    m->salt = draw_bits(random);
    m->pitch = draw_between(random, 23, 28);
    m->lean = draw_between(random, 0.2f, 0.7f);
    m->worn = draw_between(random, 0.06f, 0.16f);
    m->shift = (point){ 50 * draw(random), 50 * draw(random) };
    m->base = colour_scale(colour_mix(tint(0x8C8780), tint(0x84848A), draw(random)), draw_between(random, 0.85f, 1.1f));
    m->other = colour_scale(m->base, draw_between(random, 0.6f, 0.75f));
}

static void pixel(const void *model, spot p, surface *s)
{
    const carpet *m = model;
    float wave = 0.25f * noise(p.x * 2.5f, p.y * 2.5f, m->salt);
    float v = p.y * m->pitch + m->shift.y + wave, u = p.x * m->pitch * 0.72f + m->shift.x + 0.6f * wave;
    int row = floor_int(v);
    u += 0.5f * (float)(row & 1);
    int loop = floor_int(u);
    float h = hash_unit(loop, row, m->salt), k = hash_unit(loop, row, m->salt + 1);
    float dx = u - (float)loop - 0.5f - 0.2f * (h - 0.5f), dy = v - (float)row - 0.5f - 0.2f * (k - 0.5f);
    float round = root(1 - 2.6f * square(dx) - 2.2f * square(dy));
    float fibre = noise(p.x * 150 + m->lean * p.y * 130, p.y * 70, m->salt + 2);
    float patch = noise_fractal(p.x * 2.2f, p.y * 2.2f, 3, m->salt + 3);
    float level = (0.62f + 0.42f * round) * (1 + 0.3f * fibre) * (1 + m->worn * patch) * (0.86f + 0.3f * h);
    *s = (surface){ .tint = colour_scale(colour_mix(m->other, m->base, ramp(0.1f, 0.55f, k)), level), .part = 1 };
    s->height = 0.016f * round + 0.006f * fibre;
}

static const flaw_kind flaws[] = { { "colour", mark_stain, 2, { 0.06f, 0.25f }, { 0.35f, 1.1f }, 0x8A3A34 },
                                   { "cut", mark_cut, 2, { 0.06f, 0.4f }, { 0.6f, 1 }, 0x1C1A18 },
                                   { "hole", mark_hole, 2, { 0.025f, 0.11f }, { 0.6f, 1 }, 0x17140F },
                                   { "metal", mark_staple, 2, { 0.05f, 0.16f }, { 0.6f, 1 }, 0xC4C6CC },
                                   { "thread", mark_fibre, 2, { 0.1f, 0.45f }, { 0.4f, 1 }, 0xC9C3B4 },
                                   { 0 } };
const mini_class class_carpet = { "mini-carpet", flaws,   { 0.12f, 0, { 0.92f, 1.1f }, { 0.7f, 1.0f }, 0.5f, 1, 0.4f },
                                  false,         prepare, pixel };
