#include "board.h"

static const float top_of_board = 0.055f;
static const surface tin = { .gloss = 0.45f, .sharp = 0.45f, .metal = 0.7f, .part = METAL };
static const surface steel = { .gloss = 0.4f, .sharp = 0.35f, .metal = 0.8f, .part = BODY };
static const surface epoxy = { .gloss = 0.09f, .sharp = 0.2f, .part = BODY };
static const surface plastic = { .gloss = 0.3f, .sharp = 0.5f, .part = BODY };
static const surface glass = { .gloss = 0.8f, .sharp = 0.75f, .glow = 0.25f, .part = BODY };
static const surface paint = { .gloss = 0.08f, .sharp = 0.2f, .part = INK };

typedef struct drawing { /* where on a piece */
    const piece *piece;
    const board *board;
    point q; /* from its middle, not turned */
    float pixel;
    surface *s;
} drawing;

/* Lays stuff of this finish, colour and height (above the board) at signed distance d. */
static void lay(const drawing *g, float d, const surface *finish, colour c, float height)
{
    if (d > g->pixel)
        return;
    surface top = *finish;
    top.tint = colour_scale(c, g->piece->level);
    top.height = top_of_board + height;
    top.part += g->piece->moved ? MOVED : 0;
    surface_cover(g->s, cover(d, g->pixel), &top);
}

static colour hue(const drawing *g, uint32_t usual)
{
    return tint(g->piece->tint ? g->piece->tint : usual);
}

static float box(point q, float half_x, float half_y, float corner)
{
    return distance_box(q.x, q.y, half_x, half_y, corner);
}

/* Distance from the nearest of `n` places in a row along x, `pitch` apart, as a coordinate; which one in *i. */
static float row(float x, int n, float pitch, int *i)
{
    float place = x / pitch + 0.5f * (float)(n - 1);
    *i = (int)clamp((float)floor_int(place + 0.5f), 0, (float)(n - 1));
    return (place - (float)*i) * pitch;
}

static void label(const drawing *g, float size, uint32_t ink)
{
    const char *text = g->piece->label;
    if (!text || fabsf(g->q.y) > size)
        return;
    float d = (distance_text(g->q.x / size, g->q.y / size, text) - 0.09f) * size;
    g->s->tint = colour_mix(g->s->tint, tint(ink), 0.75f * cover(d, g->pixel));
}

/* Pads and legs along the two sides x = -half, half. */
static void legs(const drawing *g, point q, point half)
{
    int i;
    float pitch = 2 * half.y / (float)g->piece->pins, v = row(q.y, g->piece->pins, pitch, &i), u = fabsf(q.x) - half.x;
    lay(g, distance_box(u - 0.032f, v, 0.034f, 0.33f * pitch, 0.006f), &tin, tint(0xB7B4A8), 0.004f);
    if (!g->piece->lost)
        lay(g, distance_box(u - 0.015f, v, 0.03f, 0.2f * pitch, 0.003f), &tin, tint(0xD6D6D2), 0.03f - 0.5f * u);
}

static void chip(const drawing *g, bool four)
{
    const piece *p = g->piece;
    legs(g, g->q, p->half);
    if (four)
        legs(g, (point){ g->q.y, g->q.x }, (point){ p->half.y, p->half.x });
    if (p->lost)
        return;
    float d = box(g->q, p->half.x, p->half.y, 0.012f), dust = grain(g->q.x * 90, g->q.y * 90, p->salt);
    lay(g, d, &epoxy, colour_scale(hue(g, 0x262628), 1 + 0.1f * dust), 0.03f + 0.06f * ramp(0, -0.03f, d));
    if (d > 0)
        return;
    drawing turned = *g;
    turned.q = p->half.y > 1.3f * p->half.x ? (point){ -g->q.y, g->q.x } : g->q;
    label(&turned, four ? 0.07f : 0.062f, 0x9C9C98);
    float dot = length(g->q.x + p->half.x - 0.035f, g->q.y + p->half.y - 0.035f) - 0.013f;
    g->s->tint = colour_scale(g->s->tint, 1 - 0.5f * cover(dot, g->pixel));
}

static void chip2(const drawing *g)
{
    chip(g, false);
}
static void chip4(const drawing *g)
{
    chip(g, true);
}

/* Two pads with solder, and between them the body with its tinned ends. */
static void passive(const drawing *g)
{
    point half = g->piece->half;
    float u = fabsf(g->q.x) - half.x, fillet = ramp(0.035f, -0.01f, u);
    lay(g, distance_box(u + 0.005f, g->q.y, 0.034f, half.y + 0.008f, 0.01f), &tin, tint(0xC2BFB2),
        g->piece->lost ? 0.004f : 0.004f + 0.02f * fillet);
    if (g->piece->lost)
        return;
    float d = box(g->q, half.x, half.y, 0.006f), grit = grain(g->q.x * 90, g->q.y * 90, g->piece->salt);
    lay(g, d, &epoxy, colour_scale(hue(g, 0x1E1E20), 1 + 0.07f * grit), 0.03f + 0.015f * ramp(0, -0.02f, d));
    lay(g, fmaxf(d, 0.62f * half.x - fabsf(g->q.x)), &tin, tint(0xD2D1CC), 0.047f);
    if (d < 0)
        label(g, 1.1f * half.y, 0xC8C8C4);
}

static void chip_lamp(const drawing *g)
{
    passive(g);
    point half = g->piece->half;
    if (!g->piece->lost)
        lay(g, box(g->q, 0.55f * half.x, 0.8f * half.y, 0.01f), &glass, hue(g, 0xE8E2B0), 0.055f);
}

static void can(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y);
    lay(g, distance_box(fabsf(g->q.x) - 0.4f * size, g->q.y, 0.03f, 0.03f, 0.03f), &tin, tint(0xC2BFB2), 0.004f);
    if (g->piece->lost)
        return;
    lay(g, r - size, &plastic, hue(g, 0x23283A), 0.2f);
    float stripe = g->q.x - 0.55f * size;
    lay(g, fmaxf(r - size, -stripe), &plastic, tint(0xB8BCC4), 0.2f);
    float cross = fminf(fabsf(g->q.x), fabsf(g->q.y)),
          groove = ramp(0.012f, 0.004f, cross) * ramp(0.7f, 0.6f, r / size);
    lay(g, r - 0.84f * size, &steel, colour_scale(tint(0xC9C9C8), 1 - 0.3f * groove), 0.2f - 0.012f * groove);
}

/* The dome points left; its leads come out at the right and are soldered. */
static void lamp(const drawing *g)
{
    point half = g->piece->half, q = g->q;
    float reach = half.x + 0.22f, bend = g->piece->bend, root_at = half.x + 0.05f;
    lay(g, distance_box(q.x - reach, fabsf(q.y) - 0.45f * half.y, 0.03f, 0.03f, 0.03f), &tin, tint(0xC2BFB2), 0.01f);
    if (g->piece->lost)
        return;
    float along = clamp((reach - q.x) / (2 * reach), 0, 1.2f);
    q.y -= bend * square(along);
    q.x -= 0.25f * fabsf(bend) * along;
    lay(g,
        distance_box(q.x - 0.5f * (root_at + reach), fabsf(q.y) - 0.45f * half.y, 0.5f * (reach - root_at), 0.011f,
                     0.008f),
        &tin, tint(0xD0D0CC), 0.06f);
    float flange = distance_box(q.x - half.x + 0.02f, q.y, 0.025f, half.y + 0.02f, 0.01f);
    float tube = distance_box(q.x - 0.2f * half.x, q.y, 1.0f * half.x, half.y, half.y), d = fminf(flange, tube);
    float in = clamp(fabsf(q.y) / (half.y + 0.02f), 0, 1);
    colour c = colour_scale(hue(g, 0xC9D2DC), 0.75f + 0.4f * ramp(-1, 1, q.y / half.y) - 0.2f * in);
    float die = distance_box(q.x - 0.25f * half.x, q.y, 0.3f * half.x, 0.35f * half.y, 0.01f);
    c = colour_mix(c, colour_scale(c, 0.35f), 0.7f * cover(die, g->pixel));
    lay(g, d, &glass, c, 0.02f + half.y * (0.3f + 0.9f * root(1 - square(in))));
}

static void pins(const drawing *g)
{
    const piece *p = g->piece;
    const float pitch = 0.1f;
    float wide = 0.5f * pitch * (float)p->pins, long_y = p->half.y;
    int i;
    float v = row(g->q.x, p->pins, pitch, &i);
    lay(g, length(v, g->q.y + 0.08f) - 0.035f, &tin, tint(0xC8C6BC),
        0.03f * ramp(0.035f, 0, length(v, g->q.y + 0.08f)));
    for (int k = i > 2 ? i - 3 : 0; k < p->pins && k < i + 4; k++) { /* a bent pin leans over its neighbours */
        float x = g->q.x - ((float)k - 0.5f * (float)(p->pins - 1)) * pitch, y = g->q.y;
        float along = clamp((y - 0.04f) / (long_y - 0.04f), 0, 1.1f);
        bool bent = k == p->bent && p->bend != 0;
        x -= bent ? p->bend * along * (0.5f + 0.5f * along) : 0;
        float end = long_y - (bent ? 0.3f * fabsf(p->bend) : 0),
              d = distance_box(x, y - 0.5f * end, 0.015f, 0.5f * end, 0.005f);
        lay(g, d, &tin, hue(g, 0xD9C07A), 0.02f + 0.015f * ramp(0, -0.01f, d) + (bent ? 0.03f * along : 0));
    }
    float d = box(g->q, wide, 0.042f, 0.008f), notch = ramp(0.012f, 0, 0.5f * pitch - fabsf(v));
    lay(g, d, &plastic, tint(0x1C1C1E), 0.07f + 0.02f * ramp(0, -0.02f, d) - 0.03f * notch);
}

static void holes(const drawing *g)
{
    int i;
    float pitch = 2 * g->piece->half.x / (float)g->piece->pins, v = row(g->q.x, g->piece->pins, pitch, &i);
    float r = length(v, g->q.y), bump = ramp(0.042f, 0.01f, r);
    if (g->piece->tint) {
        lay(g, r - 0.036f, &tin, hue(g, 0), 0.02f * bump);
        return;
    }
    lay(g, r - 0.036f, &tin, tint(0xCDB36A), 0.004f);
    lay(g, r - 0.019f, &epoxy, tint(0x15130F), -0.03f);
}

static void trimmer(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y), d = box(g->q, size, g->piece->half.y, 0.012f);
    int i;
    float v = row(g->q.x, 3, 0.6f * size, &i);
    lay(g, length(v, g->q.y - g->piece->half.y - 0.025f) - 0.028f, &tin, tint(0xC8C6BC), 0.015f);
    if (g->piece->lost)
        return;
    lay(g, d, &plastic, hue(g, 0x2A5FB4), 0.1f + 0.03f * ramp(0, -0.025f, d));
    point t = turn(g->q, (float)(g->piece->salt & 31) * 0.06f);
    float slot =
        fminf(distance_box(t.x, t.y, 0.5f * size, 0.013f, 0.003f), distance_box(t.x, t.y, 0.013f, 0.5f * size, 0.003f));
    lay(g, r - 0.68f * size, &plastic, tint(0xE0DED6), 0.14f);
    lay(g, r - 0.56f * size, &steel, tint(0xC4A45A), 0.145f);
    lay(g, slot, &epoxy, tint(0x3A301C), 0.11f);
}

static void crystal(const drawing *g)
{
    point half = g->piece->half;
    lay(g, distance_box(fabsf(g->q.x) - 0.6f * half.x, g->q.y, 0.04f, half.y + 0.02f, 0.015f), &tin, tint(0xC2BFB2),
        0.004f);
    if (g->piece->lost)
        return;
    float d = box(g->q, half.x, half.y, half.y), inner = d + 0.022f,
          scuff = noise(g->q.x * 90, g->q.y * 10, g->piece->salt);
    lay(g, d, &steel, tint(0xB4B4B2), 0.04f);
    lay(g, inner, &steel, colour_scale(tint(0xCECECC), 1 + 0.06f * scuff), 0.05f + 0.05f * ramp(0, -0.025f, inner));
    if (inner < 0)
        label(g, 0.07f, 0x5A5A58);
}

static void transducer(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y),
          brushed = noise(atan2f(g->q.y, g->q.x) * 9, r * 60, g->piece->salt);
    lay(g, r - size, &steel, colour_scale(tint(0xC2C3C4), 1 + 0.05f * brushed),
        0.26f - 0.05f * ramp(-0.03f, 0, r - size));
    lay(g, r - 0.8f * size, &epoxy, tint(0x1C1C1E), 0.2f);
    point t = turn(g->q, 0.785f);
    int i;
    float pitch = 0.045f, u = fabsf(row(t.x, 99, pitch, &i)), v = fabsf(row(t.y, 99, pitch, &i));
    lay(g, fmaxf(r - 0.79f * size, fminf(u, v) - 0.0085f), &steel, tint(0x9A9B9C), 0.215f);
}

static void microphone(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y), fuzz = noise(g->q.x * 60, g->q.y * 60, g->piece->salt);
    lay(g, r - size, &steel, tint(0xC6C6C4), 0.2f - 0.06f * ramp(-0.04f, 0, r - size));
    lay(g, r - 0.74f * size, &epoxy, colour_scale(tint(0x17171A), 1 + 0.4f * fuzz), 0.17f + 0.01f * fuzz);
    float slots = fminf(fabsf(g->q.x), fabsf(g->q.y));
    lay(g, fmaxf(r - 0.6f * size, slots - 0.014f), &epoxy, tint(0x060607), 0.15f);
}

static void socket(const drawing *g)
{
    point half = g->piece->half, q = g->q;
    float d = box(q, half.x, half.y, 0.02f), scuff = noise(q.x * 70, q.y * 10, g->piece->salt);
    lay(g, distance_box(q.x - 0.2f * half.x, fabsf(q.y) - half.y - 0.015f, 0.05f, 0.035f, 0.015f), &tin, tint(0xC8C6BC),
        0.01f);
    float fold = ramp(0.012f, 0.003f, fabsf(fabsf(q.y) - 0.3f * half.y)) * ramp(-0.1f, 0, q.x) *
                 ramp(half.x, 0.8f * half.x, q.x);
    lay(g, d, &steel, colour_scale(tint(0xC8C9CA), 1 + 0.05f * scuff - 0.35f * fold),
        0.12f + 0.02f * ramp(0, -0.02f, d) - 0.01f * fold);
    lay(g, distance_box(q.x + 0.45f * half.x, fabsf(q.y) - 0.5f * half.y, 0.2f * half.x, 0.025f, 0.01f), &epoxy,
        tint(0x2A2A2C), 0.11f);
    lay(g, distance_box(q.x + half.x, q.y, 0.02f, half.y, 0.01f), &steel, tint(0xE0E0E0), 0.15f);
}

static void terminal(const drawing *g)
{
    point half = g->piece->half;
    int i;
    float pitch = 2 * half.x / (float)g->piece->pins, v = row(g->q.x, g->piece->pins, pitch, &i),
          d = box(g->q, half.x, half.y, 0.012f);
    float r = length(v, g->q.y), wall = ramp(0.012f, 0.004f, 0.5f * pitch - fabsf(v));
    lay(g, d, &plastic, colour_scale(hue(g, 0x2F8F4E), 1 - 0.25f * wall),
        0.18f + 0.02f * ramp(0, -0.02f, d) - 0.02f * wall);
    lay(g, r - 0.4f * pitch, &epoxy, tint(0x16301E), 0.13f);
    lay(g, r - 0.34f * pitch, &steel, tint(0xBDBDB8), 0.15f);
    point t = turn((point){ v, g->q.y }, (float)((g->piece->salt >> (3 * i)) & 7) * 0.4f);
    lay(g, distance_box(t.x, t.y, 0.28f * pitch, 0.012f, 0.002f), &epoxy, tint(0x3A3A38), 0.13f);
}

static void mount(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y);
    lay(g, r - size - 0.03f, &tin, tint(0xBFA768), 0.003f);
    lay(g, r - size, &epoxy, colour_scale(g->board->ground, 0.55f), -top_of_board);
}

static void letters(const drawing *g)
{
    const char *text = g->piece->label;
    float size = g->piece->half.y;
    if (!text) { /* a frame around a place */
        float d = fabsf(box(g->q, g->piece->half.x, size, 0.01f)) - 0.006f;
        g->s->tint = colour_mix(g->s->tint, tint(0xDADAD4), 0.8f * cover(d, g->pixel));
        return;
    }
    float d = (distance_text(g->q.x / size, g->q.y / size, text) - 0.1f) * size;
    if (d < g->pixel)
        lay(g, d, &paint, hue(g, 0xE2E2DC), 0.003f);
}

static void solder(const drawing *g)
{
    float r = length(g->q.x / g->piece->half.x, g->q.y / g->piece->half.y);
    float d = (r - 1 - 0.12f * noise(g->q.x * 30, g->q.y * 30, g->piece->salt)) * g->piece->half.y;
    lay(g, d, &tin, tint(0xCACAC6), g->piece->half.y * root(1 - square(clamp(r, 0, 1))));
}

static void (*const drawers[PIECE_KINDS])(const drawing *) = {
    [CHIP2] = chip2,
    [CHIP4] = chip4,
    [PASSIVE] = passive,
    [CAN] = can,
    [LAMP] = lamp,
    [CHIP_LAMP] = chip_lamp,
    [PINS] = pins,
    [HOLES] = holes,
    [TRIMMER] = trimmer,
    [CRYSTAL] = crystal,
    [TRANSDUCER] = transducer,
    [MICROPHONE] = microphone,
    [SOCKET] = socket,
    [TERMINAL] = terminal,
    [MOUNT] = mount,
    [LETTERS] = letters,
    [SOLDER] = solder,
};

float piece_reach(const piece *p)
{
    float reach = length(p->half.x, p->half.y) + 0.1f;
    if (p->kind == PINS)
        reach = fmaxf(p->half.y, 0.05f * (float)p->pins) + 0.15f + fabsf(p->bend);
    if (p->kind == LAMP)
        reach = p->half.x + 0.3f + fabsf(p->bend);
    if (p->kind == LETTERS && p->label)
        reach = 0.5f * p->half.y * 0.85f * 9 + 0.1f;
    return reach;
}

/* Heat makes a piece run where it was hot: its outline flows, it sinks, shines and darkens. */
static float heat_at(const piece *p, point q)
{
    float away = length(q.x - p->melted_at.x, q.y - p->melted_at.y) / p->melted_over;
    return clamp(p->melted, 0, 1.3f) * ramp(1.1f, 0.4f, away + 0.2f * noise(q.x * 14, q.y * 14, p->salt + 30));
}

static void run_down(const piece *p, float heat, point *q)
{
    float scale = 1.3f / p->melted_over, by = 0.5f * heat * p->melted_over;
    float x = by * noise_fractal(q->x * scale, q->y * scale, 2, p->salt + 40);
    float y = by * noise_fractal(q->x * scale, q->y * scale, 2, p->salt + 50);
    q->x += x;
    q->y += y - 0.3f * by;
}

static void char_over(const piece *p, const drawing *g, float heat, float before)
{
    float risen = g->s->height - before, on = heat * ramp(0.01f, 0.05f, risen);
    float wave = noise_fractal(g->q.x * 16, g->q.y * 16, 3, p->salt + 60);
    colour sooty = colour_mix(colour_scale(g->s->tint, 0.5f), tint(0x5A4632), 0.6f);
    g->s->tint = colour_mix(g->s->tint, sooty, clamp(on * (0.75f + 0.4f * wave), 0, 1));
    g->s->height -= 0.45f * on * risen + 0.02f * on * wave;
    g->s->gloss = mix(g->s->gloss, 0.45f, clamp(on, 0, 1));
    g->s->metal *= 1 - 0.6f * clamp(on, 0, 1);
}

void piece_lay(const board *m, const piece *p, spot at, surface *s)
{
    drawing g = { p, m, turn((point){ at.x - p->at.x, at.y - p->at.y }, -p->turn), at.pixel, s };
    float before = s->height, heat = p->melted > 0 ? heat_at(p, g.q) : 0;
    if (heat > 0)
        run_down(p, heat, &g.q);
    drawers[p->kind](&g);
    if (heat > 0)
        char_over(p, &g, heat, before);
}
