/* board_piece.c: lays one piece on what a board shows, sound or melted. */
#include "piece.h"

static piece_drawer *const drawers[PIECE_KINDS] = {
    [CHIP2] = draw_chip2,
    [CHIP4] = draw_chip4,
    [PASSIVE] = draw_passive,
    [CAN] = draw_can,
    [LAMP] = draw_lamp,
    [CHIP_LAMP] = draw_chip_lamp,
    [PINS] = draw_pins,
    [HOLES] = draw_holes,
    [TRIMMER] = draw_trimmer,
    [CRYSTAL] = draw_crystal,
    [TRANSDUCER] = draw_transducer,
    [MICROPHONE] = draw_microphone,
    [SOCKET] = draw_socket,
    [TERMINAL] = draw_terminal,
    [MOUNT] = draw_mount,
    [LETTERS] = draw_letters,
    [SOLDER] = draw_solder,
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
