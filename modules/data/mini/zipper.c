/* Zipper: two tapes of woven fabric held by interlocking teeth. */
#include "mini.h"

enum { BROKEN_TEETH, MISSING_TOOTH, SPLIT, FABRIC };
enum { GROUND, TAPE, TEETH };

typedef struct zipper {
    uint32_t salt;
    float pitch, phase, tape;
    colour fabric, thread, metal, ground;
    float split_at, split_over, split_by;   /* the chain gapes */
    int lost, broken_from, broken_to, side; /* teeth that are missing or broken off */
} zipper;

static void prepare(void *model, stream *random, flaw *f)
{
    zipper *m = model;
    m->salt = draw_bits(random);
    m->pitch = draw_between(random, 0.125f, 0.132f);
    m->phase = draw(random);
    m->tape = draw_between(random, 0.7f, 0.74f);
    m->fabric =
        colour_scale(colour_mix(tint(0x3A3E48), tint(0x40403F), draw(random)), draw_between(random, 0.75f, 1.25f));
    m->thread = colour_scale(m->fabric, 1.7f);
    m->metal = colour_scale(tint(0xB9B2A2), draw_between(random, 0.8f, 1.1f));
    m->ground = colour_scale(tint(0xCFCFCB), draw_between(random, 0.85f, 1.1f));
    m->split_over = 1;
    m->lost = m->broken_from = m->broken_to = 999;
    stream own = f ? f->random : (stream){ 0, 0 };
    if (f) {
        m->side = draw_below(&own, 2);
        int tooth = floor_int(draw_between(&own, -0.8f, 0.8f) / m->pitch);
        flaw_reaches(f, 0, ((float)tooth + 0.5f - m->phase) * m->pitch, 0.45f);
        if (flaw_is(f, MISSING_TOOTH))
            m->lost = tooth;
        if (flaw_is(f, BROKEN_TEETH)) {
            m->broken_from = tooth;
            m->broken_to = tooth + (int)f->size;
        }
    }
    if (flaw_is(f, SPLIT)) {
        m->split_at = draw_between(&own, -0.7f, 0.7f);
        m->split_over = f->size;
        f->reach = 0;
        m->split_by = 0.11f * f->strength;
    }
}

static void tape(const zipper *m, float x, float y, float side, spot p, surface *s)
{
    if (x * side < 0.04f)
        return;
    float u = x * 48 * side, v = y * 48, warp = 0.15f * noise(x * 6, y * 6, m->salt);
    float twill = u * 0.5f + v + warp, bump = fabsf(2 * (twill - (float)floor_int(twill)) - 1);
    float rib = fabsf(2 * (u + warp - (float)floor_int(u + warp)) - 1), lint = grain(x * 100, y * 100, m->salt + 1);
    float patch = noise_fractal(x * 3, y * 3, 2, m->salt + 2);
    surface top = { .gloss = 0.03f, .sharp = 0.1f, .part = TAPE };
    top.tint = colour_scale(m->fabric, (0.7f + 0.35f * bump + 0.15f * rib) * (1 + 0.12f * lint + 0.12f * patch));
    top.height = 0.05f + 0.005f * bump + 0.003f * rib + 0.012f * patch;
    float seam = fabsf(fabsf(x) - 0.36f), stitch = y * 17, dash = fabsf(2 * (stitch - (float)floor_int(stitch)) - 1);
    float on = ramp(0.014f, 0.006f, seam) * ramp(0.25f, 0.4f, dash);
    top.tint = colour_mix(top.tint, m->thread, 0.8f * on);
    top.height += 0.012f * on;
    float border = fabsf(fabsf(x) - 0.25f) < 0.1f ? ramp(0.1f, 0.03f, fabsf(fabsf(x) - 0.25f)) : 0;
    top.height += 0.03f * border; /* the cord that carries the teeth */
    float edge = fabsf(x) - m->tape + 0.006f * noise(y * 20, side, m->salt + 3);
    float inner = 0.05f - x * side;
    surface_cover(s, cover(edge > inner ? edge : inner, p.pixel), &top);
}

/* Teeth of one side: `side` 1 has its fabric at positive x. */
static void teeth(const zipper *m, float x, float y, float side, spot p, surface *s)
{
    if (x * side < -0.11f || x * side > 0.26f)
        return;
    float place = y / m->pitch + m->phase + (side > 0 ? 0.5f : 0);
    int number = floor_int(place);
    bool own_side = (side > 0) == (m->side > 0),
         broken = own_side && number >= m->broken_from && number <= m->broken_to;
    if (own_side && number == m->lost)
        return;
    float v = (place - (float)number - 0.5f) * m->pitch, u = x * side,
          jitter = hash_unit(number, (int)side, m->salt + 5);
    v += 0.006f * (jitter - 0.5f);
    float left = broken ? 0.08f + 0.06f * jitter : -0.085f,
          ragged = broken ? 0.03f * noise(v * 40, (float)number, m->salt) : 0;
    float middle = 0.5f * (left + 0.235f), half = 0.5f * (0.235f - left) + ragged;
    float d = distance_box(u - middle, v, half, 0.036f - 0.008f * ramp(-0.02f, 0.15f, u), 0.018f);
    float knob = length(u + 0.045f, v) - 0.048f;
    d = !broken && knob < d ? knob : d;
    if (d > p.pixel)
        return;
    float worn = grain(x * 70, y * 70, m->salt + 6);
    surface top = { .gloss = 0.45f, .sharp = 0.4f, .metal = 0.7f, .part = TEETH };
    top.tint = colour_scale(m->metal, 0.9f + 0.1f * worn + 0.12f * (jitter - 0.5f));
    top.height = 0.09f + 0.06f * ramp(0.005f, -0.03f, d) - 0.03f * ramp(0.022f, 0.008f, length(u + 0.045f, v));
    surface_cover(s, cover(d, p.pixel), &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const zipper *m = model;
    float paper = grain(p.x * 80, p.y * 80, m->salt + 9);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.02f * paper), .part = GROUND };
    float near = ramp(0.5f, 0.22f, fabsf(p.x)),
          gape = near * m->split_by * ramp(1, 0.2f, fabsf(p.y - m->split_at) / m->split_over),
          wave = 0.01f * noise(p.y * 2, 3, m->salt);
    for (int k = 0; k < 2; k++)
        tape(m, p.x + wave + (k ? -gape : gape), p.y, k ? 1.0f : -1.0f, p, s);
    for (int k = 0; k < 2; k++)
        teeth(m, p.x + wave + (k ? -gape : gape), p.y, k ? 1.0f : -1.0f, p, s);
}

static const flaw_kind flaws[] = { { "broken_teeth", NULL, 0, { 0.5f, 3.5f }, { 1, 1 }, 0 },
                                   { "missing_tooth", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "split", NULL, 0, { 0.2f, 0.5f }, { 0.5f, 1.1f }, 0 },
                                   { "fabric_hole", mark_hole, 1u << TAPE, { 0.03f, 0.1f }, { 0.6f, 1 }, 0xA9A9A5 },
                                   { 0 } };
const mini_class class_zipper = {
    "mini-zipper", flaws, { 0.06f, 0.04f, { 0.95f, 1.06f }, { 0.75f, 1.05f }, 0.5f, 1, 0.6f }, true, prepare, pixel
};
