/* noise.c: value noise, its octaves, and cells. */
#include "noise.h"

float noise_value(float x, float y, uint32_t seed)
{
    int ix = noise_floor(x), iy = noise_floor(y);
    float fx = x - (float)ix, fy = y - (float)iy;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    float top = noise_mix(noise_unit(noise_hash(ix, iy, seed)), noise_unit(noise_hash(ix + 1, iy, seed)), fx);
    float low = noise_mix(noise_unit(noise_hash(ix, iy + 1, seed)), noise_unit(noise_hash(ix + 1, iy + 1, seed)), fx);
    return noise_mix(top, low, fy);
}

float noise_fractal(float x, float y, int octaves, uint32_t seed)
{
    float sum = 0, height = 1, total = 0;
    for (int i = 0; i < octaves; i++) {
        sum += height * noise_value(x, y, seed + (uint32_t)i);
        total += height;
        height *= 0.5f;
        x *= 2;
        y *= 2;
    }
    return sum / total;
}

noise_cell noise_cells(float x, float y, uint32_t seed)
{
    int ix = noise_floor(x), iy = noise_floor(y);
    noise_cell cell = { 9, 9, 0 };
    for (int j = iy - 1; j <= iy + 1; j++)
        for (int i = ix - 1; i <= ix + 1; i++) {
            uint32_t id = noise_hash(i, j, seed);
            float dx = (float)i + noise_unit(id << 8) - x, dy = (float)j + noise_unit(id << 16) - y;
            float distance = dx * dx + dy * dy;
            if (distance < cell.nearest) {
                cell.second = cell.nearest;
                cell.nearest = distance;
                cell.id = id;
            } else if (distance < cell.second) {
                cell.second = distance;
            }
        }
    cell.nearest = sqrtf(cell.nearest);
    cell.second = sqrtf(cell.second);
    return cell;
}
