/* Metal nut: a stamped rotor with four swept arms and a bevelled hole, on a dark ground. */
#include "mini.h"

enum { BENT, COLOUR, FLIP, SCRATCH };

typedef struct metal_nut {
    uint32_t salt;
    float hub, reach, arm, sweep, hole, thick;
    colour metal, ground;
    bool flipped;
    int bent_arm;
    float bent_by, bent_down;
} metal_nut;

static void prepare(void *model, stream *random, flaw *f)
{
    metal_nut *m = model;
    m->salt = draw_bits(random);
    m->hub = draw_between(random, 0.5f, 0.52f);
    m->reach = draw_between(random, 0.78f, 0.81f);
    m->arm = draw_between(random, 0.125f, 0.14f);
    m->sweep = draw_between(random, 0.55f, 0.62f);
    m->hole = draw_between(random, 0.22f, 0.235f);
    m->thick = draw_between(random, 0.09f, 0.11f);
    m->metal = colour_scale(tint(0xB5B0A8), draw_between(random, 0.8f, 1.1f));
    m->ground = colour_scale(tint(0x2B2B2E), draw_between(random, 0.7f, 1.4f));
    m->bent_arm = -1;
    if (flaw_is(f, FLIP))
        m->flipped = true;
    if (flaw_is(f, BENT)) {
        stream own = f->random;
        m->bent_arm = draw_below(&own, 4);
        m->bent_by = (draw(&own) < 0.5f ? -1.0f : 1.0f) * f->size;
        m->bent_down = draw_between(&own, 0.1f, 0.3f);
    }
}

/* Signed distance to the outline, and how far the place lies out on a bent arm. */
static float outline(const metal_nut *m, point q, float *bent)
{
    float r = length(q.x, q.y), angle = atan2f(q.y, q.x) - m->sweep * r, nearest = r - m->hub;
    *bent = 0;
    for (int i = 0; i < 4; i++) {
        float own = angle - PI / 2 * (float)i - (i == m->bent_arm ? m->bent_by * square(ramp(0.4f, 0.9f, r)) : 0);
        own = remainderf(own, 2 * PI);
        if (fabsf(own) > 1)
            continue;
        float d = distance_box(r - 0.4f, r * own, m->reach - 0.4f, m->arm, 0.05f);
        if (i == m->bent_arm && d < 0.02f)
            *bent = ramp(0.45f, 0.85f, r);
        /* A fillet where arm and hub meet. */
        float blend = clamp(0.5f + 0.5f * (nearest - d) / 0.05f, 0, 1);
        nearest = mix(nearest, d, blend) - 0.05f * blend * (1 - blend);
    }
    return nearest;
}

static void pixel(const void *model, spot p, surface *s)
{
    const metal_nut *m = model;
    float cloth = grain(p.x * 80, p.y * 80, m->salt), patch = noise(p.x * 3, p.y * 3, m->salt + 1);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.2f * cloth + 0.15f * patch), .height = 0.004f * cloth };
    float r = length(p.x, p.y);
    if (r > m->reach + 0.06f)
        return;
    float bent;
    /* Turned over, its arms still point the same ways but lean the other. */
    point seen = { p.x, p.y }, back = turn((point){ p.x, -p.y }, 1.3f * m->sweep);
    float d = outline(m, m->flipped ? back : seen, &bent), inside = m->hole - r;
    float brushed = noise(p.x * 8 + p.y * 75, p.y * 8 - p.x * 5, m->salt + 2);
    float stamped = noise_fractal(p.x * 6, p.y * 6, 3, m->salt + 3), pits = noise(p.x * 40, p.y * 40, m->salt + 4);
    surface top = { .gloss = 0.22f, .sharp = 0.28f, .metal = 0.75f, .part = m->flipped ? 2 : 1 };
    top.tint = colour_scale(m->metal, 1 + 0.07f * brushed + 0.1f * stamped - 0.12f * ramp(0.4f, 0.9f, pits));
    float edge = d > inside ? d : inside;
    top.height = m->thick * ramp(0.01f, -0.045f, edge) + 0.0012f * brushed + 0.004f * stamped;
    float groove = ramp(0.02f, 0, fabsf(r - m->hole - 0.1f)), bevel = ramp(0.07f, 0, r - m->hole);
    top.height -= m->flipped ? 0.01f * ramp(0.03f, 0, fabsf(r - m->hub + 0.1f)) : 0.014f * groove + 0.035f * bevel;
    top.height -= m->bent_down * 0.5f * square(bent);
    top.tint = colour_scale(top.tint, 1 - 0.25f * (m->flipped ? 0 : groove) - 0.2f * bent);
    if (r < m->hole) { /* the thread inside the hole, seen steeply */
        float depth = (m->hole - r) / 0.05f;
        surface wall = { .metal = 0.6f, .gloss = 0.2f, .sharp = 0.3f };
        wall.tint = colour_scale(m->metal, 0.35f + 0.3f * cosf(depth * 12 + atan2f(p.y, p.x)));
        surface_cover(s, ramp(1.05f, 0.85f, depth), &wall);
    }
    surface_cover(s, cover(edge, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "bent", NULL, 0, { 0.15f, 0.45f }, { 1, 1 }, 0 },
                                   { "colour", mark_stain, 2, { 0.05f, 0.22f }, { 0.4f, 1.1f }, 0x8A3B22 },
                                   { "flip", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "scratch", mark_scratch, 2, { 0.08f, 0.35f }, { 0.5f, 1.2f }, 0xF2F0EC },
                                   { 0 } };
const mini_class class_metal_nut = {
    "mini-metal_nut", flaws, { PI, 0.05f, { 0.95f, 1.05f }, { 0.7f, 1.05f }, 0.5f, 1.1f, 0.6f }, true, prepare, pixel
};
