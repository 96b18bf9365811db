/* Capsule: two halves of gelatine, one pushed over the other, with a print, on a light ground. */
#include "mini.h"

enum { CRACK, SQUEEZE, MISPRINT, POKE, SCRATCH };

typedef struct capsule {
    uint32_t salt;
    float half, radius, seam, gloss;
    colour ground, dark, light, ink;
    const char *print[2];
    point print_at[2];
    float print_turn[2], print_size, worn;
    point dent;
    float dent_width, dent_deep;
} capsule;

static void misprint(capsule *m, flaw *f)
{
    static const char *const wrong[] = { "5", "50", "005", "800", "550" };
    stream own = f->random;
    switch (draw_below(&own, 4)) {
    case 0:
        m->print[1] = wrong[draw_below(&own, 5)];
        break;
    case 1:
        m->print_turn[1] += draw(&own) < 0.5f ? PI : 0.9f;
        break;
    case 2:
        m->print[draw_below(&own, 2)] = "";
        break;
    default:
        m->print_at[1].x += draw_between(&own, -0.12f, 0.2f);
        m->print_at[1].y += (draw(&own) < 0.5f ? -1.0f : 1.0f) * draw_between(&own, 0.12f, 0.2f);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    capsule *m = model;
    m->salt = draw_bits(random);
    m->half = draw_between(random, 0.5f, 0.52f);
    m->radius = draw_between(random, 0.33f, 0.345f);
    m->seam = draw_between(random, 0.0f, 0.06f);
    m->gloss = draw_between(random, 0.5f, 0.8f);
    m->ground = colour_scale(tint(0xDCDCD8), draw_between(random, 0.9f, 1.08f));
    m->dark = colour_scale(tint(0x3A2A28), draw_between(random, 0.8f, 1.3f));
    m->light = colour_scale(tint(0xC07B3E), draw_between(random, 0.88f, 1.12f));
    m->ink = tint(0xE9E4DA);
    m->print[0] = "AC";
    m->print[1] = "500";
    for (int i = 0; i < 2; i++) {
        m->print_at[i] =
            (point){ (i ? 0.4f : -0.4f) + draw_between(random, -0.02f, 0.02f), draw_between(random, -0.05f, 0.05f) };
        m->print_turn[i] = draw_between(random, -0.04f, 0.04f);
    }
    m->print_size = draw_between(random, 0.15f, 0.165f);
    m->worn = draw_between(random, 0.1f, 0.3f);
    m->dent = (point){ 9, 9 };
    m->dent_width = 1;
    if (flaw_is(f, SQUEEZE)) {
        stream own = f->random;
        m->dent = (point){ draw_between(&own, -0.55f, 0.55f), draw(&own) < 0.5f ? -m->radius : m->radius };
        m->dent_width = f->size;
        m->dent_deep = f->strength * 0.4f * f->size;
        flaw_reaches(f, m->dent.x, m->dent.y, 2.7f * f->size);
    }
    if (flaw_is(f, MISPRINT))
        misprint(m, f);
}

static float print_cover(const capsule *m, int i, spot p)
{
    point q = turn((point){ p.x - m->print_at[i].x, p.y - m->print_at[i].y }, -m->print_turn[i]);
    if (!*m->print[i] || fabsf(q.y) > m->print_size || fabsf(q.x) > 2 * m->print_size)
        return 0;
    float d = (distance_text(q.x / m->print_size, q.y / m->print_size, m->print[i]) - 0.11f) * m->print_size;
    return cover(d, p.pixel) * ramp(m->worn - 0.1f, m->worn + 0.15f, noise_value(p.x * 40, p.y * 40, m->salt));
}

static void pixel(const void *model, spot p, surface *s)
{
    const capsule *m = model;
    float paper = grain(p.x * 80, p.y * 80, m->salt + 1), patch = noise(p.x * 2, p.y * 2, m->salt + 2);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.015f * paper + 0.04f * patch), .gloss = 0.02f };
    if (fabsf(p.y) > 0.45f || fabsf(p.x) > 0.95f)
        return;
    float dent = m->dent_deep * expf(-(square(p.x - m->dent.x) + square(p.y - m->dent.y)) / square(m->dent_width));
    bool cap = p.x < m->seam;
    float radius = m->radius - (cap ? 0 : 0.012f);
    float along = fabsf(p.x) - m->half, d = (along > 0 ? length(along, p.y) : fabsf(p.y)) - radius + dent;
    if (d > p.pixel)
        return;
    surface top = { .gloss = m->gloss, .sharp = 0.72f, .part = cap ? 1 : 2 };
    float swirl = noise_fractal(p.x * 5, p.y * 9, 2, m->salt + 3), lip = ramp(0.02f, 0, m->seam - p.x) * (float)cap;
    top.tint = colour_scale(cap ? m->dark : m->light, 1 + 0.07f * swirl + 0.3f * lip);
    float shadow = cap ? 0 : 0.3f * ramp(0.035f, 0, p.x - m->seam);
    top.tint = colour_scale(top.tint, 1 - shadow);
    top.tint = colour_mix(top.tint, m->ink, 0.85f * (print_cover(m, 0, p) + print_cover(m, 1, p)));
    float in = -d / radius;
    top.height = 0.9f * radius * root(1 - square(1 - clamp(in, 0, 1))) + (cap ? 0.01f : 0) - 1.2f * dent;
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "crack", mark_crack, 6, { 0.06f, 0.25f }, { 0.5f, 1.1f }, 0x120C0A },
                                   { "squeeze", NULL, 0, { 0.1f, 0.25f }, { 0.5f, 1.2f }, 0 },
                                   { "misprint", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "poke", mark_hole, 6, { 0.015f, 0.05f }, { 0.5f, 1 }, 0x0E0A08 },
                                   { "scratch", mark_scratch, 6, { 0.06f, 0.28f }, { 0.4f, 1.1f }, 0xE8DCCB },
                                   { 0 } };
const mini_class class_capsule = {
    "mini-capsule", flaws, { 0.16f, 0.05f, { 0.95f, 1.05f }, { 0.75f, 1.05f }, 0.55f, 1, 0.55f }, true, prepare, pixel
};
