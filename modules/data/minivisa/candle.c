/* Candle: four tea lights in their aluminium cups, from above. */
#include "breakage.h"
#include "minivisa.h"

enum { CHUNK, COLOUR_SPOT, EXTRA_WAX, PARTICLES, WICK };
enum { GROUND, CUP, WAX, THREAD, CANDLES = 4 };

typedef struct candle {
    point at;
    float radius, level, pool; /* level of the wax below the rim; pool: radius of the smooth middle */
    point wick[4];             /* its path, and how high it stands */
    float wick_width;
    colour wax;
    uint32_t salt;
} candle;
typedef struct candles {
    uint32_t salt;
    colour ground, metal;
    candle candles[CANDLES];
    int broken;
    breakage gone;
} candles;

static void wick_draw(candle *c, stream *random, float reach)
{
    float angle = draw_between(random, -PI, PI), bend = draw_between(random, -0.5f, 0.5f);
    for (int i = 0; i < 4; i++) {
        c->wick[i].x = (float)i / 3 * reach * cosf(angle + bend * (float)i);
        c->wick[i].y = (float)i / 3 * reach * sinf(angle + bend * (float)i);
    }
    c->wick_width = draw_between(random, 0.019f, 0.023f);
}

static void apply_flaw(candles *m, flaw *f)
{
    stream own = f->random;
    int one = draw_below(&own, CANDLES);
    candle *c = &m->candles[one];
    if (flaw_is(f, WICK)) {
        flaw_reaches(f, c->at.x, c->at.y, 0.12f + f->size);
        if (draw(&own) < 0.3f)
            c->wick_width = 0;
        else
            wick_draw(c, &own, fminf(f->size, 0.2f)); /* within the candle */
    }
    if (flaw_is(f, CHUNK)) {
        float angle = draw_between(&own, -PI, PI), out = c->radius * draw_between(&own, 0.55f, 0.9f);
        m->broken = one;
        m->gone = breakage_bite((point){ out * cosf(angle), out * sinf(angle) }, f->size, draw_bits(&own));
        flaw_reaches(f, c->at.x + m->gone.at.x, c->at.y + m->gone.at.y, 2 * f->size + 0.05f);
    }
}

static void prepare(void *model, stream *random, flaw *f)
{
    candles *m = model;
    m->salt = draw_bits(random);
    m->ground = colour_scale(tint(0x23252B), draw_between(random, 0.8f, 1.25f));
    m->metal = colour_scale(tint(0xC6C7C8), draw_between(random, 0.85f, 1.05f));
    m->broken = -1;
    for (int i = 0; i < CANDLES; i++) {
        candle *c = &m->candles[i];
        c->at = (point){ i % 2 ? 0.455f : -0.455f, i / 2 ? 0.455f : -0.455f };
        c->at.x += draw_between(random, -0.02f, 0.02f);
        c->at.y += draw_between(random, -0.02f, 0.02f);
        c->radius = draw_between(random, 0.385f, 0.395f);
        c->level = draw_between(random, 0.02f, 0.035f);
        c->pool = draw_between(random, 0.14f, 0.24f);
        c->wax = colour_scale(tint(0xE6E1D2), draw_between(random, 0.92f, 1.05f));
        c->salt = draw_bits(random);
        wick_draw(c, random, draw_between(random, 0.05f, 0.08f));
    }
    if (f)
        apply_flaw(m, f);
}

static void cup(const candles *m, const candle *c, float x, float y, float r, float pixel, surface *s)
{
    float angle = atan2f(y, x), flute = cosf(angle * 36 + (float)(c->salt & 7));
    surface top = { .gloss = 0.45f, .sharp = 0.45f, .metal = 0.8f, .part = CUP };
    top.tint = colour_scale(m->metal, 0.95f + 0.06f * flute + 0.05f * noise(x * 30, y * 30, c->salt + 3));
    top.height = 0.16f - 0.05f * ramp(c->radius + 0.01f, c->radius + 0.03f, r) + 0.004f * flute;
    surface_cover(s, cover(r - c->radius - 0.03f, pixel), &top);
}

static void wax(const candles *m, const candle *c, float x, float y, float r, float pixel, surface *s)
{
    float cloud = noise_fractal(x * 5, y * 5, 3, c->salt), pits = noise_fractal(x * 26, y * 26, 2, c->salt + 1);
    float crystal = noise(x * 60, y * 60, c->salt + 2),
          pool = ramp(c->pool + 0.05f, c->pool - 0.05f, r + 0.02f * cloud);
    surface top = { .gloss = 0.16f + 0.14f * pool, .sharp = 0.4f, .glow = 0.12f, .part = WAX };
    top.tint = colour_scale(c->wax, 1 + 0.035f * cloud + (1 - pool) * (0.02f * pits + 0.02f * crystal));
    top.tint = colour_scale(top.tint, 1 - 0.05f * pool);
    top.height = 0.16f - c->level + 0.02f * ramp(0.8f * c->radius, c->radius, r) + 0.012f * ramp(0.09f, 0.03f, r);
    top.height += 0.003f * cloud + (1 - pool) * 0.0014f * pits - 0.006f * pool;
    float d = r - c->radius + 0.012f, gone = 9;
    if (m->broken >= 0 && c == &m->candles[m->broken])
        gone = breakage_distance(&m->gone, x, y);
    if (gone < 0.02f) { /* down to the rough wax below */
        float deep = ramp(0.02f, -0.03f, gone), rough = noise_fractal(x * 30, y * 30, 3, m->gone.salt + 1);
        top.tint = colour_scale(top.tint, 1 - deep * (0.16f - 0.12f * rough));
        top.height -= deep * (0.06f + 0.015f * rough);
        top.gloss *= 1 - deep;
    }
    surface_cover(s, cover(d, pixel), &top);
}

static void wick(const candle *c, float x, float y, float pixel, surface *s)
{
    if (c->wick_width <= 0)
        return;
    float d = distance_path(x, y, c->wick, 4), twist = noise((x + y) * 70, (x - y) * 30, c->salt + 5);
    surface top = { .gloss = 0.05f, .sharp = 0.2f, .part = THREAD };
    top.tint = colour_scale(tint(0x9A9282), 1 + 0.25f * twist - 0.4f * ramp(0.3f, 1, d / c->wick_width));
    top.height = 0.19f + root(square(c->wick_width) - square(d)) + 0.4f * length(x, y);
    surface_cover(s, cover(d - c->wick_width, pixel), &top);
}

static void pixel(const void *model, spot p, surface *s)
{
    const candles *m = model;
    float cloth = grain(p.x * 80, p.y * 80, m->salt), patch = noise_fractal(p.x * 2, p.y * 2, 2, m->salt + 1);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.12f * cloth + 0.12f * patch), .height = 0.002f * cloth };
    for (int i = 0; i < CANDLES; i++) {
        const candle *c = &m->candles[i];
        float x = p.x - c->at.x, y = p.y - c->at.y, r = length(x, y);
        if (r > c->radius + 0.05f)
            continue;
        cup(m, c, x, y, r, p.pixel, s);
        wax(m, c, x, y, r, p.pixel, s);
        wick(c, x, y, p.pixel, s);
    }
}

static const flaw_kind flaws[] = { { "chunk_missing", NULL, 0, { 0.04f, 0.1f }, { 1, 1 }, 0 },
                                   { "colour_spot", mark_spot, 1u << WAX, { 0.02f, 0.05f }, { 0.5f, 1 }, 0xB0803A },
                                   { "extra_wax", mark_lump, 6, { 0.025f, 0.06f }, { 0.7f, 1.1f }, 0xE9E5D8 },
                                   { "particles", mark_debris, 1u << WAX, { 0.012f, 0.03f }, { 0.6f, 1 }, 0x3E362E },
                                   { "wick", NULL, 0, { 0.13f, 0.24f }, { 1, 1 }, 0 },
                                   { 0 } };
const mini_class class_candle = {
    "minivisa-candle", flaws, { 0.06f, 0.02f, { 0.97f, 1.03f }, { 0.7f, 1.0f }, 0.45f, 0.9f, 0.55f }, true,
    prepare,           pixel
};
