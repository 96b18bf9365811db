/* Bottle: the mouth of an amber bottle from above on a light box; rings of glass, dark and bright in turn. */
#include "mini.h"

enum { BROKEN_LARGE, BROKEN_SMALL, CONTAMINATION, RESIDUE };
enum { STOPS = 13, ARCS = 9 };

typedef struct arc { /* a reflection: part of a ring */
    float angle, half, radius, width, level;
} arc;
typedef struct bottle {
    uint32_t salt;
    float size, streak;
    point eye; /* how far the deep rings are seen aside of the rim */
    float radius[STOPS];
    colour glass[STOPS], ground;
    arc arcs[ARCS];
    point bite; /* where the rim is broken */
    float bite_size;
    uint32_t bite_salt;
} bottle;

static const struct {
    float radius;
    uint32_t tint;
} rings[STOPS] = { { 0, 0x6B4A26 },     { 0.2f, 0x54361B },  { 0.37f, 0x1F150C }, { 0.42f, 0x120C08 },
                   { 0.46f, 0xA87B42 }, { 0.5f, 0x3F2A15 },  { 0.61f, 0x24170D }, { 0.66f, 0x0F0A07 },
                   { 0.71f, 0xC9A46A }, { 0.75f, 0x4A301A }, { 0.85f, 0x70491F }, { 0.91f, 0x22150C },
                   { 1, 0x0C0806 } };

static void prepare(void *model, stream *random, flaw *f)
{
    bottle *m = model;
    m->salt = draw_bits(random);
    m->size = draw_between(random, 0.83f, 0.86f);
    m->streak = draw_between(random, 0.15f, 0.4f);
    m->eye = (point){ draw_between(random, -0.06f, 0.06f), draw_between(random, -0.06f, 0.06f) };
    float warm = draw_between(random, 0.8f, 1.25f);
    for (int i = 0; i < STOPS; i++) {
        m->radius[i] = rings[i].radius + (i > 0 && i + 1 < STOPS ? draw_between(random, -0.008f, 0.008f) : 0);
        m->glass[i] = colour_scale(tint(rings[i].tint), warm * draw_between(random, 0.85f, 1.15f));
    }
    m->ground = colour_scale(tint(0xF0F0EE), draw_between(random, 0.9f, 1));
    static const float where[ARCS] = { 0.955f, 0.955f, 0.88f, 0.71f, 0.71f, 0.6f, 0.46f, 0.46f, 0.8f };
    for (int i = 0; i < ARCS; i++) {
        bool broad = i + 1 == ARCS; /* the soft box in the shoulder */
        m->arcs[i].angle = draw_between(random, -PI, PI);
        m->arcs[i].half = draw_between(random, 0.12f, 0.6f);
        m->arcs[i].radius = where[i] + draw_between(random, -0.01f, 0.01f);
        m->arcs[i].width = broad ? draw_between(random, 0.04f, 0.06f) : draw_between(random, 0.008f, 0.024f);
        m->arcs[i].level = broad ? draw_between(random, 0.12f, 0.3f) : draw_between(random, 0.35f, 0.95f);
    }
    m->bite = (point){ 9, 9 };
    m->bite_size = 0.1f;
    if (flaw_is(f, BROKEN_LARGE) || flaw_is(f, BROKEN_SMALL)) {
        stream own = f->random;
        float angle = draw_between(&own, -PI, PI), out = m->size * draw_between(&own, 0.9f, 1);
        m->bite = (point){ out * cosf(angle), out * sinf(angle) };
        m->bite_size = f->size;
        m->bite_salt = draw_bits(&own);
        flaw_reaches(f, m->bite.x, m->bite.y, 1.7f * f->size);
    }
}

static colour glass_at(const bottle *m, float r)
{
    int i = 0;
    while (i + 2 < STOPS && r > m->radius[i + 1])
        i++;
    return colour_mix(m->glass[i], m->glass[i + 1], ramp(m->radius[i], m->radius[i + 1], r));
}

static float reflections(const bottle *m, float x, float y, float r)
{
    float sum = 0, angle = atan2f(y, x);
    for (int i = 0; i < ARCS; i++) {
        const arc *a = &m->arcs[i];
        float away = fabsf(remainderf(angle - a->angle, 2 * PI)), off = fabsf(r - a->radius) / a->width;
        if (off < 1)
            sum += a->level * ramp(a->half, 0.6f * a->half, away) * ramp(1, 0.3f, off);
    }
    return sum;
}

/* Broken glass: the light box through the gap, and around it the face of the break, streaked across its edge. */
static void break_rim(const bottle *m, spot p, surface *s)
{
    float x = (p.x - m->bite.x) / m->bite_size, y = (p.y - m->bite.y) / m->bite_size, r = length(x, y);
    cells facet = noise_cells(2.6f * x, 2.6f * y, m->bite_salt);
    float jag = (float)(facet.id & 63) / 63 - 0.5f, wave = noise(2.3f * x, 2.3f * y, m->bite_salt + 1);
    float outer = r - 1 - 0.3f * wave - 0.16f * jag, inner = outer + 0.3f + 0.16f * wave + 0.3f * jag;
    if (outer > 0.05f)
        return;
    float n = 1 / (r + 0.01f), streak = noise_fractal(7 * x * n, 7 * y * n + r, 3, m->bite_salt + 2);
    float tilt = (float)(facet.id >> 8 & 255) / 255, sparkle = ramp(0.2f, 0.7f, streak + 0.9f * tilt - 0.3f);
    colour face = colour_mix(colour_scale(tint(0x3A2818), 0.6f + tilt), tint(0xE9DDC8), 0.85f * sparkle);
    face = colour_mix(face, tint(0xFBF6EC), 0.7f * ramp(0.07f, 0.01f, fabsf(inner)));
    s->tint = colour_mix(s->tint, face, ramp(0.04f, -0.04f, outer));
    s->tint = colour_mix(s->tint, colour_scale(m->ground, 0.92f), ramp(0.02f, -0.02f, inner));
}

static void pixel(const void *model, spot p, surface *s)
{
    const bottle *m = model;
    float r = length(p.x, p.y) / m->size;
    *s = (surface){ .tint = colour_scale(m->ground, 1 - 0.05f * r), .glow = 0.9f };
    if (r > 1 + 2 * p.pixel)
        return;
    float x = p.x / m->size - m->eye.x * (1 - r), y = p.y / m->size - m->eye.y * (1 - r), inner = length(x, y);
    float n = 1 / (inner + 1e-4f);
    float streak =
        noise_fractal(3 * x * n + 2 * inner, 3 * y * n, 3, m->salt) + 0.3f * noise(x * 9, y * 9, m->salt + 4);
    colour c = colour_scale(glass_at(m, inner), 1 + m->streak * streak);
    float bright = reflections(m, x, y, inner) * (0.8f + 0.4f * streak);
    surface top = { .tint = colour_mix(c, tint(0xF6EBDC), clamp(bright, 0, 0.95f)), .glow = 0.9f, .part = 1 };
    if (m->bite.x < 8)
        break_rim(m, p, &top);
    surface_cover(s, cover((r - 1) * m->size, p.pixel), &top);
}

static const flaw_kind flaws[] = { { "broken_large", NULL, 0, { 0.14f, 0.24f }, { 1, 1 }, 0 },
                                   { "broken_small", NULL, 0, { 0.05f, 0.1f }, { 1, 1 }, 0 },
                                   { "contamination", mark_debris, 2, { 0.03f, 0.16f }, { 0.5f, 1 }, 0xB9B2A6 },
                                   { "residue", mark_stain, 2, { 0.08f, 0.2f }, { 0.3f, 0.9f }, 0xD8CFC0 },
                                   { 0 } };
const mini_class class_bottle = {
    "mini-bottle", flaws, { PI, 0.03f, { 0.97f, 1.03f }, { 1.1f, 1.3f }, 0.8f, 0.95f, 0.1f }, true, prepare, pixel
};
