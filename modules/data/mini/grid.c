/* Grid: a mesh of two families of wires woven over and under each other, above a dark ground. */
#include "mini.h"

enum { BENT, BROKEN, GLUE, THREAD };
typedef struct grid {
    uint32_t salt;
    float pitch, width, ground;
    point shift;
    colour wire;
    point bend; /* where a wire is pushed aside */
    float bend_by, bend_over;
    int cut_wire, cut_family; /* which wire is cut, and from where to where along it */
    float cut_from, cut_to, cut_lift;
} grid;

static void prepare(void *model, stream *random, flaw *f)
{
    grid *m = model;
    m->salt = draw_bits(random);
    m->pitch = draw_between(random, 0.175f, 0.1785f);
    m->width = draw_between(random, 0.02f, 0.025f);
    m->ground = draw_between(random, 0.7f, 1.3f);
    m->shift = (point){ draw_between(random, -0.08f, 0.08f), draw_between(random, -0.08f, 0.08f) }; /* in a frame */
    m->wire = colour_scale(tint(0xBDBBB6), draw_between(random, 0.85f, 1.1f));
    m->cut_wire = 99;
    m->bend_over = 1;
    if (flaw_is(f, BENT)) {
        stream own = f->random;
        m->bend = (point){ draw_between(&own, -0.7f, 0.7f), draw_between(&own, -0.7f, 0.7f) };
        m->bend_over = f->size;
        flaw_reaches(f, m->bend.x, m->bend.y, 1.02f * f->size);
        m->bend_by = (draw(&own) < 0.5f ? -0.5f : 0.5f) * m->pitch * f->strength;
    }
    if (flaw_is(f, BROKEN)) {
        stream own = f->random;
        m->cut_wire = draw_below(&own, 7) - 3;
        m->cut_family = draw_below(&own, 2);
        m->cut_from = draw_between(&own, -0.8f, 0.8f - f->size);
        m->cut_to = m->cut_from + f->size;
        m->cut_lift = draw_between(&own, -0.6f, 0.6f) * m->pitch;
    }
}

/* One family of wires, at u across and v along. */
static void wires(const grid *m, int family, float u, float v, spot p, surface *s)
{
    float across = u / m->pitch + (family ? m->shift.y : m->shift.x);
    float along = v / m->pitch + (family ? m->shift.x : m->shift.y);
    float drift = 0.05f * noise((float)floor_int(across) * 3.7f, v * 1.5f, m->salt + (uint32_t)family);
    int number = floor_int(across + drift);
    float d = (across + drift - (float)number - 0.5f) * m->pitch, parity = (float)((number + family) & 1);
    bool cut = number == m->cut_wire && family == m->cut_family && v > m->cut_from && v < m->cut_to;
    if (cut) { /* the free ends bend away from the line */
        float t = (v - m->cut_from) / (m->cut_to - m->cut_from), gap = 0.22f;
        d += m->cut_lift * square(t < 0.5f ? t / 0.5f : (1 - t) / 0.5f);
        if (fabsf(t - 0.5f) < gap)
            return;
    }
    float on = cover(fabsf(d) - m->width, p.pixel), round = root(1 - square(clamp(d / m->width, -1, 1)));
    if (on <= 0)
        return;
    float wave = cosf(PI * (along + parity - 0.5f));
    surface top = { .gloss = 0.5f, .sharp = 0.35f, .metal = 0.65f, .part = 1 };
    float worn = noise(u * 60, v * 22, m->salt + 7);
    top.tint = colour_scale(m->wire, 0.92f + 0.1f * worn + 0.08f * wave);
    top.height = 0.12f + 0.016f * wave + m->width * round;
    if (top.height > s->height)
        surface_cover(s, on, &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const grid *m = model;
    float near = m->bend_by == 0 ? 0 : ramp(1, 0, length(p.x - m->bend.x, p.y - m->bend.y) / m->bend_over);
    float cloud = noise_fractal(p.x * 3, p.y * 3, 2, m->salt + 9);
    *s = (surface){ .tint = colour_scale(tint(0x2E2C2B), m->ground * (1 + 0.2f * cloud)), .gloss = 0.02f };
    float x = p.x + m->bend_by * near, y = p.y + 0.4f * m->bend_by * near;
    wires(m, 0, 0.7071f * (x + y), 0.7071f * (x - y), p, s);
    wires(m, 1, 0.7071f * (x - y), 0.7071f * (x + y), p, s);
}

static const flaw_kind flaws[] = { { "bent", NULL, 0, { 0.2f, 0.5f }, { 0.5f, 1.1f }, 0 },
                                   { "broken", NULL, 0, { 0.12f, 0.4f }, { 1, 1 }, 0 },
                                   { "glue", mark_glue, 2, { 0.05f, 0.2f }, { 0.5f, 1 }, 0xD8CFB4 },
                                   { "thread", mark_fibre, 2, { 0.1f, 0.5f }, { 0.5f, 1 }, 0x8A5A50 },
                                   { 0 } };
const mini_class class_grid = {
    "mini-grid", flaws, { 0.1f, 0.05f, { 0.92f, 1.1f }, { 0.75f, 1.0f }, 0.5f, 1.1f, 0.8f }, false, prepare, pixel
};
