/* render.c: outlines, then material and light, then damage, then the camera. */
#include "render.h"
#include "noise.h"
#include "shape.h"
#include <string.h>

static const float FAR = 1000;

/* Distance to the nearest outline, and whose it is. */
static void outline_objects(const scene *s, canvas *c)
{
    const canvas_box b = c->shown;
    for (int p = b.top * CANVAS_SIDE; p < b.bottom * CANVAS_SIDE; p++)
        c->distance[p] = s->shape < 0 ? -FAR : FAR;
    memset(c->owner, 0, sizeof c->owner);
    for (int n = 0; s->shape >= 0 && n < s->objects; n++) {
        const scene_object *o = &s->object[n];
        float reach = 1.7f * o->radius + 8, own_x, own_y;
        for (int j = b.top; j < b.bottom; j++)
            for (int i = b.left; i < b.right; i++) {
                float x = (float)i + 0.5f, y = (float)j + 0.5f;
                int p = j * CANVAS_SIDE + i;
                if (fabsf(x - o->x) > reach || fabsf(y - o->y) > reach)
                    continue;
                float distance = scene_distance(s, o, x, y, &own_x, &own_y);
                if (distance >= c->distance[p])
                    continue;
                c->distance[p] = distance;
                c->owner[p] = (uint8_t)n;
            }
    }
}

static float distance_at(const canvas *c, int i, int j)
{
    const canvas_box b = c->shown;
    i = i < b.left ? b.left : i >= b.right ? b.right - 1 : i;
    j = j < b.top ? b.top : j >= b.bottom ? b.bottom - 1 : j;
    return c->distance[j * CANVAS_SIDE + i];
}

/* Light on the rounded rim, relative to the flat: Lambert's law, and a highlight where the skin is glossy. */
static float light_at(const scene *s, const canvas *c, int i, int j, float *highlight)
{
    float rim = s->bevel * s->object[0].radius, d = c->distance[j * CANVAS_SIDE + i];
    float steep = s->relief * noise_limit(1 + d / rim, 0, 1), gloss = surface_gloss(&s->skin);
    *highlight = 0;
    if (steep <= 0)
        return 1;
    float gx = distance_at(c, i + 1, j) - distance_at(c, i - 1, j),
          gy = distance_at(c, i, j + 1) - distance_at(c, i, j - 1);
    float length = sqrtf(gx * gx + gy * gy) + 1e-6f, nz = sqrtf(1 - steep * steep);
    float toward =
        steep * (gx * cosf(s->light) + gy * sinf(s->light)) / length; /* the normal along the light, in plane */
    float flat = 0.75f, diffuse = fmaxf(0, 0.66f * toward + flat * nz) / flat;
    float mirror = fmaxf(0, 0.35f * toward + 0.93f * nz), power = mirror * mirror;
    power *= power;
    power *= power;
    *highlight = 0.7f * gloss * power * power * noise_step(0.05f, 0.4f, steep);
    return 0.4f + 0.6f * diffuse;
}

static void skin_at(const scene *s, const canvas *c, int i, int j, float rgb[3])
{
    const scene_object *o = &s->object[c->owner[j * CANVAS_SIDE + i]];
    float x = (float)i + 0.5f, y = (float)j + 0.5f, own_x = x, own_y = y, highlight;
    if (s->shape >= 0)
        scene_distance(s, o, x, y, &own_x, &own_y);
    float ground[3], cover = surface_color_at(&s->skin, own_x, own_y, rgb);
    if (cover < 1)
        surface_color_at(&s->ground, x, y, ground);
    for (int k = 0; k < 3 && cover < 1; k++)
        rgb[k] = noise_mix(ground[k], rgb[k], cover);
    float light = light_at(s, c, i, j, &highlight);
    for (int k = 0; k < 3; k++)
        rgb[k] = rgb[k] * light + highlight;
}

static void ground_at(const scene *s, const canvas *c, int i, int j, float rgb[3])
{
    surface_color_at(&s->ground, (float)i + 0.5f, (float)j + 0.5f, rgb);
    float reach = s->shape < 0 ? 2 : s->shadow;
    if (reach <= 0)
        return;
    int si = i + (int)lroundf(reach * cosf(s->light)), sj = j + (int)lroundf(reach * sinf(s->light));
    float shade = 1 - 0.55f * noise_step(reach, -reach, distance_at(c, si, sj));
    for (int k = 0; k < 3; k++)
        rgb[k] *= shade;
}

static void compose(const scene *s, canvas *c)
{
    for (int j = c->shown.top; j < c->shown.bottom; j++)
        for (int i = c->shown.left; i < c->shown.right; i++) {
            int p = j * CANVAS_SIDE + i;
            float share = noise_limit(0.5f - c->distance[p], 0, 1), skin[3] = { 0 }, ground[3] = { 0 };
            if (share > 0)
                skin_at(s, c, i, j, skin);
            if (share < 1)
                ground_at(s, c, i, j, ground);
            for (int k = 0; k < 3; k++)
                c->rgb[3 * p + k] = noise_mix(ground[k], skin[k], share);
        }
}

static void damage_apply(const scene *s, canvas *c, bool carve)
{
    for (int i = 0; i < s->damages; i++) {
        const damage_kind *kind = &damage_kinds[s->damage[i].kind];
        if (carve && kind->carve)
            kind->carve(c, &s->damage[i], s->damaged);
        if (!carve && kind->paint)
            kind->paint(c, &s->damage[i], s->damaged);
    }
}

/* One pass of a mean over 3 x 1 or 1 x 3 pixels, in place: `lines` lines of `length` pixels; `step` is the distance of
 * neighbours in the buffer. */
static void blur_lines(float *rgb, int step, int length, int line, int lines)
{
    for (int n = 0; n < lines; n++) {
        float *at = rgb + n * line;
        for (int k = 0; k < 3; k++) {
            float before = at[k];
            for (int i = 0; i < length; i++) {
                float here = at[i * step + k], after = i + 1 < length ? at[(i + 1) * step + k] : here;
                at[i * step + k] = (before + here + after) / 3;
                before = here;
            }
        }
    }
}

static void blur_once(canvas *c)
{
    const canvas_box b = c->shown;
    float *corner = c->rgb + 3 * (b.top * CANVAS_SIDE + b.left);
    blur_lines(corner, 3, b.right - b.left, 3 * CANVAS_SIDE, b.bottom - b.top);
    blur_lines(corner, 3 * CANVAS_SIDE, b.bottom - b.top, 3, b.right - b.left);
}

/* Exposure, uneven light, colour of the light, noise of the sensor; then bytes. */
static void develop(const scene *s, const canvas *c, uint8_t *rgb)
{
    const float warmth = s->grey ? 0 : s->warmth, balance[3] = { 1 + warmth, 1, 1 - warmth };
    float dx = s->slope * cosf(s->light) / CANVAS_SIDE, dy = s->slope * sinf(s->light) / CANVAS_SIDE;
    for (int at = 0; at < s->side * s->side; at++) {
        int column = s->left + at % s->side, row = s->top + at / s->side, p = row * CANVAS_SIDE + column;
        int x = column - CANVAS_SIDE / 2, y = row - CANVAS_SIDE / 2;
        float light = s->exposure * (1 + 2 * (dx * (float)x + dy * (float)y));
        uint32_t bits = noise_hash(p, 1, s->seed);
        const float *rgb_at = c->rgb + 3 * p, grey = (rgb_at[0] + rgb_at[1] + rgb_at[2]) / 3;
        for (int k = 0; k < 3; k++) {
            float noise = (float)((bits >> (10 * k)) & 1023) / 512 - 1;
            float value = (s->grey ? grey : rgb_at[k]) * light * balance[k] + 1.7f * s->grain * noise;
            rgb[3 * at + k] = (uint8_t)(255 * noise_limit(value, 0, 1) + 0.5f);
        }
    }
}

/* What is shown and a margin, from which shadows fall and blur reaches in. */
static canvas_box shown_of(const scene *s)
{
    const int margin = 10, right = s->left + s->side + margin, bottom = s->top + s->side + margin;
    return (canvas_box){ s->left > margin ? s->left - margin : 0, s->top > margin ? s->top - margin : 0,
                         right < CANVAS_SIDE ? right : CANVAS_SIDE, bottom < CANVAS_SIDE ? bottom : CANVAS_SIDE };
}

void render_scene(const scene *s, canvas *c, uint8_t *rgb)
{
    c->shown = shown_of(s);
    memset(c->mask, 0, sizeof c->mask);
    c->left = c->top = c->right = c->bottom = 0;
    canvas_rub(c);
    outline_objects(s, c);
    damage_apply(s, c, true);
    compose(s, c);
    damage_apply(s, c, false);
    for (int i = 0; i < s->blur; i++)
        blur_once(c);
    develop(s, c, rgb);
}
