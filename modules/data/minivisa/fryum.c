/* Fryum: a fried wheel with a hub and six spokes, full of bubbles, any way round, on dark blue. */
#include "breakage.h"
#include "minivisa.h"

enum { BURNT, COLOUR_SPOT, EDGE, MIDDLE, STUCK };

typedef struct fryum {
    uint32_t salt;
    float ring, wide, hub, hole, spoke;
    colour dough, inside, ground;
    breakage gone, piece; /* piece: outline of a fragment of another that sticks to it */
    point piece_at;
} fryum;

static float blend(float a, float b, float over) /* the nearer of two distances, with a fillet */
{
    float t = clamp(0.5f + 0.5f * (a - b) / over, 0, 1);
    return mix(a, b, t) - over * t * (1 - t);
}

static float outline(const fryum *m, point q, uint32_t salt)
{
    float r = length(q.x, q.y) + 0.014f * noise(q.x * 4, q.y * 4, salt), angle = atan2f(q.y, q.x);
    float own = remainderf(angle + 0.06f * noise(q.x * 2, q.y * 2, salt + 1), PI / 3);
    float scallop = 0.012f * cosf(12 * angle), ring = fabsf(r - m->ring) - m->wide - scallop;
    float spoke = distance_box(r - 0.5f * m->ring, r * own, 0.5f * m->ring, m->spoke * (0.85f + 0.3f * r), 0.02f);
    float d = blend(blend(ring, spoke, 0.06f), r - m->hub, 0.08f), inner = m->hole - r;
    return d > inner ? d : inner;
}

static void apply_flaw(fryum *m, flaw *f)
{
    stream own = f->random;
    float angle = draw_between(&own, -PI, PI), out = m->ring + (flaw_is(f, EDGE) ? m->wide : 0);
    point rim = { out * cosf(angle), out * sinf(angle) };
    if (flaw_is(f, EDGE))
        m->gone = breakage_bite(rim, f->size, draw_bits(&own));
    if (flaw_is(f, MIDDLE)) { /* through one spoke */
        angle = (float)draw_below(&own, 6) * PI / 3;
        float at = draw_between(&own, 0.28f, 0.42f);
        rim = (point){ at * cosf(angle), at * sinf(angle) };
        m->gone = breakage_bite(rim, f->size, draw_bits(&own));
    }
    if (flaw_is(f, STUCK)) {
        m->piece = breakage_bite(rim, f->size, draw_bits(&own));
        m->piece.ragged = 0.15f;
        m->piece_at = (point){ rim.x + 0.9f * m->ring * sinf(angle), rim.y - 0.9f * m->ring * cosf(angle) };
    }
    flaw_reaches(f, rim.x, rim.y, 2 * f->size + 0.06f);
}

static void prepare(void *model, stream *random, flaw *f)
{
    fryum *m = model;
    m->salt = draw_bits(random);
    m->ring = draw_between(random, 0.63f, 0.66f);
    m->wide = draw_between(random, 0.105f, 0.12f);
    m->hub = draw_between(random, 0.2f, 0.22f);
    m->hole = draw_between(random, 0.07f, 0.085f);
    m->spoke = draw_between(random, 0.07f, 0.08f);
    m->dough = colour_mix(tint(0xE09A3A), tint(0xD88A34), draw(random));
    m->dough = colour_scale(m->dough, draw_between(random, 0.92f, 1.1f));
    m->inside = colour_scale(tint(0xF1D08A), draw_between(random, 0.95f, 1.05f));
    m->ground = colour_scale(tint(0x1D2735), draw_between(random, 0.75f, 1.25f));
    if (f)
        apply_flaw(m, f);
}

/* Fried dough: blisters of all sizes, browner on top. */
static void dough(const fryum *m, point q, float d, uint32_t salt, surface *top)
{
    cells big = noise_cells(q.x * 10, q.y * 10, salt + 2), small = noise_cells(q.x * 27, q.y * 27, salt + 3);
    float blister = ramp(0.6f, 0.1f, big.first) * ramp(0, 0.3f, big.second - big.first),
          pimple = ramp(0.5f, 0.1f, small.first);
    float cloud = noise_fractal(q.x * 3, q.y * 3, 3, salt + 4);
    *top = (surface){ .gloss = 0.24f, .sharp = 0.42f, .glow = 0.1f, .part = 1 };
    top->tint = colour_scale(m->dough, 1 + 0.12f * cloud + 0.12f * pimple * ((float)(small.id & 7) / 7 - 0.3f));
    top->tint = colour_mix(top->tint, colour_scale(m->inside, 0.95f), 0.3f * blister * (float)(big.id & 15) / 15);
    float in = clamp(-d / 0.09f, 0, 1);
    top->height = 0.14f * root(1 - square(1 - in)) + 0.022f * blister * in + 0.007f * pimple + 0.01f * cloud;
}

static void pixel(const void *model, spot p, surface *s)
{
    const fryum *m = model;
    float cloth = grain(p.x * 80, p.y * 80, m->salt), patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 9);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.13f * cloth + 0.12f * patch), .height = 0.002f * cloth };
    point q = { p.x, p.y };
    float d = outline(m, q, m->salt);
    surface top;
    if (d < p.pixel) {
        dough(m, q, d, m->salt, &top);
        d = breakage_apply(&m->gone, q.x, q.y, d, 0.03f, m->inside, &top);
        surface_cover(s, cover(d, p.pixel), &top);
    }
    float edge = breakage_distance(&m->piece, q.x, q.y);
    if (edge > p.pixel)
        return;
    q = (point){ q.x - m->piece_at.x, q.y - m->piece_at.y };
    d = outline(m, q, m->salt + 30);
    d = d > edge ? d : edge;
    if (d > p.pixel)
        return;
    dough(m, q, d, m->salt + 30, &top);
    top.tint = colour_mix(top.tint, m->inside, 0.6f * ramp(-0.03f, -0.01f, edge));
    top.height += 0.12f;
    top.part = 2;
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "burnt", mark_burn, 2, { 0.035f, 0.09f }, { 0.6f, 1.1f }, 0x22130A },
                                   { "colour_spot", mark_spot, 2, { 0.02f, 0.05f }, { 0.6f, 1 }, 0x7A2A1A },
                                   { "edge_breakage", NULL, 0, { 0.05f, 0.12f }, { 1, 1 }, 0 },
                                   { "middle_breakage", NULL, 0, { 0.07f, 0.13f }, { 1, 1 }, 0 },
                                   { "stuck_together", NULL, 0, { 0.1f, 0.2f }, { 1, 1 }, 0 },
                                   { 0 } };
const mini_class class_fryum = {
    "minivisa-fryum", flaws, { PI, 0.04f, { 0.95f, 1.05f }, { 0.7f, 1.0f }, 0.42f, 1, 0.6f }, true, prepare, pixel
};
