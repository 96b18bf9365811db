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

float surface_gloss(int material)
{
    return surface_materials[material].gloss;
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

void surface_color_at(const surface *s, float x, float y, float rgb[3])
{
    float px = x + s->x, py = y + s->y;
    float u = (px * s->cosine + py * s->sine) * s->scale, v = (py * s->cosine - px * s->sine) * s->scale;
    float share = 0, shade = surface_materials[s->material].shade(u, v, s->seed);
    if (s->pattern != PATTERN_PLAIN)
        share = surface_pattern_fields[s->pattern](u * s->pattern_scale, v * s->pattern_scale, s->seed + 77);
    for (int k = 0; k < 3; k++)
        rgb[k] = noise_mix(s->tint[k], s->tint2[k], share) * shade;
}
