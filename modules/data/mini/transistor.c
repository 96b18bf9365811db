/* Transistor: a black case whose three leads go into a perforated board. */
#include "mini.h"

enum { BENT_LEAD, CUT_LEAD, DAMAGED_CASE, MISPLACED };
enum { BOARD, CASE, LEAD, LEADS = 3, LEAD_POINTS = 5 };

typedef struct transistor {
    uint32_t salt;
    float pitch;
    colour board, copper, body, metal, ink;
    point at; /* of the case on the board */
    float turned;
    point lead[LEADS][LEAD_POINTS];
    float cut[LEADS]; /* leads end at this y */
    const char *label;
    int shifted; /* added to the parts of a misplaced one, so that all of it is in the mask */
} transistor;

static void apply_flaw(transistor *m, flaw *f)
{
    stream own = f->random;
    int one = draw_below(&own, LEADS);
    if (!flaw_is(f, MISPLACED))
        flaw_reaches(f, m->lead[one][2].x, m->lead[one][2].y, 0.45f + f->size);
    float side = draw(&own) < 0.5f ? -1.0f : 1.0f;
    if (flaw_is(f, BENT_LEAD))
        for (int k = 1; k < LEAD_POINTS; k++)
            m->lead[one][k].x += side * f->size * (float)k / (LEAD_POINTS - 1);
    if (flaw_is(f, CUT_LEAD))
        m->cut[one] = fmaxf(draw_between(&own, 0.5f, 0.6f) - 0.45f * f->size, 0.02f);
    if (flaw_is(f, MISPLACED)) {
        m->shifted = 2;
        m->turned += side * 2 * f->size;
        m->at.x += draw_between(&own, -0.2f, 0.2f);
        m->at.y += draw_between(&own, -0.15f, 0.15f);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    transistor *m = model;
    m->salt = draw_bits(random);
    m->pitch = 0.25f;
    m->board = colour_scale(tint(0xA98152), draw_between(random, 0.85f, 1.12f));
    m->copper = colour_scale(tint(0xC98F5A), draw_between(random, 0.9f, 1.1f));
    m->body = colour_scale(tint(0x2A2A2C), draw_between(random, 0.8f, 1.3f));
    m->metal = colour_scale(tint(0xC2C2C0), draw_between(random, 0.85f, 1.05f));
    m->ink = tint(0x9A9A96);
    m->at = (point){ draw_between(random, -0.02f, 0.02f), draw_between(random, -0.02f, 0.02f) };
    m->turned = draw_between(random, -0.03f, 0.03f);
    m->label = "BC547";
    for (int i = 0; i < LEADS; i++) {
        float x = ((float)i - 1) * m->pitch, kink = draw_between(random, -0.012f, 0.012f);
        for (int k = 0; k < LEAD_POINTS; k++)
            m->lead[i][k] = (point){ x + (k == 2 ? kink : 0), mix(-0.05f, 0.7f, (float)k / (LEAD_POINTS - 1)) };
        m->cut[i] = 9;
    }
    if (f)
        apply_flaw(m, f);
}

static void board(const transistor *m, spot p, surface *s)
{
    float fibre = noise(p.x * 14, p.y * 80, m->salt), weave = noise(p.x * 70, p.y * 12, m->salt + 1);
    float patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 2);
    *s = (surface){ .gloss = 0.05f, .sharp = 0.2f, .part = BOARD };
    s->tint = colour_scale(m->board, 1 + 0.06f * fibre + 0.06f * weave + 0.08f * patch);
    float u = p.x / m->pitch, v = (p.y - 0.1f) / m->pitch;
    float x = (u - (float)floor_int(u + 0.5f)) * m->pitch, y = (v - (float)floor_int(v + 0.5f)) * m->pitch;
    float r = length(x, y);
    surface ring = { .tint = m->copper, .height = 0.006f, .gloss = 0.3f, .sharp = 0.3f, .metal = 0.5f, .part = BOARD };
    surface hole = { .tint = tint(0x15110D), .height = -0.03f, .part = BOARD };
    surface_cover(s, cover(r - 0.062f, p.pixel), &ring);
    surface_cover(s, cover(r - 0.034f, p.pixel), &hole);
}

static void leads(const transistor *m, point q, float pixel, surface *s)
{
    if (q.y < -0.1f || q.y > 0.8f)
        return;
    for (int i = 0; i < LEADS; i++) {
        float d = distance_path(q.x, q.y, m->lead[i], LEAD_POINTS), wide = 0.034f;
        d = q.y > m->cut[i] && q.y - m->cut[i] + wide > d ? q.y - m->cut[i] + wide : d;
        if (d > wide + pixel)
            continue;
        surface top = { .gloss = 0.6f, .sharp = 0.45f, .metal = 0.75f, .part = LEAD + m->shifted };
        float worn = noise(q.x * 40, q.y * 9, m->salt + 6);
        top.tint = colour_scale(m->metal, 0.95f + 0.12f * worn);
        top.height = 0.05f + 0.12f * ramp(0.7f, 0.1f, q.y) + root(square(wide) - square(d));
        surface_cover(s, cover(d - wide, pixel), &top);
    }
}

static void pixel(const void *model, spot p, surface *s)
{
    const transistor *m = model;
    board(m, p, s);
    point q = turn((point){ p.x - m->at.x, p.y - m->at.y }, -m->turned);
    leads(m, q, p.pixel, s);
    float y = q.y + 0.34f, d = distance_box(q.x, y, 0.42f, 0.34f, 0.06f);
    if (d > p.pixel)
        return;
    float dust = grain(q.x * 90, q.y * 90, m->salt + 7), patch = noise_fractal(q.x * 4, q.y * 4, 2, m->salt + 8);
    surface top = { .gloss = 0.1f, .sharp = 0.15f, .part = CASE + m->shifted };
    top.tint = colour_scale(m->body, 1 + 0.12f * dust + 0.15f * patch);
    float size = 0.15f, ink = 0;
    if (fabsf(y + 0.03f) < 0.12f && fabsf(q.x) < 0.36f)
        ink = cover((distance_text(q.x / size, (y + 0.03f) / size, m->label) - 0.08f) * size, p.pixel);
    top.tint = colour_mix(top.tint, m->ink, 0.7f * ink * (0.8f + 0.3f * dust));
    top.height = 0.16f + 0.14f * ramp(0, -0.07f, d) + 0.002f * dust;
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "bent_lead", NULL, 0, { 0.1f, 0.3f }, { 1, 1 }, 0 },
                                   { "cut_lead", NULL, 0, { 0.2f, 1 }, { 1, 1 }, 0 },
                                   { "damaged_case", mark_chip, 1u << CASE, { 0.05f, 0.2f }, { 0.6f, 1.1f }, 0x5A5856 },
                                   { "misplaced", NULL, 0, { 0.08f, 0.35f }, { 1, 1 }, 0 },
                                   { 0 } };
const mini_class class_transistor = {
    "mini-transistor", flaws, { 0.06f, 0.05f, { 0.95f, 1.05f }, { 0.75f, 1.05f }, 0.5f, 1, 0.7f }, true, prepare, pixel
};
