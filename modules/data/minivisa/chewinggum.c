/* Chewing gum: a white sugar-coated pillow on green. */
#include "breakage.h"
#include "minivisa.h"

enum { CHUNK, CORNER, COLOUR_SPOT, CRACK, SCRATCH };

typedef struct gum {
    uint32_t salt;
    float width, tall, power, dome;
    colour coat, inside, ground;
    breakage gone;
} gum;

static void prepare(void *model, stream *random, flaw *f)
{
    gum *m = model;
    m->salt = draw_bits(random);
    m->width = draw_between(random, 0.66f, 0.69f);
    m->tall = draw_between(random, 0.44f, 0.46f);
    m->power = draw_between(random, 3.4f, 4.2f);
    m->dome = draw_between(random, 0.2f, 0.24f);
    m->coat = colour_scale(tint(0xE4E5E2), draw_between(random, 0.9f, 1.05f));
    m->inside = colour_scale(tint(0xB9B5A6), draw_between(random, 0.9f, 1.1f));
    m->ground = colour_scale(tint(0x2E5A3E), draw_between(random, 0.8f, 1.2f));
    if (!flaw_is(f, CHUNK) && !flaw_is(f, CORNER))
        return;
    stream own = f->random;
    float right = draw(&own) < 0.5f ? -1.0f : 1.0f, low = draw(&own) < 0.5f ? -1.0f : 1.0f;
    float along = flaw_is(f, CORNER) ? 0.82f : draw_between(&own, 0, 0.6f), out = flaw_is(f, CORNER) ? 0.82f : 0.97f;
    m->gone = breakage_bite((point){ right * along * m->width, low * out * m->tall }, f->size, draw_bits(&own));
    flaw_reaches(f, m->gone.at.x, m->gone.at.y, 2 * f->size + 0.06f);
}

static void pixel(const void *model, spot p, surface *s)
{
    const gum *m = model;
    float weave = noise(p.x * 90, p.y * 16, m->salt) + noise(p.x * 16, p.y * 90, m->salt + 1);
    float patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 2);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.07f * weave + 0.08f * patch), .height = 0.002f * weave };
    float x = fabsf(p.x) / m->width, y = fabsf(p.y) / m->tall;
    if (x > 1.05f || y > 1.05f)
        return;
    float sum = powf(x, m->power) + powf(y, m->power), e = powf(sum, 1 / m->power), d = (e - 1) * m->tall;
    if (d > 2 * p.pixel)
        return;
    float sugar = noise_fractal(p.x * 30, p.y * 30, 2, m->salt + 3),
          cloud = noise_fractal(p.x * 4, p.y * 4, 3, m->salt + 4);
    float pits = ramp(0.55f, 0.85f, noise(p.x * 26, p.y * 26, m->salt + 5));
    surface top = { .gloss = 0.2f, .sharp = 0.4f, .part = 1 };
    top.tint = colour_scale(m->coat, 1 + 0.018f * sugar + 0.03f * cloud - 0.05f * pits);
    top.height = m->dome * (0.4f + 0.6f * root(1 - powf(clamp(e, 0, 1), 2.6f))) + 0.0025f * sugar + 0.006f * cloud;
    top.height -= 0.004f * pits + 0.012f * ramp(0.03f, 0, fabsf(e - 0.86f)); /* the seam where the coat is thicker */
    d = breakage_apply(&m->gone, p.x, p.y, d, 0.05f, m->inside, &top);
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "chunk_missing", NULL, 0, { 0.05f, 0.13f }, { 1, 1 }, 0 },
                                   { "corner_missing", NULL, 0, { 0.06f, 0.14f }, { 1, 1 }, 0 },
                                   { "colour_spot", mark_spot, 2, { 0.025f, 0.06f }, { 0.5f, 1 }, 0xC4B894 },
                                   { "crack", mark_crack, 2, { 0.06f, 0.16f }, { 0.6f, 1.1f }, 0x8A867C },
                                   { "scratch", mark_scratch, 2, { 0.07f, 0.18f }, { 0.8f, 1.3f }, 0xA09C92 },
                                   { 0 } };
const mini_class class_chewinggum = { "minivisa-chewinggum",
                                      flaws,
                                      { 0.3f, 0.05f, { 0.94f, 1.06f }, { 0.7f, 1.0f }, 0.42f, 0.95f, 0.5f },
                                      true,
                                      prepare,
                                      pixel };
