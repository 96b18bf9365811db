/* surface.c: colours, and how a surface is put together. */
#include "surface.h"
#include "noise.h"
#include <stddef.h>

const char *const surface_colors[] = { "red",   "orange", "yellow", "green", "blue",  "purple", "pink", "brown",
                                       "white", "black",  "gray",   "cyan",  "beige", "golden", NULL };
static const float palette[SURFACE_COLORS][3] = {
    { 0.80f, 0.10f, 0.10f }, { 0.93f, 0.48f, 0.08f }, { 0.92f, 0.84f, 0.15f }, { 0.16f, 0.60f, 0.20f },
    { 0.13f, 0.28f, 0.78f }, { 0.50f, 0.18f, 0.66f }, { 0.94f, 0.52f, 0.68f }, { 0.43f, 0.26f, 0.13f },
    { 0.92f, 0.92f, 0.90f }, { 0.09f, 0.09f, 0.10f }, { 0.50f, 0.50f, 0.51f }, { 0.20f, 0.76f, 0.80f },
    { 0.82f, 0.73f, 0.56f }, { 0.80f, 0.62f, 0.18f },
};

const char *surface_material_name(int material)
{
    return surface_materials[material].name;
}

float surface_gloss(const surface *s)
{
    return s->photograph ? 0 : surface_materials[s->material].gloss;
}

/* One colour is never quite like another of its name. */
static void tint_draw(draw_stream *s, int color, float tint[3])
{
    const float *pure = palette[color];
    float light = draw_range(s, 0.8f, 1.15f), pale = draw_range(s, 0, 0.35f), gray = (pure[0] + pure[1] + pure[2]) / 3;
    for (int k = 0; k < 3; k++)
        tint[k] = noise_limit(noise_mix(pure[k], gray, pale) * light + draw_range(s, -0.04f, 0.04f), 0.02f, 1);
}

static int color_draw(draw_stream *s, int other, int other2)
{
    int color = other;
    while (color == other || color == other2)
        color = draw_below(s, SURFACE_COLORS);
    return color;
}

surface surface_draw(draw_stream *s, int other_color, float patterned)
{
    surface made = { 0 };
    int materials = 0, patterns = 0;
    while (surface_materials[materials].name)
        materials++;
    while (surface_patterns[patterns])
        patterns++;
    made.material = draw_below(s, materials);
    int natural = surface_materials[made.material].natural;
    bool usual = natural >= 0 && natural != other_color && draw_chance(s, 0.5f);
    made.color = usual ? natural : color_draw(s, other_color, other_color);
    made.pattern = draw_chance(s, patterned) ? 1 + draw_below(s, patterns - 1) : PATTERN_PLAIN;
    made.color2 = color_draw(s, made.color, other_color);
    tint_draw(s, made.color, made.tint);
    tint_draw(s, made.color2, made.tint2);
    float angle = draw_range(s, 0, 6.2832f), scale = 1 / (3.5f * expf(draw_range(s, 0, 1.6f)));
    made.cosine = cosf(angle);
    made.sine = sinf(angle);
    made.scale = scale;
    made.pattern_scale = 1 / (6 * expf(draw_range(s, 0, 1.5f)) * scale); /* period of 6 to 27 pixels */
    made.x = draw_range(s, -40, 40);
    made.y = draw_range(s, -40, 40);
    made.seed = (uint32_t)draw_word(s);
    return made;
}

/* The colour whose pure form, light or dark, is nearest. */
static int color_like(const float rgb[3])
{
    int found = 0;
    float least = 4;
    for (int i = 0; i < SURFACE_COLORS; i++) {
        float distance = 0;
        for (int k = 0; k < 3; k++)
            distance += (rgb[k] - palette[i][k]) * (rgb[k] - palette[i][k]);
        found = distance < least ? i : found;
        least = fminf(distance, least);
    }
    return found;
}

/* Things that are cut out and photographs without an outline by turns, if there are both, however many of each. */
static const photograph *choose(draw_stream *s)
{
    int n = photographs_count(), of_kind = 0, i = -1;
    bool cut = draw_chance(s, 0.4f);
    for (int k = 0; k < n; k++)
        of_kind += photograph_of(k)->cut == cut;
    if (of_kind == 0)
        return photograph_of(draw_below(s, n));
    for (int left = draw_below(s, of_kind); left >= 0;)
        left -= photograph_of(++i)->cut == cut;
    return photograph_of(i);
}

surface surface_photograph_draw(draw_stream *s)
{
    surface made = { .photograph = choose(s) };
    const photograph *p = made.photograph;
    float width = (float)p->width, height = (float)p->height, angle = draw_range(s, -0.2f, 0.2f);
    if (draw_chance(s, 0.5f))
        angle = draw_range(s, 0, 6.2832f);
    made.color = made.color2 = color_like(p->mean);
    made.cosine = cosf(angle);
    made.sine = sinf(angle);
    made.x = draw_range(s, 0.1f, 0.9f) * width;
    made.y = draw_range(s, 0.1f, 0.9f) * height;
    made.scale = 0.35f * expf(draw_range(s, 0, 1.5f)); /* at most 1.6: no finer than can be shown */
    if (p->cut) {
        made.x = 0.5f * width;
        made.y = 0.5f * height;
        made.scale = fmaxf(width, height) / draw_range(s, 70, 130);
    }
    return made;
}

static float photograph_shown(const surface *s, float x, float y, float rgb[3])
{
    float dx = s->scale * (x - SURFACE_MIDDLE), dy = s->scale * (y - SURFACE_MIDDLE);
    return photograph_color_at(s->photograph, s->x + dx * s->cosine + dy * s->sine,
                               s->y + dy * s->cosine - dx * s->sine, rgb);
}

float surface_color_at(const surface *s, float x, float y, float rgb[3])
{
    if (s->photograph)
        return photograph_shown(s, x, y, rgb);
    float px = x + s->x, py = y + s->y;
    float u = (px * s->cosine + py * s->sine) * s->scale, v = (py * s->cosine - px * s->sine) * s->scale;
    float share = 0, shade = surface_materials[s->material].shade(u, v, s->seed);
    if (s->pattern != PATTERN_PLAIN)
        share = surface_pattern_fields[s->pattern](u * s->pattern_scale, v * s->pattern_scale, s->seed + 77);
    for (int k = 0; k < 3; k++)
        rgb[k] = noise_mix(s->tint[k], s->tint2[k], share) * shade;
    return 1;
}
