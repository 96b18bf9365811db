#include "breakage.h"

breakage breakage_bite(point at, float size, uint32_t salt)
{
    return (breakage){ .at = at, .size = size, .ragged = 0.45f, .salt = salt };
}

breakage breakage_rift(point at, float half, float angle, uint32_t salt)
{
    return (breakage){ .at = at, .size = half, .angle = angle, .across = true, .salt = salt };
}

float breakage_distance(const breakage *b, float x, float y)
{
    if (b->size <= 0)
        return 9;
    point q = turn((point){ x - b->at.x, y - b->at.y }, -b->angle);
    if (b->across)
        return fabsf(q.x + 0.045f * noise_fractal(q.y * 9, 1, 3, b->salt)) -
               b->size * (0.75f + noise_value(q.y * 12, 5, b->salt));
    float scale = 1.6f / b->size;
    return length(q.x, q.y) - b->size * (1 + b->ragged * noise_fractal(q.x * scale, q.y * scale, 3, b->salt));
}

float breakage_apply(const breakage *b, float x, float y, float d, float deep, colour inside, surface *top)
{
    float away = breakage_distance(b, x, y);
    if (away > deep)
        return d;
    float crumb = noise_fractal(x * 38, y * 38, 2, b->salt + 1), face = ramp(deep, 0.4f * deep, away);
    top->tint = colour_mix(top->tint, colour_scale(inside, 0.85f + 0.35f * crumb), face);
    top->height -= face * (0.5f * deep + 0.012f * crumb);
    top->gloss *= 1 - face;
    return d > -away ? d : -away;
}
