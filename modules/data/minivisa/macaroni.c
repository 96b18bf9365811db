#include "macaroni.h"

elbow elbow_draw(stream *random, point at, float turned, uint32_t dough)
{
    elbow e = { .at = at, .turned = turned };
    e.bend = draw_between(random, 0.25f, 0.27f);
    e.half_angle = draw_between(random, 0.9f, 1.05f);
    e.radius = draw_between(random, 0.115f, 0.125f);
    e.ridges = draw_between(random, 0.6f, 1);
    e.opening[0] = draw_between(random, 0.3f, 0.5f);
    e.opening[1] = draw_between(random, 0.3f, 0.5f);
    e.mirrored = draw(random) < 0.5f;
    e.dough = colour_scale(tint(dough), draw_between(random, 0.9f, 1.1f));
    e.salt = draw_bits(random);
    return e;
}

/* From the picture to the elbow's own place: its middle line is an arc around (0, 0) that crosses (bend, 0). */
static point into(const elbow *e, float x, float y)
{
    point q = turn((point){ x - e->at.x, y - e->at.y }, -e->turned);
    q.y = e->mirrored ? -q.y : q.y;
    q.x += 0.8f * e->bend;
    return q;
}

static point out_of(const elbow *e, point q)
{
    q.x -= 0.8f * e->bend;
    q.y = e->mirrored ? -q.y : q.y;
    q = turn(q, e->turned);
    return (point){ q.x + e->at.x, q.y + e->at.y };
}

/* Where a chip is: at a corner of an end, or on the rim. */
static point chip_at(const elbow *e, stream *own, float angle)
{
    float side = draw(own) < 0.5f ? -1.0f : 1.0f, out = e->bend + side * e->radius;
    if (draw(own) < 0.6f)
        angle = angle < 0 ? -e->half_angle : e->half_angle;
    return (point){ out * cosf(angle), out * sinf(angle) };
}

void macaroni_break(macaroni *m, flaw *f)
{
    m->broken = -1;
    if (!flaw_is(f, BROKEN) && !flaw_is(f, CHIP))
        return;
    stream own = f->random;
    m->broken = draw_below(&own, ELBOWS);
    const elbow *e = &m->elbows[m->broken];
    uint32_t salt = draw_bits(&own);
    float angle = draw_between(&own, -0.5f, 0.5f) * e->half_angle;
    if (flaw_is(f, BROKEN)) {
        float normal = angle + PI / 2 + draw_between(&own, -0.25f, 0.25f);
        m->gone = breakage_rift((point){ e->bend * cosf(angle), e->bend * sinf(angle) }, f->size, normal, salt);
    } else {
        m->gone = breakage_bite(chip_at(e, &own, angle), f->size, salt);
    }
    point near = out_of(e, m->gone.at);
    flaw_reaches(f, near.x, near.y, m->gone.across ? 0.35f : 2 * f->size + 0.06f);
}

/* The tube's opening at the end with angle `at`: its rim and the dark inside. */
static void end_lay(const elbow *e, point q, float at, float opening, float pixel, surface *top, float *d)
{
    float along = (q.y * cosf(at) - q.x * sinf(at)) * (at < 0 ? -1.0f : 1.0f);
    float across = q.x * cosf(at) + q.y * sinf(at) - e->bend;
    float ring = length(across, along / opening);
    float rim = (ring - e->radius) * (0.45f + 0.5f * opening),
          hole = (ring - 0.68f * e->radius) * (0.4f + 0.5f * opening);
    if (q.x * cosf(at) + q.y * sinf(at) < 0)
        return;
    *d = rim < *d ? rim : *d;
    if (rim > pixel)
        return;
    surface lip = *top, inside = *top;
    lip.tint = colour_scale(e->dough, 1.12f);
    lip.height = 0.6f * e->radius;
    inside.tint = colour_scale(e->dough, 0.16f + 0.25f * ramp(-0.5f, 1, across / e->radius));
    inside.height = 0.25f * e->radius;
    inside.gloss = 0;
    surface_cover(top, cover(rim, pixel), &lip);
    surface_cover(top, cover(hole, pixel), &inside);
}

static void elbow_lay(const macaroni *m, const elbow *e, bool broken, spot p, surface *s)
{
    if (length(p.x - e->at.x, p.y - e->at.y) > 2 * e->bend + 0.02f)
        return;
    point q = into(e, p.x, p.y);
    float from = length(q.x, q.y), angle = atan2f(q.y, q.x), across = from - e->bend;
    float past = (fabsf(angle) - e->half_angle) * from, side = fabsf(across) - e->radius, d = past > side ? past : side;
    float round = root(1 - square(clamp(across / e->radius, -1, 1)));
    float ridge = noise(across * 75, angle * 1.2f, e->salt), flour = noise_fractal(q.x * 14, q.y * 14, 3, e->salt + 1);
    float specks = ramp(0.55f, 0.85f, noise(q.x * 55, q.y * 55, e->salt + 2));
    surface top = { .gloss = 0.14f, .sharp = 0.3f, .part = DOUGH };
    top.tint =
        colour_scale(e->dough, 1 + 0.06f * e->ridges * ridge + 0.07f * flour - 0.12f * specks - 0.22f * (1 - round));
    top.height = e->radius * (0.5f + 1.1f * round) + 0.004f * e->ridges * ridge + 0.002f * flour;
    end_lay(e, q, -e->half_angle, e->opening[0], p.pixel, &top, &d);
    end_lay(e, q, e->half_angle, e->opening[1], p.pixel, &top, &d);
    if (d > p.pixel)
        return;
    if (broken)
        d = breakage_apply(&m->gone, q.x, q.y, d, 0.022f, colour_scale(e->dough, 1.25f), &top);
    surface_cover(s, cover(d, p.pixel), &top);
}

void macaroni_lay(const macaroni *m, spot p, surface *s)
{
    for (int i = 0; i < ELBOWS; i++)
        elbow_lay(m, &m->elbows[i], i == m->broken, p, s);
}
