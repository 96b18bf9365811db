/* Capsules: soft gelatine filled with green oil, strewn on a white tray. */
#include "minivisa.h"

enum { BUBBLE, DISCOLOUR, LEAK, MISSHAPEN, SCRATCH };
enum { TRAY, RIM, GEL, MOST = 18 };

typedef struct capsule {
    point at, along; /* along: unit vector of its axis */
    float half, radius, squeeze, squeeze_at, fill;
    colour gel;
    uint32_t salt;
} capsule;
typedef struct capsules {
    uint32_t salt, leak_salt;
    colour tray, gel;
    int count;
    capsule capsules[MOST];
    point leak;
    float leak_size;
} capsules;

static bool is_free(const capsules *m, const capsule *c)
{
    point a = { c->at.x - c->half * c->along.x, c->at.y - c->half * c->along.y };
    point b = { c->at.x + c->half * c->along.x, c->at.y + c->half * c->along.y };
    for (int i = 0; i < m->count; i++) {
        const capsule *o = &m->capsules[i];
        point e = { o->at.x - o->half * o->along.x, o->at.y - o->half * o->along.y };
        point g = { o->at.x + o->half * o->along.x, o->at.y + o->half * o->along.y };
        float apart = fminf(fminf(distance_segment(a.x, a.y, e, g), distance_segment(b.x, b.y, e, g)),
                            fminf(distance_segment(e.x, e.y, a, b), distance_segment(g.x, g.y, a, b)));
        if (apart < c->radius + o->radius + 0.012f)
            return false;
    }
    return true;
}

static void apply_flaw(capsules *m, flaw *f)
{
    stream own = f->random;
    capsule *c = &m->capsules[draw_below(&own, m->count)];
    float side = draw(&own) < 0.5f ? -1.0f : 1.0f;
    flaw_reaches(f, c->at.x, c->at.y, 0.3f);
    if (flaw_is(f, DISCOLOUR))
        c->gel = colour_mix(c->gel, tint(f->kind->tint), clamp(f->strength, 0, 1));
    if (flaw_is(f, MISSHAPEN)) {
        c->squeeze = f->size;
        c->squeeze_at = side * draw_between(&own, 0.1f, 0.9f) * c->half;
    }
    if (flaw_is(f, LEAK)) {
        float out = c->half + c->radius * draw_between(&own, 0.7f, 1);
        m->leak = (point){ c->at.x + side * out * c->along.x, c->at.y + side * out * c->along.y };
        m->leak_size = f->size;
        m->leak_salt = draw_bits(&own);
        c->fill = 0.75f;
        flaw_reaches(f, m->leak.x, m->leak.y, 0.35f + 2 * f->size);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    capsules *m = model;
    m->salt = draw_bits(random);
    m->tray = colour_scale(tint(0xD9D8D2), draw_between(random, 0.9f, 1.08f));
    m->gel = colour_scale(tint(0x2F8A4A), draw_between(random, 0.88f, 1.12f));
    for (int attempt = 0; attempt < 600 && m->count < MOST; attempt++) {
        capsule c = { .fill = 1, .radius = draw_between(random, 0.088f, 0.096f), .salt = draw_bits(random) };
        c.half = draw_between(random, 0.068f, 0.078f);
        c.at = (point){ draw_between(random, -0.76f, 0.76f), draw_between(random, -0.76f, 0.76f) };
        c.along = turn((point){ 1, 0 }, draw_between(random, -PI, PI));
        c.gel = colour_scale(m->gel, draw_between(random, 0.9f, 1.1f));
        if (is_free(m, &c))
            m->capsules[m->count++] = c;
    }
    if (f)
        apply_flaw(m, f);
}

static void tray(const capsules *m, spot p, surface *s)
{
    float paper = grain(p.x * 80, p.y * 80, m->salt), patch = noise(p.x * 2, p.y * 2, m->salt + 1);
    float wall = distance_box(p.x, p.y, 0.91f, 0.91f, 0.12f);
    *s = (surface){ .tint = colour_scale(m->tray, 1 + 0.012f * paper + 0.03f * patch), .gloss = 0.06f, .sharp = 0.3f };
    s->height = 0.09f * ramp(-0.03f, 0.05f, wall);
    s->part = wall > -0.02f ? RIM : TRAY;
    if (m->leak_size <= 0)
        return;
    float x = (p.x - m->leak.x) / m->leak_size, y = (p.y - m->leak.y) / m->leak_size, r = length(x, y);
    float on = ramp(1.03f, 0.93f, r - 0.5f * noise_fractal(x, y, 2, m->leak_salt));
    s->tint = colour_mix(s->tint, colour_mix(m->gel, m->tray, 0.35f), 0.75f * on);
    s->gloss = mix(s->gloss, 0.5f, on);
    s->sharp = mix(s->sharp, 0.7f, on);
    s->height += 0.008f * on;
}

/* A clear body: light enters towards the lamp, is gathered on the far side, and the border looks dark. */
static void capsule_lay(const capsule *c, spot p, surface *s)
{
    float x = p.x - c->at.x, y = p.y - c->at.y;
    if (x * x + y * y > 0.06f)
        return;
    float u = x * c->along.x + y * c->along.y, v = y * c->along.x - x * c->along.y;
    float radius = c->radius * (1 - c->squeeze * ramp(0.11f, 0, fabsf(u - c->squeeze_at)));
    float past = fabsf(u) - c->half, off = past > 0 ? length(past, v) : fabsf(v), d = off - radius;
    if (d > p.pixel)
        return;
    float in = clamp(off / radius, 0, 1), round = root(1 - square(in));
    float toward = (x + y) / (1.414f * c->radius), swirl = noise_fractal(u * 7, v * 9, 2, c->salt);
    float level =
        0.55f + 0.6f * ramp(-0.4f, 1, toward) * ramp(1, 0.5f, in) - 0.33f * ramp(0.65f, 1, in) + 0.05f * swirl;
    surface top = { .gloss = 0.75f, .sharp = 0.72f, .glow = 0.35f, .part = GEL };
    top.tint = colour_scale(colour_mix(c->gel, tint(0xB9D88A), 0.28f * ramp(0.2f, 1.1f, toward)), level * c->fill);
    float seam = ramp(0.009f, 0.003f, fabsf(v + 0.3f * radius));
    top.tint = colour_scale(top.tint, 1 + 0.22f * seam * ramp(1, 0.8f, in));
    top.height = c->radius * (0.35f + 1.3f * round) * (0.6f + 0.4f * c->fill);
    surface_cover(s, cover(d, p.pixel), &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const capsules *m = model;
    tray(m, p, s);
    for (int i = 0; i < m->count; i++)
        capsule_lay(&m->capsules[i], p, s);
}

static const flaw_kind flaws[] = { { "bubble", mark_bubble, 1u << GEL, { 0.02f, 0.042f }, { 0.7f, 1.1f }, 0xDDF0C8 },
                                   { "discolour", NULL, 0, { 1, 1 }, { 0.5f, 0.9f }, 0x8A6A22 },
                                   { "leak", NULL, 0, { 0.06f, 0.12f }, { 1, 1 }, 0 },
                                   { "misshapen", NULL, 0, { 0.22f, 0.5f }, { 1, 1 }, 0 },
                                   { "scratch", mark_scratch, 1u << GEL, { 0.05f, 0.11f }, { 0.8f, 1.3f }, 0xE8F4DC },
                                   { 0 } };
const mini_class class_capsules = { "minivisa-capsules",
                                    flaws,
                                    { 0.08f, 0.03f, { 0.97f, 1.03f }, { 0.8f, 1.1f }, 0.55f, 0.98f, 0.5f },
                                    true,
                                    prepare,
                                    pixel };
