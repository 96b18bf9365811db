/* Cable: a cut through a three-core cable; sheath, three insulated wires, each a bundle of copper strands. */
#include "mini.h"

enum { BENT_STRANDS, CUT_SHEATH, SWAPPED, MISSING_WIRE, POKE };
enum { GROUND, SHEATH, INSULATION, COPPER, FILLING, WIRES = 3 };

typedef struct wire {
    point at;
    float radius, core, turned;
    colour coat;
    bool missing;
    uint32_t salt;
} wire;
typedef struct cable {
    uint32_t salt;
    float radius, thick;
    colour ground, sheath, filling, copper;
    wire wires[WIRES];
    int strays; /* strands that stick out of their bundle */
    point stray[3][4];
} cable;

static void stray_strands(cable *m, flaw *f)
{
    stream own = f->random;
    m->strays = 1 + draw_below(&own, 3);
    const wire *w = &m->wires[draw_below(&own, WIRES)];
    float angle = draw_between(&own, -PI, PI);
    flaw_reaches(f, w->at.x, w->at.y, w->core + f->size + 0.03f);
    for (int i = 0; i < m->strays; i++) {
        float a = angle + draw_between(&own, -0.5f, 0.5f), bend = draw_between(&own, -0.9f, 0.9f);
        point at = { w->at.x + 0.5f * w->core * cosf(a), w->at.y + 0.5f * w->core * sinf(a) };
        for (int k = 0; k < 4; k++) {
            m->stray[i][k] = at;
            at.x += f->size / 3 * cosf(a);
            at.y += f->size / 3 * sinf(a);
            a += bend / 3;
        }
    }
}

static void apply_flaw(cable *m, flaw *f)
{
    stream own = f->random;
    int one = draw_below(&own, WIRES), other = (one + 1 + draw_below(&own, WIRES - 1)) % WIRES;
    if (flaw_is(f, BENT_STRANDS))
        stray_strands(m, f);
    if (!flaw_is(f, BENT_STRANDS))
        flaw_reaches(f, m->wires[one].at.x, m->wires[one].at.y, m->wires[one].radius + 0.03f);
    if (flaw_is(f, SWAPPED))
        m->wires[one].coat = m->wires[other].coat;
    if (flaw_is(f, MISSING_WIRE))
        m->wires[one].missing = true;
}

static void prepare(void *model, stream *random, flaw *f)
{
    static const uint32_t coats[WIRES] = { 0x2E5A9A, 0x6A4630, 0x6FA03C };
    cable *m = model;
    m->salt = draw_bits(random);
    m->radius = draw_between(random, 0.8f, 0.84f);
    m->thick = draw_between(random, 0.085f, 0.105f);
    m->ground = colour_scale(tint(0xA9A7A2), draw_between(random, 0.85f, 1.1f));
    m->sheath = colour_scale(tint(0x5C6068), draw_between(random, 0.8f, 1.2f));
    m->filling = colour_scale(tint(0x2B2B2D), draw_between(random, 0.8f, 1.3f));
    m->copper = colour_scale(tint(0xD9925E), draw_between(random, 0.9f, 1.1f));
    for (int i = 0; i < WIRES; i++) {
        wire *w = &m->wires[i];
        float angle = -PI / 2 + 2 * PI / WIRES * (float)i + draw_between(random, -0.06f, 0.06f);
        float out = draw_between(random, 0.382f, 0.392f);
        w->at = (point){ out * cosf(angle), out * sinf(angle) };
        w->radius = draw_between(random, 0.325f, 0.333f);
        w->core = w->radius * draw_between(random, 0.72f, 0.76f);
        w->turned = draw_between(random, -PI, PI);
        w->coat = colour_scale(tint(coats[i]), draw_between(random, 0.85f, 1.15f));
        w->salt = draw_bits(random);
    }
    if (f)
        apply_flaw(m, f);
}

/* The strand of a bundle under (x, y): hexagonal packing, each pushed a little aside and cut at its own slant. */
static void strand(const cable *m, const wire *w, point q, spot p, surface *s)
{
    const float pitch = 0.071f, rise = 0.0615f;
    point t = turn(q, w->turned);
    float nearest = 1;
    point best = { 0, 0 };
    uint32_t id = 0;
    int row = floor_int(t.y / rise);
    for (int j = row; j <= row + 1; j++) {
        float shift = (j & 1) ? 0.5f : 0, column = t.x / pitch - shift;
        for (int i = floor_int(column); i <= floor_int(column) + 1; i++) {
            uint32_t h = hash_point(i, j, w->salt);
            float x = ((float)i + shift) * pitch + 0.016f * ((float)(h & 255) / 255 - 0.5f);
            float y = (float)j * rise + 0.016f * ((float)(h >> 8 & 255) / 255 - 0.5f);
            float d = length(t.x - x, t.y - y);
            if (d < nearest && length(x, y) < w->core - 0.028f) {
                nearest = d;
                best = (point){ t.x - x, t.y - y };
                id = h;
            }
        }
    }
    float slant_x = (float)(id >> 16 & 15) / 15 - 0.5f, slant_y = (float)(id >> 20 & 15) / 15 - 0.5f;
    surface top = { .gloss = 0.45f, .sharp = 0.35f, .metal = 0.7f, .part = COPPER };
    top.tint = colour_scale(m->copper, 0.75f + 0.4f * (float)(id >> 24) / 255);
    top.height = 0.1f + 0.9f * (slant_x * best.x + slant_y * best.y) + 0.3f * root(square(0.034f) - square(nearest));
    surface_cover(s, cover(nearest - 0.0335f, p.pixel), &top);
}

static void wire_cover(const cable *m, const wire *w, spot p, surface *s)
{
    point q = { p.x - w->at.x, p.y - w->at.y };
    float r = length(q.x, q.y);
    if (r > w->radius + p.pixel)
        return;
    float wobble = 0.008f * noise(q.x * 9, q.y * 9, w->salt);
    float dust = grain(q.x * 90, q.y * 90, w->salt + 1), saw = noise(q.x * 9 + q.y * 50, q.y * 6, m->salt + 5);
    surface top = { .gloss = 0.12f, .sharp = 0.2f, .part = INSULATION };
    top.tint = colour_scale(w->coat, 1 + 0.08f * dust + 0.1f * saw);
    top.height = 0.1f * ramp(w->radius, w->radius - 0.03f, r) + 0.002f * saw;
    surface core = { .tint = tint(0x1E130D), .height = 0.02f, .part = COPPER };
    surface_cover(&top, cover(r - w->core + wobble, p.pixel), &core);
    if (r < w->core + 0.01f)
        strand(m, w, q, p, &top);
    surface_cover(s, cover(r - w->radius + 0.6f * wobble, p.pixel), &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const cable *m = model;
    float r = length(p.x, p.y), wobble = 0.009f * noise(p.x * 2.2f, p.y * 2.2f, m->salt);
    float dust = grain(p.x * 90, p.y * 90, m->salt + 2), saw = noise(p.x * 8 + p.y * 40, p.y * 5, m->salt + 5);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.05f * dust), .height = 0, .part = GROUND };
    if (r > m->radius + 0.03f)
        return;
    surface top = { .gloss = 0.1f, .sharp = 0.2f, .part = SHEATH };
    top.tint = colour_scale(m->sheath, 1 + 0.1f * dust + 0.12f * saw);
    top.height = 0.12f * ramp(m->radius, m->radius - 0.025f, r + wobble) + 0.002f * saw;
    surface inside = { .tint = colour_scale(m->filling, 1 + 0.3f * dust), .height = 0.01f, .part = FILLING };
    surface_cover(&top, cover(r - m->radius + m->thick + wobble, p.pixel), &inside);
    surface_cover(s, cover(r - m->radius + wobble, p.pixel), &top);
    for (int i = 0; i < WIRES; i++)
        if (!m->wires[i].missing)
            wire_cover(m, &m->wires[i], p, s);
    for (int i = 0; i < m->strays; i++) {
        float d = distance_path(p.x, p.y, m->stray[i], 4);
        surface stray = { .tint = m->copper, .gloss = 0.6f, .sharp = 0.4f, .metal = 0.6f, .part = COPPER };
        stray.height = 0.16f + root(square(0.02f) - square(d));
        surface_cover(s, cover(d - 0.02f, p.pixel), &stray);
    }
}

static const flaw_kind flaws[] = { { "bent_strands", NULL, 0, { 0.15f, 0.45f }, { 1, 1 }, 0 },
                                   { "cut_sheath", mark_chip, 2, { 0.04f, 0.14f }, { 0.6f, 1 }, 0x222326 },
                                   { "swapped", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "missing_wire", NULL, 0, { 1, 1 }, { 1, 1 }, 0 },
                                   { "poke", mark_hole, 4, { 0.025f, 0.06f }, { 0.6f, 1 }, 0x120F0E },
                                   { 0 } };
const mini_class class_cable = {
    "mini-cable", flaws, { 0.15f, 0.03f, { 0.95f, 1.04f }, { 0.8f, 1.1f }, 0.5f, 1.05f, 0.7f }, true, prepare, pixel
};
