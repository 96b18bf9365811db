/* piece.h: what the files of pieces share: where on a piece something is drawn, of what stuff, and a drawer a kind. */
#ifndef MINIVISA_PIECE_H
#define MINIVISA_PIECE_H
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
static inline void lay(const drawing *g, float d, const surface *finish, colour c, float height)
{
    if (d > g->pixel)
        return;
    surface top = *finish;
    top.tint = colour_scale(c, g->piece->level);
    top.height = top_of_board + height;
    top.part += g->piece->moved ? MOVED : 0;
    surface_cover(g->s, cover(d, g->pixel), &top);
}

static inline colour hue(const drawing *g, uint32_t usual)
{
    return tint(g->piece->tint ? g->piece->tint : usual);
}

static inline float box(point q, float half_x, float half_y, float corner)
{
    return distance_box(q.x, q.y, half_x, half_y, corner);
}

/* Distance from the nearest of `n` places in a row along x, `pitch` apart, as a coordinate; which one in *i. */
static inline float row(float x, int n, float pitch, int *i)
{
    float place = x / pitch + 0.5f * (float)(n - 1);
    *i = (int)clamp((float)floor_int(place + 0.5f), 0, (float)(n - 1));
    return (place - (float)*i) * pitch;
}

typedef void piece_drawer(const drawing *);
/* piece_parts.c: components */
piece_drawer draw_chip2, draw_chip4, draw_passive, draw_chip_lamp, draw_can, draw_lamp, draw_trimmer, draw_crystal,
    draw_transducer, draw_microphone;
/* piece_plugs.c: what joins the board to something else, and what is on the board itself */
piece_drawer draw_pins, draw_holes, draw_socket, draw_terminal, draw_mount, draw_letters, draw_solder;

#endif
