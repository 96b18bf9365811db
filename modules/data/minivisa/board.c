#include "board.h"

static unsigned bit(int kind)
{
    return 1u << kind;
}

/* Which kinds of piece a fault can befall. */
static unsigned befalls(fault what)
{
    const unsigned small = bit(PASSIVE) | bit(CHIP2) | bit(CHIP_LAMP) | bit(CRYSTAL) | bit(CAN);
    switch (what) {
    case BENT:
        return bit(PINS) | bit(LAMP);
    case MELTED:
        return bit(CHIP2) | bit(CHIP4) | bit(PINS) | bit(LAMP) | bit(TRIMMER) | bit(TRANSDUCER) | bit(MICROPHONE) |
               bit(TERMINAL) | bit(CAN);
    case MISSING:
        return small | bit(TRIMMER) | bit(LAMP);
    case WRONG_PLACE:
        return small;
    default:
        return 0;
    }
}

static piece *piece_choose(board *m, fault what, stream *own)
{
    unsigned kinds = befalls(what);
    int able[MOST_PIECES], count = 0;
    for (int i = 0; i < m->count; i++)
        if (kinds >> m->pieces[i].kind & 1u)
            able[count++] = i;
    return count ? &m->pieces[able[draw_below(own, count)]] : NULL;
}

/* A ball of solder or a spare resistor where none belongs. */
static void piece_add(board *m, flaw *f, stream *own)
{
    piece *p = &m->pieces[m->count++];
    *p = (piece){ .kind = draw(own) < 0.5f ? SOLDER : PASSIVE, .moved = true, .level = 1 };
    p->salt = draw_bits(own);
    p->at.x = draw_between(own, -0.85f, 0.85f) * m->plan->half.x;
    p->at.y = draw_between(own, -0.85f, 0.85f) * m->plan->half.y;
    p->half = (point){ f->size, (p->kind == SOLDER ? 0.8f : 0.5f) * f->size };
    p->turn = draw_between(own, -PI, PI);
    flaw_reaches(f, p->at.x, p->at.y, 2 * f->size + 0.04f);
}

static void piece_melt(piece *p, const flaw *f, stream *own)
{
    float half_x = p->kind == PINS ? 0.05f * (float)p->pins : p->half.x, half_y = p->kind == PINS ? 0.03f : p->half.y;
    p->melted_at.x = draw_between(own, -0.8f, 0.8f) * half_x;
    p->melted_at.y = draw_between(own, -0.8f, 0.8f) * half_y;
    p->melted_over = f->size;
    p->melted = f->strength;
}

/* The piece slips and turns; its pads stay behind, below it. */
static void piece_move(board *m, piece *p, float by, stream *own)
{
    float angle = draw_between(own, -PI, PI), side = draw(own) < 0.5f ? -1.0f : 1.0f;
    piece *slipped = &m->pieces[m->count++];
    *slipped = *p;
    slipped->at.x += by * cosf(angle);
    slipped->at.y += by * sinf(angle);
    slipped->turn += side * draw_between(own, 0.25f, 0.9f);
    slipped->moved = true;
    p->lost = true;
}

static void apply_flaw(board *m, flaw *f)
{
    fault what = m->plan->faults[f->index];
    stream own = f->random;
    if (what == EXTRA)
        piece_add(m, f, &own);
    piece *p = piece_choose(m, what, &own);
    if (!p)
        return;
    if (what == BENT) {
        p->bent = p->kind == PINS ? draw_below(&own, p->pins) : 0;
        p->bend = draw(&own) < 0.5f ? -f->size : f->size;
    }
    if (what == MELTED)
        piece_melt(p, f, &own);
    if (what == MISSING)
        p->lost = true;
    flaw_reaches(f, p->at.x, p->at.y, piece_reach(p) + f->size + 0.05f);
    if (what == WRONG_PLACE)
        piece_move(m, p, f->size, &own);
}

static point elbow_of(const trace *t)
{
    float dx = t->to.x - t->from.x, dy = t->to.y - t->from.y, both = fminf(fabsf(dx), fabsf(dy));
    return (point){ t->from.x + copysignf(both, dx), t->from.y + copysignf(both, dy) };
}

void board_prepare(board *m, const layout *plan, stream *random, flaw *f)
{
    m->plan = plan;
    m->salt = draw_bits(random);
    m->resist = colour_scale(tint(plan->resist), draw_between(random, 0.9f, 1.1f));
    m->ground = colour_scale(tint(plan->ground), draw_between(random, 0.9f, 1.1f));
    m->count = plan->piece_count;
    for (int i = 0; i < m->count; i++) {
        piece *p = &m->pieces[i];
        bool fixed = plan->pieces[i].kind == MOUNT || plan->pieces[i].kind == LETTERS;
        float loose = fixed ? 0 : 1;
        *p = plan->pieces[i];
        p->at.x += loose * draw_between(random, -0.005f, 0.005f);
        p->at.y += loose * draw_between(random, -0.005f, 0.005f);
        p->turn += loose * draw_between(random, -0.02f, 0.02f);
        p->level = draw_between(random, 0.9f, 1.1f);
        p->salt = draw_bits(random);
    }
    for (int i = 0; i < plan->trace_count; i++)
        m->elbow[i] = elbow_of(&plan->traces[i]);
    if (f)
        apply_flaw(m, f);
}

/* Distance to the border of the nearest trace, and to the nearest via. */
static float copper(const board *m, float x, float y, float *via)
{
    float nearest = 9;
    *via = 9;
    for (int i = 0; i < m->plan->trace_count; i++) {
        const trace *t = &m->plan->traces[i];
        float width = t->width > 0 ? t->width : 0.011f, room = width + 0.06f;
        if (x < fminf(t->from.x, t->to.x) - room || x > fmaxf(t->from.x, t->to.x) + room ||
            y < fminf(t->from.y, t->to.y) - room || y > fmaxf(t->from.y, t->to.y) + room)
            continue;
        float d = fminf(distance_segment(x, y, t->from, m->elbow[i]), distance_segment(x, y, m->elbow[i], t->to));
        nearest = fminf(nearest, d - width);
        *via = fminf(*via, fminf(length(x - t->from.x, y - t->from.y), length(x - t->to.x, y - t->to.y)));
    }
    return nearest;
}

/* Solder resist over copper: traces and the poured ground are lighter than the gaps between them. */
static void laminate(const board *m, spot p, float d, surface *s)
{
    float via, gap = 0.013f, away = copper(m, p.x, p.y, &via);
    float weave = noise(p.x * 90, p.y * 22, m->salt) + noise(p.x * 22, p.y * 90, m->salt + 1);
    float patch = noise_fractal(p.x * 3, p.y * 3, 2, m->salt + 2);
    float pour = cover(gap - away, p.pixel) * cover(d + 0.03f, p.pixel), line = cover(away, p.pixel);
    surface top = { .gloss = 0.16f, .sharp = 0.5f, .part = LAMINATE };
    top.tint = colour_scale(m->resist, (0.72f + 0.3f * pour + 0.75f * line) * (1 + 0.03f * weave + 0.04f * patch));
    top.height = 0.05f + 0.004f * fmaxf(pour, line);
    surface ring = { .tint = tint(0xB9A06A), .height = 0.055f, .gloss = 0.4f, .sharp = 0.4f, .metal = 0.6f };
    ring.part = LAMINATE;
    surface hole = { .tint = tint(0x0E0D0B), .height = 0.02f, .part = LAMINATE };
    surface_cover(&top, cover(via - 0.021f, p.pixel), &ring);
    surface_cover(&top, cover(via - 0.01f, p.pixel), &hole);
    surface_cover(s, cover(d, p.pixel), &top);
}

void board_pixel(const board *m, spot p, surface *s)
{
    float paper = grain(p.x * 80, p.y * 80, m->salt + 7), patch = noise(p.x * 2, p.y * 2, m->salt + 8);
    *s = (surface){ .tint = colour_scale(m->ground, 1 + 0.025f * paper + 0.05f * patch) };
    float d = distance_box(p.x, p.y, m->plan->half.x, m->plan->half.y, 0.025f);
    if (d < p.pixel)
        laminate(m, p, d, s);
    for (int i = 0; i < m->count; i++) {
        float reach = piece_reach(&m->pieces[i]);
        if (fabsf(p.x - m->pieces[i].at.x) < reach && fabsf(p.y - m->pieces[i].at.y) < reach)
            piece_lay(m, &m->pieces[i], p, s);
    }
}
