/* scene.c: what a picture shows. */
#include "scene.h"
#include "noise.h"
#include "shape.h"

static const float TURN = 6.2831853f;
static const float MIDDLE = CANVAS_SIDE / 2.0f;

float scene_distance(const scene *s, const scene_object *o, float x, float y, float *own_x, float *own_y)
{
    float dx = x - o->x, dy = y - o->y;
    float u = (dx * o->cosine + dy * o->sine) / (o->radius * o->stretch);
    float v = (dy * o->cosine - dx * o->sine) / o->radius;
    u += o->bend * (v * v - 0.35f);
    float apart = -1;
    if (o->gap > 0) { /* Two halves along a ragged line, slipped past each other */
        float ragged = u + 0.5f * (noise_fractal(2.5f * v + 9, 0.5f, 3, s->seed) - 0.5f);
        float side = ragged > 0 ? 1 : -1;
        apart = o->gap - fabsf(ragged);
        u -= side * o->gap;
        v -= side * o->slip;
    }
    *own_x = u * o->radius * o->stretch;
    *own_y = v * o->radius;
    return fmaxf(shapes[s->shape].distance(u, v), apart) * o->radius * fminf(1, o->stretch);
}

/* ---- where things lie ---- */

static bool free_place(const scene *s, int n, float x, float y, float radius)
{
    for (int i = 0; i < n; i++)
        if (hypotf(x - s->object[i].x, y - s->object[i].y) < 1.05f * (radius + s->object[i].radius))
            return false;
    return true;
}

static void turn_draw(draw_stream *d, scene_object *o)
{
    float angle = draw_chance(d, 0.5f) ? draw_range(d, -0.3f, 0.3f) : draw_range(d, 0, TURN);
    o->cosine = cosf(angle);
    o->sine = sinf(angle);
}

static void one_draw(draw_stream *d, scene *s)
{
    scene_object *o = &s->object[0];
    o->radius = draw_chance(d, 0.65f) ? draw_range(d, 36, 58) : draw_range(d, 15, 36);
    float room = draw_chance(d, 0.5f) ? 0.15f * (MIDDLE - 10) : fmaxf(0, MIDDLE - 0.8f * o->radius);
    o->x = MIDDLE + draw_range(d, -room, room);
    o->y = MIDDLE + draw_range(d, -room, room);
    o->stretch = draw_chance(d, 0.5f) ? 1 : draw_range(d, 0.75f, 1.2f);
    turn_draw(d, o);
    s->objects = 1;
}

static void several_draw(draw_stream *d, scene *s)
{
    int wanted = draw_chance(d, 0.6f) ? 2 + draw_below(d, 3) : 5 + draw_below(d, 6);
    float radius = wanted < 5 ? draw_range(d, 17, 26) : draw_range(d, 11, 17), stretch = draw_range(d, 0.8f, 1.15f);
    s->objects = 0;
    for (int tries = 0; tries < 400 && s->objects < wanted; tries++) {
        scene_object *o = &s->object[s->objects];
        o->radius = radius * draw_range(d, 0.92f, 1.08f);
        o->x = draw_range(d, o->radius, CANVAS_SIDE - o->radius);
        o->y = draw_range(d, o->radius, CANVAS_SIDE - o->radius);
        o->stretch = stretch;
        turn_draw(d, o);
        s->objects += free_place(s, s->objects, o->x, o->y, o->radius);
    }
}

/* ---- what is wrong with them ---- */

/* A place well inside the object, or near its outline; the object's middle if none is found. */
static void place_draw(draw_stream *d, const scene *s, bool at_edge, float *x, float *y)
{
    const scene_object *o = &s->object[s->damaged];
    float own_x, own_y, reach = o->radius;
    for (int tries = 0; tries < 80; tries++) {
        *x = o->x + draw_range(d, -reach, reach);
        *y = o->y + draw_range(d, -reach, reach);
        bool seen = *x > 6 && *y > 6 && *x < CANVAS_SIDE - 6 && *y < CANVAS_SIDE - 6;
        float distance = scene_distance(s, o, *x, *y, &own_x, &own_y) / o->radius;
        if (seen && (at_edge ? fabsf(distance + 0.06f) < 0.05f : distance < -0.1f))
            return;
    }
    *x = o->x;
    *y = o->y;
}

static void surface_place_draw(draw_stream *d, damage *w)
{
    w->x = draw_range(d, 20, CANVAS_SIDE - 20);
    w->y = draw_range(d, 20, CANVAS_SIDE - 20);
    w->size = 6 * expf(draw_range(d, 0, 1.8f));
}

static void object_place_draw(draw_stream *d, scene *s, damage *w)
{
    scene_object *o = &s->object[s->damaged];
    int place = damage_kinds[w->kind].place;
    w->size = fmaxf(3.5f, o->radius * 0.2f * expf(draw_range(d, 0, 1.5f)));
    if (place == DAMAGE_BENT)
        o->bend = draw_range(d, 0.35f, 0.8f) * (draw_chance(d, 0.5f) ? 1.0f : -1.0f);
    if (place == DAMAGE_BROKEN) {
        o->gap = draw_range(d, 0.03f, 0.1f);
        o->slip = draw_range(d, -0.2f, 0.2f);
    }
    place_draw(d, s, place >= DAMAGE_AT_EDGE, &w->x, &w->y);
    if (place != DAMAGE_BEYOND)
        return;
    /* What lies outward of a line inside the edge is gone */
    w->angle = atan2f(w->y - o->y, w->x - o->x) + draw_range(d, -0.4f, 0.4f);
    float inward = o->radius * draw_range(d, 0.15f, 0.5f);
    w->x -= inward * cosf(w->angle);
    w->y -= inward * sinf(w->angle);
}

static void damage_draw(draw_stream *d, scene *s)
{
    s->damaged = draw_below(d, s->objects);
    s->damages = draw_chance(d, 0.85f) ? 1 : 2;
    for (int i = 0; i < s->damages; i++) {
        damage *w = &s->damage[i];
        do
            w->kind = draw_below(d, damage_count());
        while ((s->shape < 0 && !damage_kinds[w->kind].on_surface) || (i > 0 && w->kind == s->damage[0].kind));
        w->angle = draw_range(d, 0, TURN);
        w->light = s->light;
        w->seed = (uint32_t)draw_word(d);
        if (s->shape < 0)
            surface_place_draw(d, w);
        else
            object_place_draw(d, s, w);
    }
}

/* ---- how it is photographed ---- */

static void light_draw(draw_stream *d, scene *s)
{
    float kind = draw_range(d, 0, 1);
    s->exposure = kind < 0.15f  ? draw_range(d, 0.35f, 0.6f)
                  : kind < 0.3f ? draw_range(d, 1.2f, 1.5f)
                                : draw_range(d, 0.8f, 1.1f);
    s->light = draw_range(d, 0, TURN);
    s->slope = draw_chance(d, 0.6f) ? draw_range(d, 0, 0.4f) : 0;
    s->warmth = draw_range(d, -0.08f, 0.08f);
    s->shadow = draw_chance(d, 0.7f) ? draw_range(d, 2, 7) : 0;
    s->grain = draw_range(d, 0, 0.035f);
    s->blur = draw_chance(d, 0.12f) ? 3 + draw_below(d, 3) : draw_below(d, 2);
}

/* The window: the damage lies well inside it. */
static void window_draw(draw_stream *d, scene *s, int side)
{
    const float reach = 0.2f * (float)side, most = (float)(CANVAS_SIDE - side);
    float x = s->damage[0].x + draw_range(d, -reach, reach), y = s->damage[0].y + draw_range(d, -reach, reach);
    s->left = (int)noise_limit(x - 0.5f * (float)side, 0, most);
    s->top = (int)noise_limit(y - 0.5f * (float)side, 0, most);
    s->side = side;
}

/* Numbers of its own: a scene is the same whether or not others show photographs. */
static void photographs_draw(scene *s, uint64_t seed, uint64_t index, double share)
{
    draw_stream d = draw_begin(seed, index / 2, 4);
    if (photographs_count() == 0 || !draw_chance(&d, (float)share))
        return;
    s->skin = surface_photograph_draw(&d);
    if (draw_chance(&d, 0.6f)) {
        surface behind = surface_photograph_draw(&d);
        s->ground = behind.photograph->cut ? s->ground : behind;
    }
    if (s->skin.photograph->cut || draw_chance(&d, 0.5f))
        s->shape = -1;
    s->grey = draw_chance(&d, 0.35f);
    if (s->grey)
        s->skin.color = s->skin.color2 = s->ground.color = SURFACE_GRAY;
}

void scene_draw(scene *s, uint64_t seed, uint64_t index, int side, double share)
{
    draw_stream d = draw_begin(seed, index / 2, 1);
    *s = (scene){ .seed = (uint32_t)draw_word(&d) };
    s->skin = surface_draw(&d, -1, 0.45f);
    s->ground = surface_draw(&d, s->skin.color, 0.25f);
    s->shape = draw_chance(&d, 0.3f) ? -1 : draw_below(&d, shape_count());
    photographs_draw(s, seed, index, share);
    s->bevel = draw_chance(&d, 0.4f) ? draw_range(&d, 0.5f, 1) : draw_range(&d, 0.05f, 0.25f);
    s->relief = draw_range(&d, 0.2f, 0.95f);
    light_draw(&d, s);
    if (s->shape < 0) {
        s->object[0] = (scene_object){ MIDDLE, MIDDLE, MIDDLE, 1, 0, 1, 0, 0, 0 };
        s->objects = 1;
    } else if (draw_chance(&d, 0.7f)) {
        one_draw(&d, s);
    } else {
        several_draw(&d, s);
    }
    scene damaged = *s;
    damage_draw(&d, &damaged);
    window_draw(&d, &damaged, side);
    if (index % 2) {
        *s = damaged;
        return;
    }
    s->left = damaged.left;
    s->top = damaged.top;
    s->side = side;
}
