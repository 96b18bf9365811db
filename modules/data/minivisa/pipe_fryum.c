/* Pipe fryum: a fried, ribbed tube that lies on its side and shows the opening of one end, on dark cloth. */
#include "breakage.h"
#include "minivisa.h"

enum { BURNT, COLOUR_SPOT, EDGE, MIDDLE, SCRATCH };

typedef struct pipe {
    uint32_t salt;
    float half, radius, belly, sway, lean; /* lean: how far the opening turns to the viewer */
    int ribs;
    colour dough, inside, ground;
    breakage gone;
} pipe;

static void apply_flaw(pipe *m, flaw *f)
{
    stream own = f->random;
    float along = draw_between(&own, -0.45f, 0.75f) * m->half, side = draw(&own) < 0.5f ? -1.0f : 1.0f;
    if (flaw_is(f, EDGE)) {
        bool end = draw(&own) < 0.5f;
        point at = { end ? m->half : along, end ? draw_between(&own, -0.8f, 0.8f) * m->radius : side * m->radius };
        m->gone = breakage_bite(at, f->size, draw_bits(&own));
        flaw_reaches(f, at.x, at.y, 2 * f->size + 0.06f);
    }
    if (flaw_is(f, MIDDLE)) {
        float normal = draw_between(&own, -0.4f, 0.4f);
        m->gone = breakage_rift((point){ along, 0 }, f->size, normal, draw_bits(&own));
        flaw_reaches(f, along, 0, 0.5f);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    pipe *m = model;
    m->salt = draw_bits(random);
    m->half = draw_between(random, 0.6f, 0.65f);
    m->radius = draw_between(random, 0.25f, 0.28f);
    m->belly = draw_between(random, 0.02f, 0.08f);
    m->sway = draw_between(random, -0.08f, 0.08f);
    m->lean = draw_between(random, 0.38f, 0.5f);
    m->ribs = 9 + draw_below(random, 3);
    m->dough = colour_mix(tint(0xD9772C), tint(0xE08A30), draw(random));
    m->dough = colour_scale(m->dough, draw_between(random, 0.9f, 1.1f));
    m->inside = colour_scale(tint(0xF0C47A), draw_between(random, 0.95f, 1.05f));
    m->ground = colour_scale(tint(0x28262A), draw_between(random, 0.75f, 1.25f));
    if (f)
        apply_flaw(m, f);
}

/* The opening at the left end: a rim and the dark inside with light falling in. */
static float opening(const pipe *m, float u, float v, float pixel, surface *top, float d)
{
    float ring = length((u + m->half) / m->lean, v) + 0.012f * noise(u * 8, v * 8, m->salt + 6);
    float rim = (ring - m->radius) * 0.7f, hole = (ring - 0.7f * m->radius) * 0.7f;
    if (rim > pixel)
        return d;
    float crumb = noise_fractal(u * 28, v * 28, 2, m->salt + 7);
    surface lip = *top, dark = *top;
    lip.tint = colour_scale(m->inside, 0.92f + 0.1f * crumb);
    lip.height = 0.2f + 0.006f * crumb;
    dark.tint = colour_scale(m->dough, 0.1f + 0.3f * ramp(-0.2f, 1, v / m->radius) + 0.04f * crumb);
    dark.height = 0.08f;
    dark.gloss = lip.gloss = 0;
    surface_cover(top, cover(rim, pixel), &lip);
    surface_cover(top, cover(hole, pixel), &dark);
    return d < rim ? d : rim;
}

static void pixel(const void *model, spot p, surface *s)
{
    const pipe *m = model;
    float weave = noise(p.x * 90, p.y * 16, m->salt) + noise(p.x * 16, p.y * 90, m->salt + 1);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.1f * weave), .height = 0.002f * weave };
    float u = p.x, v = p.y - m->sway * square(p.x / m->half);
    if (fabsf(u) > m->half + 0.2f || fabsf(v) > m->radius + 0.12f)
        return;
    float radius =
        m->radius + m->belly * (1 - square(u / m->half)) * 0.5f + 0.01f * noise(u * 5, v > 0 ? 1 : 9, m->salt + 2);
    float across = clamp(v / radius, -1, 1),
          d = fmaxf(fabsf(v) - radius, fabsf(u) - m->half + 0.01f * noise(v * 9, 2, m->salt));
    float rib = cosf(asinf(across) * (float)m->ribs * 2), round = root(1 - square(across));
    cells small = noise_cells(u * 26, v * 26, m->salt + 3);
    float pimple = ramp(0.5f, 0.1f, small.first), cloud = noise_fractal(u * 4, v * 4, 3, m->salt + 4);
    surface top = { .gloss = 0.2f, .sharp = 0.4f, .glow = 0.06f, .part = 1 };
    top.tint =
        colour_scale(m->dough, 1 + 0.05f * rib + 0.11f * cloud + 0.1f * pimple * ((float)(small.id & 7) / 7 - 0.4f));
    top.height = radius * (0.3f + 1.1f * round) + 0.008f * rib * round + 0.006f * pimple + 0.012f * cloud;
    top.height -= 0.03f * ramp(m->half - 0.05f, m->half, u);
    d = opening(m, u, v, p.pixel, &top, d);
    if (d > p.pixel)
        return;
    d = breakage_apply(&m->gone, p.x, p.y, d, 0.03f, m->inside, &top);
    surface_cover(s, cover(d, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "burnt", mark_burn, 2, { 0.035f, 0.09f }, { 0.6f, 1.1f }, 0x22130A },
                                   { "colour_spot", mark_spot, 2, { 0.02f, 0.05f }, { 0.6f, 1 }, 0x742416 },
                                   { "edge_breakage", NULL, 0, { 0.05f, 0.11f }, { 1, 1 }, 0 },
                                   { "middle_breakage", NULL, 0, { 0.015f, 0.035f }, { 1, 1 }, 0 },
                                   { "scratch", mark_scratch, 2, { 0.07f, 0.17f }, { 0.8f, 1.3f }, 0xF6DCA8 },
                                   { 0 } };
const mini_class class_pipe_fryum = {
    "minivisa-pipe_fryum", flaws, { PI, 0.05f, { 0.95f, 1.05f }, { 0.7f, 1.0f }, 0.42f, 1, 0.6f }, true, prepare, pixel
};
