/* Screw: lying on a light ground at any angle; countersunk head, neck, thread and tip. x runs from head to tip. */
#include "mini.h"

enum { SCRATCH_HEAD, SCRATCH_NECK, THREAD, TIP };
enum { HEAD = 1, NECK, WINDING };

typedef struct screw {
    uint32_t salt;
    float from, head, neck, body, end; /* where each part begins, and the tip */
    float head_radius, radius, ridge, pitch, phase;
    colour metal, ground;
    float worn_at, worn_over, worn_side, worn_by; /* damaged thread */
    float bend_from, bend_by, cut;                /* bent or broken tip */
} screw;

static void prepare(void *model, stream *random, flaw *f)
{
    screw *m = model;
    m->salt = draw_bits(random);
    m->from = -0.8f;
    m->head = m->from + draw_between(random, 0.05f, 0.06f);
    m->neck = m->from + draw_between(random, 0.22f, 0.24f);
    m->body = draw_between(random, -0.22f, -0.18f);
    m->end = draw_between(random, 0.8f, 0.83f);
    m->head_radius = draw_between(random, 0.26f, 0.275f);
    m->radius = draw_between(random, 0.1f, 0.108f);
    m->ridge = draw_between(random, 0.04f, 0.048f);
    m->pitch = draw_between(random, 0.098f, 0.104f);
    m->phase = draw(random);
    m->metal = colour_scale(colour_mix(tint(0xA8A49C), tint(0xAB9C84), draw(random)), draw_between(random, 0.8f, 1.1f));
    m->ground = colour_scale(tint(0xD4D6D8), draw_between(random, 0.9f, 1.1f));
    m->worn_over = 0.1f;
    m->bend_from = m->cut = 9;
    stream own = f ? f->random : (stream){ 0, 0 };
    if (flaw_is(f, THREAD)) {
        m->worn_at = draw_between(&own, m->body + 0.12f, 0.6f);
        m->worn_over = f->size;
        m->worn_side = draw(&own) < 0.5f ? -1.0f : 1.0f;
        m->worn_by = f->strength;
        flaw_reaches(f, m->worn_at, 0, f->size + 0.16f);
    }
    if (flaw_is(f, TIP)) {
        bool bent = draw(&own) < 0.5f;
        flaw_reaches(f, 0.8f, 0, f->size + 0.2f);
        m->bend_from = bent ? 0.72f - f->size : 9;
        m->bend_by = (draw(&own) < 0.5f ? -1.0f : 1.0f) * draw_between(&own, 0.4f, 0.9f);
        m->cut = bent ? 9 : m->end - 0.9f * f->size;
    }
}

static float worn_at(const screw *m, float u, float v)
{
    if (m->worn_by <= 0)
        return 0;
    float side = ramp(-0.06f, 0.03f, v * m->worn_side);
    return clamp(m->worn_by * side * ramp(1, 0.6f, fabsf(u - m->worn_at) / m->worn_over), 0, 1);
}

/* Radius of the outline at u, for the side that v is on, and the part. */
static float outline(const screw *m, float u, float v, int *part)
{
    *part = u < m->neck ? HEAD : u < m->body ? NECK : WINDING;
    if (*part == HEAD) {
        float t = (u - m->head) / (m->neck - m->head);
        return t < 0 ? m->head_radius : mix(m->head_radius, m->radius, clamp(t, 0, 1));
    }
    if (*part == NECK)
        return m->radius;
    float turns = u / m->pitch + m->phase + 0.5f * v / (m->radius + m->ridge) * 0.62f;
    float tooth = fabsf(2 * (turns - (float)floor_int(turns)) - 1);
    float start = ramp(m->body, m->body + 0.08f, u), taper = clamp((m->end - u) / 0.24f, 0, 1);
    float core = m->radius * 0.82f, ridge = m->ridge * start * ramp(0.15f, 0.6f, tooth);
    ridge *= 1 - worn_at(m, u, v) * (0.75f + 0.5f * noise(u * 40, v * 20, m->salt + 9));
    return (core + 0.18f * m->radius * (1 - start) + ridge) * root(taper * (2 - taper));
}

static void pixel(const void *model, spot p, surface *s)
{
    const screw *m = model;
    float paper = grain(p.x * 80, p.y * 80, m->salt), patch = noise(p.x * 2, p.y * 2, m->salt + 1);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.015f * paper + 0.05f * patch) };
    float u = p.x, v = p.y;
    if (u > m->bend_from)
        v -= m->bend_by * 1.6f * square(u - m->bend_from);
    if (fabsf(v) > 0.32f || u < m->from - 0.02f || u > m->end + 0.01f)
        return;
    int part;
    float radius = outline(m, u, v, &part), d = fabsf(v) - radius;
    float ragged = 0.02f * noise(v * 30, 1, m->salt + 2);
    d = u > m->cut + ragged ? u - m->cut + 0.01f : d;
    d = m->from - u > d ? m->from - u : d;
    if (d > p.pixel)
        return;
    float drawn = noise(u * 12, v * 90, m->salt + 3), stain = noise_fractal(u * 7, v * 7, 3, m->salt + 4);
    surface top = { .gloss = 0.35f, .sharp = 0.4f, .metal = 0.72f, .part = part };
    float worn = part == WINDING ? worn_at(m, u, v) : 0;
    top.tint = colour_scale(m->metal, 1 + 0.06f * drawn + 0.12f * stain + 0.25f * worn);
    float bulge = root(square(radius) - square(v)) * (0.35f + 0.65f * ramp(0, 0.05f, u - m->from));
    top.height = 0.06f * ramp(0, -0.04f, d) + (part == HEAD ? 0.7f * bulge : bulge) + 0.0015f * drawn;
    if (u < m->head)
        top.tint = colour_scale(top.tint, 0.8f);
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = {
    { "scratch_head", mark_scratch, 1u << HEAD, { 0.04f, 0.16f }, { 0.7f, 1.3f }, 0xF6F4F0 },
    { "scratch_neck", mark_scratch, 1u << NECK, { 0.05f, 0.2f }, { 0.7f, 1.3f }, 0xF6F4F0 },
    { "thread", NULL, 0, { 0.05f, 0.2f }, { 0.7f, 1 }, 0 },
    { "tip", NULL, 0, { 0.06f, 0.2f }, { 1, 1 }, 0 },
    { 0 }
};
const mini_class class_screw = { "mini-screw", flaws,   { PI, 0.05f, { 0.92f, 1.06f }, { 0.8f, 1.1f }, 0.5f, 1, 0.6f },
                                 true,         prepare, pixel };
