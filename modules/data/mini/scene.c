#include "scene.h"

static void narrow(float range[2], float factor)
{
    float middle = 0.5f * (range[0] + range[1]), half = 0.5f * factor * (range[1] - range[0]);
    range[0] = middle - half;
    range[1] = middle + half;
}

studio studio_steady(const studio *s, float vary)
{
    studio steady = *s;
    steady.turn *= vary;
    steady.shift *= vary;
    narrow(steady.scale, vary);
    narrow(steady.elevation, vary);
    return steady;
}

pose pose_draw(const studio *s, stream *random)
{
    pose p = { 0 };
    p.turn = draw_between(random, -s->turn, s->turn);
    p.scale = draw_between(random, s->scale[0], s->scale[1]);
    p.shift.x = draw_between(random, -s->shift, s->shift);
    p.shift.y = draw_between(random, -s->shift, s->shift);
    return p;
}

static spot spot_at(pose p, float cosine, float sine, float i, float j)
{
    const float half = SIDE / 2.0f;
    float x = (i + 0.5f) / half - 1 - p.shift.x, y = (j + 0.5f) / half - 1 - p.shift.y;
    return (spot){ (cosine * x + sine * y) / p.scale, (cosine * y - sine * x) / p.scale, 1 / (half * p.scale) };
}

static bool is_edge(const surface *a, const surface *b)
{
    return a->part != b->part || fabsf(a->height - b->height) > 0.06f;
}

static void refine(const mini_class *c, const void *model, pose p, surface *s, int i, int j)
{
    static const float offset[3][2] = { { 0.125f, -0.375f }, { -0.375f, 0.125f }, { 0.25f, 0.25f } };
    float cosine = cosf(p.turn), sine = sinf(p.turn);
    for (int k = 0; k < 3; k++) {
        surface more;
        c->pixel(model, spot_at(p, cosine, sine, (float)i + offset[k][0], (float)j + offset[k][1]), &more);
        more.part = s->part;
        surface_cover(s, 1.0f / (float)(k + 2), &more);
    }
}

typedef struct window { /* pixels from .. to, the last not included */
    int left, right, top, bottom;
} window;

static window window_of(pose p, const flaw *f)
{
    if (!f || f->reach <= 0)
        return (window){ 0, SIDE, 0, SIDE };
    const float half = SIDE / 2.0f;
    point at = turn(f->near, p.turn);
    float x = half * (1 + p.shift.x + p.scale * at.x), y = half * (1 + p.shift.y + p.scale * at.y);
    float reach = half * p.scale * f->reach + 2;
    return (window){ (int)clamp(x - reach, 0, SIDE), (int)clamp(x + reach, 0, SIDE), (int)clamp(y - reach, 0, SIDE),
                     (int)clamp(y + reach, 0, SIDE) };
}

void scene_paint(const mini_class *c, const void *model, pose p, const flaw *f, surface *at)
{
    float cosine = cosf(p.turn), sine = sinf(p.turn);
    window w = window_of(p, f);
    for (int j = w.top; j < w.bottom; j++)
        for (int i = w.left; i < w.right; i++)
            c->pixel(model, spot_at(p, cosine, sine, (float)i, (float)j), &at[j * SIDE + i]);
    if (!c->refine)
        return;
    for (int j = w.top; j < w.bottom && j + 1 < SIDE; j++)
        for (int i = w.left; i < w.right && i + 1 < SIDE; i++) {
            surface *s = &at[j * SIDE + i];
            if (is_edge(s, s + 1) || is_edge(s, s + SIDE))
                refine(c, model, p, s, i, j);
        }
}
