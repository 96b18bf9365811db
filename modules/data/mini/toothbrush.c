/* Toothbrush: its head from above; rows of tufts, each a bundle of bristles. */
#include "mini.h"

enum { MISSING, SPLAYED, SWAPPED, CONTAMINATION };
enum { PLATE = 1, BRISTLES, COLUMNS = 4, ROWS = 9, TUFTS = COLUMNS * ROWS };

typedef struct tuft {
    point at, lean;
    float radius, height;
    int hue; /* which of the colours; -1: no tuft */
    float splay;
} tuft;
typedef struct toothbrush {
    uint32_t salt;
    point half;
    colour plate, ground, hues[2];
    tuft tufts[TUFTS];
} toothbrush;

static void apply_flaw(toothbrush *m, flaw *f)
{
    stream own = f->random;
    int first = draw_below(&own, TUFTS), count = 1 + (int)(f->size * 3);
    flaw_reaches(f, m->tufts[first].at.x, m->tufts[first].at.y, 0.1f * (float)count + 0.4f);
    for (int i = 0; i < TUFTS; i++) {
        tuft *t = &m->tufts[i];
        float away = length(t->at.x - m->tufts[first].at.x, t->at.y - m->tufts[first].at.y);
        bool chosen = away < 0.1f * (float)count + 0.02f;
        float a = draw_between(&own, -PI, PI);
        if (!chosen)
            continue;
        if (flaw_is(f, MISSING) && (i == first || draw(&own) < 0.25f))
            t->hue = -1;
        if (flaw_is(f, SWAPPED) && i == first)
            t->hue = 1 - t->hue;
        if (flaw_is(f, SPLAYED)) {
            t->splay = draw_between(&own, 0.6f, 1);
            t->lean = (point){ 0.09f * f->strength * cosf(a), 0.09f * f->strength * sinf(a) };
        }
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    static const uint32_t hues[] = { 0x3F78B8, 0x4B9A78, 0xB8576A };
    toothbrush *m = model;
    m->salt = draw_bits(random);
    m->half = (point){ draw_between(random, 0.45f, 0.47f), draw_between(random, 0.86f, 0.88f) };
    m->plate = colour_scale(tint(0xC6C9CE), draw_between(random, 0.85f, 1.1f));
    m->ground = colour_scale(tint(0x22242C), draw_between(random, 0.7f, 1.5f));
    m->hues[0] = colour_scale(tint(0xE2E0DA), draw_between(random, 0.9f, 1.05f));
    m->hues[1] = colour_scale(tint(hues[draw_below(random, 3)]), draw_between(random, 0.85f, 1.1f));
    for (int i = 0; i < TUFTS; i++) {
        int row = i / COLUMNS, column = i % COLUMNS;
        tuft *t = &m->tufts[i];
        float x = ((float)column - 1.5f) * 0.205f, y = ((float)row - 4) * 0.18f;
        t->at = (point){ x + draw_between(random, -0.012f, 0.012f), y + draw_between(random, -0.012f, 0.012f) };
        t->lean = (point){ draw_between(random, -0.018f, 0.018f), draw_between(random, -0.018f, 0.018f) };
        t->radius = draw_between(random, 0.088f, 0.1f);
        t->height = draw_between(random, 0.2f, 0.25f);
        t->hue = (column == 1 || column == 2) ^ (row % 8 == 0);
        t->splay = draw_between(random, 0, 0.25f);
    }
    if (f)
        apply_flaw(m, f);
}

/* The bristle ends of one tuft; those of a splayed one lie down and show their length. */
static void tuft_cover(const toothbrush *m, const tuft *t, int number, spot p, surface *s)
{
    float x = p.x - t->at.x - t->lean.x, y = p.y - t->at.y - t->lean.y;
    float radius = t->radius * (1 + 0.35f * t->splay), r = length(x, y);
    if (r > radius * 1.25f)
        return;
    float ragged = 0.16f * radius * noise(x * 28, y * 28, m->salt + (uint32_t)number) * (0.5f + t->splay);
    float lay = 1 + 3 * ramp(0.3f, 1, t->splay), n = length(t->lean.x, t->lean.y) + 1e-4f;
    float along = (x * t->lean.x + y * t->lean.y) / n, across = (y * t->lean.x - x * t->lean.y) / n;
    cells c = noise_cells(along * 42 / lay, across * 42, m->salt + (uint32_t)number * 7);
    float tip = ramp(0.62f, 0.2f, c.first), level = 0.5f + 0.5f * tip + 0.2f * ((float)(c.id & 255) / 255 - 0.5f);
    surface top = { .gloss = 0.12f, .sharp = 0.4f, .part = BRISTLES };
    top.tint = colour_scale(m->hues[t->hue], level * (1 - 0.3f * ramp(0.5f, 1.05f, r / radius)));
    top.height = t->height * (1 - 0.25f * t->splay) - 0.05f * square(r / radius) + 0.012f * tip * (1 - c.first);
    surface_cover(s, ramp(0.012f, -0.012f, r - radius + ragged), &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const toothbrush *m = model;
    float lint = noise(p.x * 40, p.y * 40, m->salt), patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 1);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.1f * lint + 0.2f * patch) };
    float neck = p.y > 0.7f ? distance_box(p.x, p.y - 1.1f, 0.15f, 0.5f, 0.05f) : 1;
    float d = distance_box(p.x, p.y, m->half.x, m->half.y, 0.3f);
    d = neck < d ? neck : d;
    if (d < p.pixel) {
        surface plate = {
            .tint = colour_scale(m->plate, 1 + 0.03f * patch), .gloss = 0.3f, .sharp = 0.55f, .part = PLATE
        };
        plate.height = 0.08f * root(1 - square(1 - clamp(-d / 0.08f, 0, 1)));
        surface_cover(s, cover(d, p.pixel), &plate);
    }
    for (int i = 0; i < TUFTS; i++) {
        const tuft *t = &m->tufts[i];
        if (fabsf(p.y - t->at.y) > 0.3f || fabsf(p.x - t->at.x) > 0.3f)
            continue;
        float hole = length(p.x - t->at.x, p.y - t->at.y) - 0.8f * t->radius;
        if (t->hue < 0) {
            surface empty = { .tint = colour_scale(m->plate, 0.25f), .height = 0.02f, .part = PLATE };
            surface_cover(s, s->part == PLATE ? cover(hole, p.pixel) : 0, &empty);
            continue;
        }
        tuft_cover(m, t, i, p, s);
    }
}

static const flaw_kind flaws[] = { { "missing_tuft", NULL, 0, { 0.3f, 1.2f }, { 1, 1 }, 0 },
                                   { "splayed", NULL, 0, { 0.3f, 1.2f }, { 0.5f, 1.1f }, 0 },
                                   { "swapped_tuft", NULL, 0, { 0.3f, 0.31f }, { 1, 1 }, 0 },
                                   { "contamination", mark_debris, 6, { 0.025f, 0.1f }, { 0.5f, 1 }, 0x6A4A34 },
                                   { 0 } };
const mini_class class_toothbrush = {
    "mini-toothbrush", flaws, { 0.08f, 0.04f, { 0.94f, 1.03f }, { 0.8f, 1.1f }, 0.5f, 1, 0.6f }, false, prepare, pixel
};
