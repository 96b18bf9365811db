/* Cashew: one kernel, bent like a kidney, any way round, on dark green. */
#include "breakage.h"
#include "minivisa.h"

enum { BURNT, EDGE, HOLE, SCRATCH, STUCK };

typedef struct cashew {
    uint32_t salt;
    float bend, half_angle, thick, lop, pinch; /* lop: one end is thicker; pinch: narrow in the middle */
    colour skin, inside, ground;
    breakage gone;
    point piece_at;                  /* a small one that sticks to it */
    float piece_turned, piece_scale; /* scale 0: none */
} cashew;

static float thickness(const cashew *m, float angle)
{
    float t = clamp(angle / m->half_angle, -1.1f, 1.1f);
    return m->thick * (1 + m->lop * t - m->pinch * (1 - t * t) - 0.1f * t * t);
}

/* Signed distance to the outline; `across` runs from -1 at the inner side to 1 at the outer. */
static float outline(const cashew *m, point q, float *across)
{
    q.x += 0.75f * m->bend;
    float angle = clamp(atan2f(q.y, q.x), -m->half_angle, m->half_angle), thick = thickness(m, angle);
    float x = q.x - m->bend * cosf(angle), y = q.y - m->bend * sinf(angle), off = length(x, y);
    *across = clamp((x * cosf(angle) + y * sinf(angle)) / thick, -1, 1);
    return off - thick * (1 + 0.02f * noise(q.x * 5, q.y * 5, m->salt));
}

static void apply_flaw(cashew *m, flaw *f)
{
    stream own = f->random;
    float angle = draw_between(&own, -1, 1) * m->half_angle, side = draw(&own) < 0.35f ? -1.0f : 1.0f;
    float out = m->bend + side * thickness(m, angle);
    point rim = { out * cosf(angle) - 0.75f * m->bend, out * sinf(angle) };
    if (flaw_is(f, EDGE)) {
        m->gone = breakage_bite(rim, f->size, draw_bits(&own));
        flaw_reaches(f, rim.x, rim.y, 2 * f->size + 0.06f);
    }
    if (flaw_is(f, STUCK)) {
        m->piece_scale = f->size;
        m->piece_at = rim;
        m->piece_turned = draw_between(&own, -PI, PI);
        flaw_reaches(f, rim.x, rim.y, 0.9f * f->size + 0.05f);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    cashew *m = model;
    m->salt = draw_bits(random);
    m->bend = draw_between(random, 0.43f, 0.47f);
    m->half_angle = draw_between(random, 1.2f, 1.4f);
    m->thick = draw_between(random, 0.275f, 0.3f);
    float thicker = draw(random) < 0.5f ? -1.0f : 1.0f;
    m->lop = thicker * draw_between(random, 0.08f, 0.22f);
    m->pinch = draw_between(random, 0.0f, 0.08f);
    m->skin = colour_mix(tint(0xDDBF8C), tint(0xD0AC74), draw(random));
    m->skin = colour_scale(m->skin, draw_between(random, 0.9f, 1.1f));
    m->inside = colour_scale(tint(0xEEDDB8), draw_between(random, 0.95f, 1.05f));
    m->ground = colour_scale(tint(0x1C2E26), draw_between(random, 0.75f, 1.25f));
    if (f)
        apply_flaw(m, f);
}

static void kernel(const cashew *m, point q, float across, float d, uint32_t salt, surface *top)
{
    float wrinkle = noise_fractal(across * 3.2f, atan2f(q.y, q.x + 0.75f * m->bend) * 1.3f, 3, salt + 1);
    float cloud = noise_fractal(q.x * 3, q.y * 3, 3, salt + 2), fine = noise_fractal(q.x * 24, q.y * 24, 2, salt + 3);
    float specks = ramp(0.5f, 0.8f, noise(q.x * 16, q.y * 16, salt + 4)),
          seam = ramp(0.1f, 0.02f, fabsf(across - 0.3f));
    *top = (surface){ .gloss = 0.13f, .sharp = 0.25f, .part = 1 };
    top->tint = colour_scale(m->skin, 1 + 0.07f * wrinkle + 0.1f * cloud + 0.04f * fine - 0.1f * specks - 0.07f * seam);
    float in = clamp(-d / m->thick, 0, 1), round = root(1 - square(1 - in));
    top->height = m->thick * (0.25f + 1.05f * round) + 0.01f * wrinkle + 0.003f * fine - 0.012f * seam * in;
}

static void pixel(const void *model, spot p, surface *s)
{
    const cashew *m = model;
    float felt = noise(p.x * 60 + 4 * noise(p.x * 9, p.y * 9, m->salt), p.y * 60, m->salt + 7);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.14f * felt), .height = 0.002f * felt };
    point q = { p.x, p.y };
    float across, d = outline(m, q, &across);
    surface top;
    if (d < p.pixel) {
        kernel(m, q, across, d, m->salt, &top);
        d = breakage_apply(&m->gone, q.x, q.y, d, 0.035f, m->inside, &top);
        surface_cover(s, cover(d, p.pixel), &top);
    }
    if (m->piece_scale <= 0)
        return;
    q = turn((point){ (q.x - m->piece_at.x) / m->piece_scale, (q.y - m->piece_at.y) / m->piece_scale },
             -m->piece_turned);
    d = outline(m, q, &across);
    if (d * m->piece_scale > p.pixel)
        return;
    kernel(m, q, across, d, m->salt + 20, &top);
    top.height = 0.1f + m->piece_scale * top.height;
    top.part = 2;
    surface_cover(s, cover(d * m->piece_scale, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "burnt", mark_burn, 2, { 0.035f, 0.09f }, { 0.6f, 1.1f }, 0x1E120A },
                                   { "edge_breakage", NULL, 0, { 0.05f, 0.12f }, { 1, 1 }, 0 },
                                   { "hole", mark_hole, 2, { 0.014f, 0.035f }, { 0.6f, 1 }, 0x3A2412 },
                                   { "scratch", mark_scratch, 2, { 0.07f, 0.18f }, { 0.8f, 1.3f }, 0xF6E8C8 },
                                   { "stuck_together", NULL, 0, { 0.2f, 0.38f }, { 1, 1 }, 0 },
                                   { 0 } };
const mini_class class_cashew = {
    "minivisa-cashew", flaws, { PI, 0.04f, { 0.94f, 1.06f }, { 0.7f, 1.0f }, 0.4f, 1, 0.55f }, true, prepare, pixel
};
