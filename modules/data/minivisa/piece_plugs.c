/* piece_plugs.c: what joins a board to something else, and what is on the board itself. */
#include "piece.h"

void draw_pins(const drawing *g)
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

void draw_holes(const drawing *g)
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

void draw_socket(const drawing *g)
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

void draw_terminal(const drawing *g)
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

void draw_mount(const drawing *g)
{
    float size = g->piece->half.x, r = length(g->q.x, g->q.y);
    lay(g, r - size - 0.03f, &tin, tint(0xBFA768), 0.003f);
    lay(g, r - size, &epoxy, colour_scale(g->board->ground, 0.55f), -top_of_board);
}

void draw_letters(const drawing *g)
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

void draw_solder(const drawing *g)
{
    float r = length(g->q.x / g->piece->half.x, g->q.y / g->piece->half.y);
    float d = (r - 1 - 0.12f * noise(g->q.x * 30, g->q.y * 30, g->piece->salt)) * g->piece->half.y;
    lay(g, d, &tin, tint(0xCACAC6), g->piece->half.y * root(1 - square(clamp(r, 0, 1))));
}
