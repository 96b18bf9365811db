#include "noise.h"

static float fade(float t)
{
    return t * t * t * (t * (6.0f * t - 15.0f) + 10.0f);
}

static float corner(int x, int y, uint32_t salt, float dx, float dy)
{
    static const float slope[8][2] = { { 1, 0 },         { -1, 0 },         { 0, 1 },          { 0, -1 },
                                       { 0.71f, 0.71f }, { -0.71f, 0.71f }, { 0.71f, -0.71f }, { -0.71f, -0.71f } };
    const float *g = slope[hash_point(x, y, salt) >> 29];
    return g[0] * dx + g[1] * dy;
}

float noise(float x, float y, uint32_t salt)
{
    int i = floor_int(x), j = floor_int(y);
    float dx = x - (float)i, dy = y - (float)j, u = fade(dx), v = fade(dy);
    float a = corner(i, j, salt, dx, dy), b = corner(i + 1, j, salt, dx - 1, dy);
    float c = corner(i, j + 1, salt, dx, dy - 1), d = corner(i + 1, j + 1, salt, dx - 1, dy - 1);
    float top = a + u * (b - a), bottom = c + u * (d - c);
    return 1.4f * (top + v * (bottom - top));
}

float noise_value(float x, float y, uint32_t salt)
{
    int i = floor_int(x), j = floor_int(y);
    float dx = x - (float)i, dy = y - (float)j;
    float u = dx * dx * (3 - 2 * dx), v = dy * dy * (3 - 2 * dy);
    float a = hash_unit(i, j, salt), b = hash_unit(i + 1, j, salt);
    float c = hash_unit(i, j + 1, salt), d = hash_unit(i + 1, j + 1, salt);
    float top = a + u * (b - a), bottom = c + u * (d - c);
    return top + v * (bottom - top);
}

float noise_fractal(float x, float y, int octaves, uint32_t salt)
{
    float sum = 0, weight = 0.6f;
    for (int i = 0; i < octaves; i++) {
        sum += weight * noise(x, y, salt + (uint32_t)i);
        weight *= 0.5f;
        x = 2 * x + 0.37f;
        y = 2 * y + 0.71f;
    }
    return sum;
}

cells noise_cells(float x, float y, uint32_t salt)
{
    int i = floor_int(x), j = floor_int(y);
    float first = 9, second = 9;
    uint32_t id = 0;
    for (int n = j - 1; n <= j + 1; n++)
        for (int m = i - 1; m <= i + 1; m++) {
            uint32_t h = hash_point(m, n, salt);
            float dx = (float)m + (float)(h & 0xFFFF) / 65536.0f - x, dy = (float)n + (float)(h >> 16) / 65536.0f - y;
            float d = dx * dx + dy * dy;
            if (d < first) {
                second = first;
                first = d;
                id = h;
            } else if (d < second) {
                second = d;
            }
        }
    return (cells){ sqrtf(first), sqrtf(second), id };
}
