/* damage.c: the painters and carvers of damage. */
#include "damage.h"
#include "noise.h"
#include <stddef.h>

static const float PI = 3.14159265f;
static const float DARK[3] = { 0.06f, 0.05f, 0.05f }, PALE[3] = { 0.95f, 0.94f, 0.9f };

static draw_stream details(const damage *d)
{
    return draw_begin(d->seed, 0, 3);
}

/* ---- lines ---- */

/* A bundle of thin, nearly parallel lines, light or dark, each with a shaded side. */
static void paint_scratch(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    bool pale = draw_chance(&s, 0.65f);
    for (int pass = 0; pass < 2; pass++) { /* first the shaded side, one pixel beside */
        draw_stream lines = s;
        for (int n = 1 + draw_below(&lines, 4); n > 0; n--) {
            float angle = d->angle + draw_range(&lines, -0.25f, 0.25f), half = d->size * draw_range(&lines, 0.6f, 1.4f);
            float x = d->x + d->size * draw_range(&lines, -0.4f, 0.4f),
                  y = d->y + d->size * draw_range(&lines, -0.4f, 0.4f);
            float dx = half * cosf(angle), dy = half * sinf(angle), shift = pass ? 0 : 1;
            float sag = 0.15f * half * draw_range(&lines, -1, 1), width = draw_range(&lines, 0.6f, 1.6f);
            float mx = x - sag * sinf(angle), my = y + sag * cosf(angle);
            canvas_line(c, x - dx + shift, y - dy + shift, mx + shift, my + shift, 0.4f, width);
            canvas_line(c, mx + shift, my + shift, x + dx + shift, y + dy + shift, width, 0.3f);
        }
        canvas_tint(c, object, (pass == 1) == pale ? PALE : DARK, pass ? 0.85f : 0.4f);
        canvas_rub(c);
    }
}

/* A line that turns at random and branches; the width falls to nothing at its ends. */
static void grow_crack(canvas *c, draw_stream *s, float x, float y, float angle, float length, float width, int depth)
{
    int steps = 4 + draw_below(s, 5);
    float step = length / (float)steps;
    for (int i = 0; i < steps; i++) {
        float turned = angle + draw_range(s, -0.7f, 0.7f), next = width * (1 - 0.8f / (float)steps);
        float nx = x + step * cosf(turned), ny = y + step * sinf(turned);
        canvas_line(c, x, y, nx, ny, width, next);
        if (depth > 0 && draw_chance(s, 0.3f))
            grow_crack(c, s, nx, ny, turned + (draw_chance(s, 0.5f) ? 0.9f : -0.9f), 0.5f * length, 0.7f * next,
                       depth - 1);
        x = nx;
        y = ny;
        width = next;
    }
}

static void paint_crack(canvas *c, const damage *d, int object)
{
    for (int pass = 0; pass < 2; pass++) { /* first a pale rim */
        draw_stream s = details(d);
        int arms = 2 + draw_below(&s, 3);
        float width = draw_range(&s, 1, 2.2f) + (pass ? 0 : 1.2f);
        for (int i = 0; i < arms; i++) {
            float angle = d->angle + 2 * PI * (float)i / (float)arms + draw_range(&s, -0.4f, 0.4f);
            grow_crack(c, &s, d->x, d->y, angle, d->size * draw_range(&s, 0.8f, 1.5f), width, 1);
        }
        canvas_tint(c, object, pass ? DARK : PALE, pass ? 0.9f : 0.3f);
        canvas_rub(c);
    }
}

static void paint_cut(canvas *c, const damage *d, int object)
{
    float dx = d->size * cosf(d->angle), dy = d->size * sinf(d->angle);
    for (int pass = 0; pass < 2; pass++) {
        float width = pass ? 1.6f : 3.6f;
        canvas_line(c, d->x - dx, d->y - dy, d->x, d->y, 0.5f, width);
        canvas_line(c, d->x, d->y, d->x + dx, d->y + dy, width, 0.5f);
        canvas_tint(c, object, pass ? DARK : PALE, pass ? 0.95f : 0.5f);
        canvas_rub(c);
    }
}

/* Folds: each lights one side of a line and darkens the other. */
static void paint_crease(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    const float lit[3] = { 1.45f, 1.45f, 1.45f }, dim[3] = { 0.5f, 0.5f, 0.5f };
    for (int n = 2 + draw_below(&s, 4); n > 0; n--) {
        float angle = d->angle + draw_range(&s, -1.2f, 1.2f), half = 1.5f * d->size, width = draw_range(&s, 1.5f, 4);
        float x = d->x + d->size * draw_range(&s, -0.7f, 0.7f), y = d->y + d->size * draw_range(&s, -0.7f, 0.7f);
        float dx = half * cosf(angle), dy = half * sinf(angle), nx = -0.5f * width * sinf(angle),
              ny = 0.5f * width * cosf(angle);
        canvas_line(c, x - dx + nx, y - dy + ny, x + dx + nx, y + dy + ny, width, 0.4f * width);
        canvas_multiply(c, object, lit, 0.8f);
        canvas_rub(c);
        canvas_line(c, x - dx - nx, y - dy - ny, x + dx - nx, y + dy - ny, width, 0.4f * width);
        canvas_multiply(c, object, dim, 0.8f);
        canvas_rub(c);
    }
}

/* ---- what lies on the surface ---- */

static void paint_stain(canvas *c, const damage *d, int object)
{
    static const float liquids[4][3] = {
        { 0.45f, 0.3f, 0.18f }, { 0.35f, 0.38f, 0.3f }, { 0.6f, 0.25f, 0.25f }, { 0.3f, 0.35f, 0.55f }
    };
    draw_stream s = details(d);
    const float *liquid = liquids[draw_below(&s, 4)];
    canvas_blob(c, d->x, d->y, d->size, 0.5f, d->seed);
    canvas_multiply(c, object, liquid, draw_range(&s, 0.5f, 0.9f));
    /* It dries from the rim inward: the rim stays darker */
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            float *m = &c->mask[j * CANVAS_SIDE + i];
            *m = 4 * *m * (1 - *m);
        }
    canvas_multiply(c, object, liquid, 0.6f);
    canvas_rub(c);
}

static void paint_dirt(canvas *c, const damage *d, int object)
{
    static const float earth[3] = { 0.2f, 0.14f, 0.08f };
    draw_stream s = details(d);
    for (int n = 14 + draw_below(&s, 25); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * PI), far = d->size * draw_range(&s, 0, 1.3f);
        float radius = 0.8f + d->size * 0.16f * draw_range(&s, 0, 1) * draw_range(&s, 0, 1.4f);
        canvas_blob(c, d->x + far * cosf(angle), d->y + far * sinf(angle), radius, 0.6f, (uint32_t)draw_word(&s));
    }
    canvas_tint(c, object, earth, draw_range(&s, 0.6f, 0.9f));
    canvas_rub(c);
}

static void paint_dust(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    for (int n = 60 + draw_below(&s, 80); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * PI), far = 1.5f * d->size * sqrtf(draw_range(&s, 0, 1));
        canvas_disc(c, d->x + far * cosf(angle), d->y + far * sinf(angle), draw_range(&s, 0.35f, 1));
    }
    for (int n = draw_below(&s, 5); n > 0; n--) { /* fibres */
        float x = d->x + d->size * draw_range(&s, -1, 1), y = d->y + d->size * draw_range(&s, -1, 1);
        float angle = draw_range(&s, 0, 2 * PI), length = draw_range(&s, 4, 9);
        canvas_line(c, x, y, x + length * cosf(angle), y + length * sinf(angle), 0.7f, 0.7f);
    }
    canvas_tint(c, object, PALE, 0.75f);
    canvas_rub(c);
}

static void paint_burn(canvas *c, const damage *d, int object)
{
    static const float singed[3] = { 0.4f, 0.22f, 0.1f };
    canvas_blob(c, d->x, d->y, 1.25f * d->size, 0.35f, d->seed);
    canvas_multiply(c, object, singed, 0.85f);
    canvas_rub(c);
    canvas_blob(c, d->x, d->y, 0.8f * d->size, 0.5f, d->seed);
    canvas_tint(c, object, DARK, 0.9f);
    canvas_rub(c);
}

static void paint_fade(canvas *c, const damage *d, int object)
{
    canvas_blob(c, d->x, d->y, 1.2f * d->size, 0.4f, d->seed);
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            int p = j * CANVAS_SIDE + i;
            float *rgb = &c->rgb[3 * p], gray = (rgb[0] + rgb[1] + rgb[2]) / 3;
            float share = 0.75f * c->mask[p] * canvas_coverage(c, p, object);
            for (int k = 0; k < 3; k++)
                rgb[k] = noise_mix(rgb[k], 0.45f * gray + 0.45f, share);
        }
    canvas_rub(c);
}

static void paint_rust(canvas *c, const damage *d, int object)
{
    static const float rust[2][3] = { { 0.55f, 0.25f, 0.08f }, { 0.32f, 0.14f, 0.06f } };
    for (int pass = 0; pass < 2; pass++) {
        canvas_blob(c, d->x, d->y, d->size * (pass ? 1 : 1.3f), 0.9f, d->seed + (uint32_t)pass);
        for (int j = c->top; j < c->bottom; j++)
            for (int i = c->left; i < c->right; i++)
                c->mask[j * CANVAS_SIDE + i] *= 0.4f + 0.6f * noise_value(0.6f * (float)i, 0.6f * (float)j, d->seed);
        canvas_tint(c, object, rust[pass], 0.9f);
        canvas_rub(c);
    }
}

static void paint_smear(canvas *c, const damage *d, int object)
{
    static const float pastes[4][3] = {
        { 0.9f, 0.9f, 0.85f }, { 0.15f, 0.14f, 0.13f }, { 0.35f, 0.42f, 0.2f }, { 0.7f, 0.55f, 0.2f }
    };
    draw_stream s = details(d);
    const float *paste = pastes[draw_below(&s, 4)];
    float dx = cosf(d->angle), dy = sinf(d->angle), half = 0.35f * d->size;
    for (float across = -half; across < half; across += 1.1f) { /* bristle by bristle */
        float start = -d->size * draw_range(&s, 0.7f, 1.2f), end = d->size * draw_range(&s, 0.5f, 1.5f);
        float x = d->x - across * dy, y = d->y + across * dx;
        canvas_line(c, x + start * dx, y + start * dy, x + end * dx, y + end * dy, draw_range(&s, 0.8f, 1.8f), 0.2f);
    }
    canvas_tint(c, object, paste, draw_range(&s, 0.5f, 0.8f));
    canvas_rub(c);
}

/* Drops of water: dark towards the light, bright away from it, with a glint. */
static void paint_drops(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    const float dim[3] = { 0.6f, 0.62f, 0.66f }, lit[3] = { 1.35f, 1.38f, 1.4f };
    float lx = cosf(d->light), ly = sinf(d->light);
    for (int n = 5 + draw_below(&s, 14); n > 0; n--) {
        float x = d->x + 1.2f * d->size * draw_range(&s, -1, 1), y = d->y + 1.2f * d->size * draw_range(&s, -1, 1);
        float r = draw_range(&s, 1.2f, 1.5f + 0.12f * d->size);
        canvas_disc(c, x, y, r);
        canvas_multiply(c, object, dim, 0.8f);
        canvas_rub(c);
        canvas_disc(c, x - 0.35f * r * lx, y - 0.35f * r * ly, 0.6f * r);
        canvas_multiply(c, object, lit, 0.9f);
        canvas_rub(c);
        canvas_disc(c, x + 0.45f * r * lx, y + 0.45f * r * ly, 0.22f * r);
        canvas_tint(c, object, PALE, 0.95f);
        canvas_rub(c);
    }
}

static void paint_mold(canvas *c, const damage *d, int object)
{
    static const float fur[2][3] = { { 0.78f, 0.82f, 0.76f }, { 0.25f, 0.38f, 0.28f } };
    draw_stream s = details(d);
    int spots = 4 + draw_below(&s, 8);
    for (int pass = 0; pass < 2; pass++) { /* pale fur, dark hearts */
        draw_stream places = s;
        for (int i = 0; i < spots; i++) {
            float x = d->x + d->size * draw_range(&places, -1, 1), y = d->y + d->size * draw_range(&places, -1, 1);
            float radius = (pass ? 0.5f : 1) * (1.5f + 0.3f * d->size * draw_range(&places, 0, 1));
            canvas_blob(c, x, y, radius, 0.7f, d->seed + (uint32_t)i);
        }
        canvas_tint(c, object, fur[pass], 0.8f);
        canvas_rub(c);
    }
}

static void paint_splash(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    float hue = draw_range(&s, 0, 2 * PI), color[3];
    for (int k = 0; k < 3; k++)
        color[k] = 0.5f + 0.45f * cosf(hue + 2.0944f * (float)k);
    canvas_blob(c, d->x, d->y, 0.7f * d->size, 0.3f, d->seed);
    for (int n = 3 + draw_below(&s, 8); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * PI), far = d->size * draw_range(&s, 0.6f, 1.6f);
        canvas_disc(c, d->x + far * cosf(angle), d->y + far * sinf(angle),
                    draw_range(&s, 0.5f, 0.5f + 0.12f * d->size));
    }
    canvas_tint(c, object, color, 0.92f);
    canvas_rub(c);
}

/* A hollow: the side towards the light lies in shade, the far side is lit. */
static void paint_dent(canvas *c, const damage *d, int object)
{
    canvas_blob(c, d->x, d->y, d->size, 0.15f, d->seed);
    float lx = cosf(d->light), ly = sinf(d->light);
    for (int j = c->top; j < c->bottom; j++)
        for (int i = c->left; i < c->right; i++) {
            int p = j * CANVAS_SIDE + i;
            float toward = (((float)i - d->x) * lx + ((float)j - d->y) * ly) / d->size;
            float share = c->mask[p] * canvas_coverage(c, p, object);
            for (int k = 0; k < 3; k++)
                c->rgb[3 * p + k] *= 1 - share * (0.12f + 0.75f * toward);
        }
    canvas_rub(c);
}

/* ---- what is gone ---- */

static void carve_holes(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    canvas_disc(c, d->x, d->y, fmaxf(1.5f, 0.35f * d->size));
    for (int n = draw_below(&s, 3); n > 0; n--)
        canvas_disc(c, d->x + d->size * draw_range(&s, -1, 1), d->y + d->size * draw_range(&s, -1, 1),
                    fmaxf(1.2f, d->size * draw_range(&s, 0.12f, 0.3f)));
    canvas_carve(c, object);
}

/* A ragged slit, widest in the middle. */
static void carve_tear(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    float dx = cosf(d->angle), dy = sinf(d->angle), widest = fmaxf(2.5f, 0.35f * d->size);
    float x = d->x - d->size * dx, y = d->y - d->size * dy, width = 0.5f;
    for (int i = 1; i <= 8; i++) {
        float along = d->size * (0.25f * (float)i - 1), off = i < 8 ? 0.12f * d->size * draw_range(&s, -1, 1) : 0;
        float nx = d->x + along * dx - off * dy, ny = d->y + along * dy + off * dx;
        float next = widest * sinf(PI * (float)i / 8) * draw_range(&s, 0.7f, 1.2f) + 0.5f;
        canvas_line(c, x, y, nx, ny, width, next);
        x = nx;
        y = ny;
        width = next;
    }
    canvas_carve(c, object);
}

static void carve_chips(canvas *c, const damage *d, int object)
{
    draw_stream s = details(d);
    for (int n = 1 + draw_below(&s, 3); n > 0; n--) {
        float far = 0.5f * d->size * (float)(n - 1);
        canvas_blob(c, d->x + far * draw_range(&s, -1, 1), d->y + far * draw_range(&s, -1, 1),
                    fmaxf(2.5f, 0.6f * d->size * draw_range(&s, 0.6f, 1.1f)), 0.5f, (uint32_t)draw_word(&s));
    }
    canvas_carve(c, object);
}

/* All beyond a straight line is gone. */
static void carve_part(canvas *c, const damage *d, int object)
{
    float nx = cosf(d->angle), ny = sinf(d->angle);
    for (int j = c->shown.top; j < c->shown.bottom; j++)
        for (int i = c->shown.left; i < c->shown.right; i++) {
            int p = j * CANVAS_SIDE + i;
            float beyond = ((float)i + 0.5f - d->x) * nx + ((float)j + 0.5f - d->y) * ny;
            if (c->owner[p] == object && beyond > c->distance[p])
                c->distance[p] = beyond;
        }
}

const damage_kind damage_kinds[] = {
    { "scratched", "a scratch", true, 0, NULL, paint_scratch },
    { "cracked", "a crack", true, 0, NULL, paint_crack },
    { "cut", "a cut", true, 0, NULL, paint_cut },
    { "creased", "a crease", true, 0, NULL, paint_crease },
    { "stained", "a stain", true, 0, NULL, paint_stain },
    { "dirty", "dirt", true, 0, NULL, paint_dirt },
    { "dusty", "dust", true, 0, NULL, paint_dust },
    { "burnt", "a burn", true, 0, NULL, paint_burn },
    { "faded", "a faded spot", true, 0, NULL, paint_fade },
    { "rusty", "rust", true, 0, NULL, paint_rust },
    { "smeared", "a smear", true, 0, NULL, paint_smear },
    { "wet", "water drops", true, 0, NULL, paint_drops },
    { "moldy", "mold", true, 0, NULL, paint_mold },
    { "splashed", "paint", true, 0, NULL, paint_splash },
    { "dented", "a dent", true, 0, NULL, paint_dent },
    { "punctured", "a hole", true, 0, carve_holes, NULL },
    { "torn", "a tear", true, 0, carve_tear, NULL },
    { "chipped", "a chip", false, DAMAGE_AT_EDGE, carve_chips, NULL },
    { "incomplete", "a missing part", false, DAMAGE_BEYOND, carve_part, NULL },
    { "bent", "a bend", false, DAMAGE_BENT, NULL, NULL },
    { "broken", "a broken part", false, DAMAGE_BROKEN, NULL, NULL },
    { NULL, NULL, false, 0, NULL, NULL },
};

int damage_count(void)
{
    int n = 0;
    while (damage_kinds[n].adjective)
        n++;
    return n;
}
