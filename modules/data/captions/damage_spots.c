/* damage_spots.c: what lies on the surface. */
#include "damage_parts.h"
#include "noise.h"

void paint_stain(canvas *c, const damage *d, int object)
{
    static const float liquids[4][3] = {
        { 0.45f, 0.3f, 0.18f }, { 0.35f, 0.38f, 0.3f }, { 0.6f, 0.25f, 0.25f }, { 0.3f, 0.35f, 0.55f }
    };
    draw_stream s = damage_details(d);
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

void paint_dirt(canvas *c, const damage *d, int object)
{
    static const float earth[3] = { 0.2f, 0.14f, 0.08f };
    draw_stream s = damage_details(d);
    for (int n = 14 + draw_below(&s, 25); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * DAMAGE_PI), far = d->size * draw_range(&s, 0, 1.3f);
        float radius = 0.8f + d->size * 0.16f * draw_range(&s, 0, 1) * draw_range(&s, 0, 1.4f);
        canvas_blob(c, d->x + far * cosf(angle), d->y + far * sinf(angle), radius, 0.6f, (uint32_t)draw_word(&s));
    }
    canvas_tint(c, object, earth, draw_range(&s, 0.6f, 0.9f));
    canvas_rub(c);
}

void paint_dust(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    for (int n = 60 + draw_below(&s, 80); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * DAMAGE_PI), far = 1.5f * d->size * sqrtf(draw_range(&s, 0, 1));
        canvas_disc(c, d->x + far * cosf(angle), d->y + far * sinf(angle), draw_range(&s, 0.35f, 1));
    }
    for (int n = draw_below(&s, 5); n > 0; n--) { /* fibres */
        float x = d->x + d->size * draw_range(&s, -1, 1), y = d->y + d->size * draw_range(&s, -1, 1);
        float angle = draw_range(&s, 0, 2 * DAMAGE_PI), length = draw_range(&s, 4, 9);
        canvas_line(c, x, y, x + length * cosf(angle), y + length * sinf(angle), 0.7f, 0.7f);
    }
    canvas_tint(c, object, DAMAGE_PALE, 0.75f);
    canvas_rub(c);
}

void paint_burn(canvas *c, const damage *d, int object)
{
    static const float singed[3] = { 0.4f, 0.22f, 0.1f };
    canvas_blob(c, d->x, d->y, 1.25f * d->size, 0.35f, d->seed);
    canvas_multiply(c, object, singed, 0.85f);
    canvas_rub(c);
    canvas_blob(c, d->x, d->y, 0.8f * d->size, 0.5f, d->seed);
    canvas_tint(c, object, DAMAGE_DARK, 0.9f);
    canvas_rub(c);
}

void paint_fade(canvas *c, const damage *d, int object)
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

void paint_rust(canvas *c, const damage *d, int object)
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

void paint_smear(canvas *c, const damage *d, int object)
{
    static const float pastes[4][3] = {
        { 0.9f, 0.9f, 0.85f }, { 0.15f, 0.14f, 0.13f }, { 0.35f, 0.42f, 0.2f }, { 0.7f, 0.55f, 0.2f }
    };
    draw_stream s = damage_details(d);
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
void paint_drops(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
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
        canvas_tint(c, object, DAMAGE_PALE, 0.95f);
        canvas_rub(c);
    }
}

void paint_mold(canvas *c, const damage *d, int object)
{
    static const float fur[2][3] = { { 0.78f, 0.82f, 0.76f }, { 0.25f, 0.38f, 0.28f } };
    draw_stream s = damage_details(d);
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

void paint_splash(canvas *c, const damage *d, int object)
{
    draw_stream s = damage_details(d);
    float hue = draw_range(&s, 0, 2 * DAMAGE_PI), color[3];
    for (int k = 0; k < 3; k++)
        color[k] = 0.5f + 0.45f * cosf(hue + 2.0944f * (float)k);
    canvas_blob(c, d->x, d->y, 0.7f * d->size, 0.3f, d->seed);
    for (int n = 3 + draw_below(&s, 8); n > 0; n--) {
        float angle = draw_range(&s, 0, 2 * DAMAGE_PI), far = d->size * draw_range(&s, 0.6f, 1.6f);
        canvas_disc(c, d->x + far * cosf(angle), d->y + far * sinf(angle),
                    draw_range(&s, 0.5f, 0.5f + 0.12f * d->size));
    }
    canvas_tint(c, object, color, 0.92f);
    canvas_rub(c);
}

/* A hollow: the side towards the light lies in shade, the far side is lit. */
void paint_dent(canvas *c, const damage *d, int object)
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
