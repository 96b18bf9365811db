/* material.c: the fine structure of materials, as brightness about 1. u, v are in texture units: about one feature. */
#include "noise.h"
#include "surface.h"
#include <stddef.h>

static const float PI = 3.14159265f;

static float plastic(float u, float v, uint32_t seed)
{
    return 0.97f + 0.06f * noise_value(0.3f * u, 0.3f * v, seed);
}

static float paper(float u, float v, uint32_t seed)
{
    return 0.92f + 0.14f * noise_fractal(3 * u, 3 * v, 2, seed);
}

static float stone(float u, float v, uint32_t seed)
{
    return 0.55f + 0.9f * noise_fractal(u, v, 4, seed);
}

static float sand(float u, float v, uint32_t seed)
{
    float ripple = sinf(1.3f * v + 3 * noise_value(0.4f * u, 0.4f * v, seed + 9));
    return 0.8f + 0.3f * noise_value(6 * u, 6 * v, seed) + 0.1f * ripple;
}

static float metal(float u, float v, uint32_t seed)
{
    return 0.75f + 0.35f * noise_fractal(0.15f * u, 5 * v, 2, seed) + 0.15f * sinf(0.25f * u + 0.15f * v);
}

static float cloth(float u, float v, uint32_t seed)
{
    int column = noise_floor(2 * u), row = noise_floor(2 * v);
    float across = (column + row) & 1 ? noise_fraction(2 * u) : noise_fraction(2 * v);
    return 0.65f + 0.4f * sinf(PI * across) + 0.1f * noise_unit(noise_hash(column, row, seed));
}

static float marble(float u, float v, uint32_t seed)
{
    float vein = fabsf(sinf(PI * (0.4f * u + 2.5f * noise_fractal(0.4f * u, 0.4f * v, 4, seed))));
    return 0.5f + 0.6f * sqrtf(vein);
}

static float brick(float u, float v, uint32_t seed)
{
    int row = noise_floor(v);
    float along = 0.5f * u + 0.5f * (float)(row & 1);
    float fx = noise_fraction(along), fy = noise_fraction(v);
    float edge = fminf(fminf(fx, 1 - fx) * 2, fminf(fy, 1 - fy));
    float face =
        0.7f + 0.3f * noise_unit(noise_hash(noise_floor(along), row, seed)) + 0.15f * noise_value(4 * u, 4 * v, seed);
    return noise_mix(1.5f, face, noise_step(0.04f, 0.1f, edge));
}

static float concrete(float u, float v, uint32_t seed)
{
    float pit = noise_step(0.22f, 0.12f, noise_cells(0.8f * u, 0.8f * v, seed).nearest);
    return 0.8f + 0.35f * noise_fractal(1.5f * u, 1.5f * v, 3, seed) - 0.4f * pit;
}

static float grass(float u, float v, uint32_t seed)
{
    float lean = 4 * noise_value(0.5f * u, 0.3f * v, seed + 5);
    return 0.4f + 0.7f * noise_value(4 * u + lean, 0.7f * v, seed) + 0.4f * noise_value(9 * u - 2 * lean, v, seed + 1);
}

static float cork(float u, float v, uint32_t seed)
{
    noise_cell cell = noise_cells(1.5f * u, 1.5f * v, seed);
    return 0.6f + 0.55f * noise_unit(cell.id) - 0.3f * noise_step(0.12f, 0, cell.second - cell.nearest);
}

static float straw(float u, float v, uint32_t seed)
{
    float a = noise_value(0.3f * u, 4 * v, seed), b = noise_value(3 * u + 2 * v, 0.3f * (v - u), seed + 1);
    float c = noise_value(3 * u - 2 * v, 0.3f * (u + v), seed + 2);
    return 0.3f + 0.95f * fmaxf(a, fmaxf(b, c));
}

static float water(float u, float v, uint32_t seed)
{
    float warp = noise_value(0.6f * u, 0.6f * v, seed + 3);
    noise_cell cell = noise_cells(0.6f * u + warp, 0.6f * v - warp, seed);
    return 0.7f + 0.8f * expf(-7 * (cell.second - cell.nearest));
}

static float rubber(float u, float v, uint32_t seed)
{
    float bump = sinf(4 * u) * sinf(4 * v);
    return 0.85f + 0.25f * bump * fabsf(bump) + 0.1f * noise_value(u, v, seed);
}

static float glass(float u, float v, uint32_t seed)
{
    float band = sinf(0.35f * (u + v) + 2 * noise_value(0.15f * u, 0.15f * v, seed));
    return 0.85f + 0.5f * noise_step(0.5f, 0.8f, band);
}

static float gravel(float u, float v, uint32_t seed)
{
    noise_cell cell = noise_cells(0.7f * u, 0.7f * v, seed);
    float round = 1 - noise_limit(cell.nearest / (cell.second + 0.01f), 0, 1);
    return 0.35f + 0.5f * noise_unit(cell.id) + 0.6f * sqrtf(round);
}

static float felt(float u, float v, uint32_t seed)
{
    float turn = 2 * noise_value(0.7f * u, 0.7f * v, seed + 4);
    return 0.75f + 0.5f * noise_fractal(2 * u + turn, 2 * v - turn, 3, seed);
}

static float ice(float u, float v, uint32_t seed)
{
    float warp = 0.5f * noise_fractal(u, v, 2, seed + 3);
    noise_cell cell = noise_cells(0.4f * u + warp, 0.4f * v + warp, seed);
    return 0.75f + 0.3f * warp + 0.35f * noise_step(0.08f, 0, cell.second - cell.nearest) + 0.2f * noise_unit(cell.id);
}

static float foam(float u, float v, uint32_t seed)
{
    noise_cell cell = noise_cells(u, v, seed);
    return 1.1f - 0.3f * cell.nearest - 0.5f * expf(-9 * (cell.second - cell.nearest));
}

static float wool(float u, float v, uint32_t seed)
{
    float x = noise_fraction(u) - 0.5f, y = 1.4f * v + 1.4f * fabsf(x);
    float strand = sinf(PI * noise_fraction(y)) * (1.2f - fabsf(4 * fabsf(x) - 1));
    return 0.6f + 0.4f * strand + 0.15f * noise_value(7 * u, 7 * v, seed);
}

static float scales(float u, float v, uint32_t seed)
{
    int row = noise_floor(v);
    float across = u + 0.5f * (float)(row & 1), x = noise_fraction(across) - 0.5f, y = noise_fraction(v);
    bool upper = x * x * 3 + y * y * 0.6f > 0.62f;
    int column = noise_floor(across + (upper ? (x > 0 ? 0.5f : -0.5f) : 0));
    float shade = upper ? 0.55f : 0.6f + 0.55f * y;
    return shade + 0.25f * noise_unit(noise_hash(column, row + upper, seed));
}

/* Colours by number as in surface.c. */
enum { ANY = -1, RED, ORANGE, YELLOW, GREEN, BLUE, PURPLE, PINK, BROWN, WHITE, BLACK, GRAY, CYAN, BEIGE };
const surface_material surface_materials[] = {
    { "plastic", plastic, 0.6f, ANY }, { "paper", paper, 0, WHITE },
    { "stone", stone, 0.05f, GRAY },   { "sand", sand, 0, BEIGE },
    { "metal", metal, 0.9f, GRAY },    { "cloth", cloth, 0, ANY },
    { "marble", marble, 0.5f, WHITE }, { "brick", brick, 0, RED },
    { "concrete", concrete, 0, GRAY }, { "grass", grass, 0, GREEN },
    { "cork", cork, 0, BROWN },        { "straw", straw, 0.1f, YELLOW },
    { "water", water, 0.5f, BLUE },    { "rubber", rubber, 0.2f, BLACK },
    { "glass", glass, 0.9f, CYAN },    { "gravel", gravel, 0, GRAY },
    { "felt", felt, 0, ANY },          { "ice", ice, 0.5f, CYAN },
    { "foam", foam, 0.1f, YELLOW },    { "wool", wool, 0, ANY },
    { "scales", scales, 0.4f, GREEN }, { NULL, NULL, 0, 0 },
};
