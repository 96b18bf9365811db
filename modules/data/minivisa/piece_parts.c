/* piece_parts.c: the components of a board. */
#include "piece.h"

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

void draw_chip2(const drawing *g)
{
    chip(g, false);
}

void draw_chip4(const drawing *g)
{
    chip(g, true);
}

/* Two pads with solder, and between them the body with its tinned ends. */
void draw_passive(const drawing *g)
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

void draw_chip_lamp(const drawing *g)
{
    draw_passive(g);
    point half = g->piece->half;
    if (!g->piece->lost)
        lay(g, box(g->q, 0.55f * half.x, 0.8f * half.y, 0.01f), &glass, hue(g, 0xE8E2B0), 0.055f);
}

void draw_can(const drawing *g)
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
void draw_lamp(const drawing *g)
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

void draw_trimmer(const drawing *g)
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

void draw_crystal(const drawing *g)
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

void draw_transducer(const drawing *g)
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

void draw_microphone(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y), fuzz = noise(g->q.x * 60, g->q.y * 60, g->piece->salt);
    lay(g, r - size, &steel, tint(0xC6C6C4), 0.2f - 0.06f * ramp(-0.04f, 0, r - size));
    lay(g, r - 0.74f * size, &epoxy, colour_scale(tint(0x17171A), 1 + 0.4f * fuzz), 0.17f + 0.01f * fuzz);
    float slots = fminf(fabsf(g->q.x), fabsf(g->q.y));
    lay(g, fmaxf(r - 0.6f * size, slots - 0.014f), &epoxy, tint(0x060607), 0.15f);
}
