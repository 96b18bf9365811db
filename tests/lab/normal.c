#include "normal.h"

void normal_exact(random_block block, double out[4])
{
    for (int pair = 0; pair < 2; pair++) {
        double radius = sqrt(-2 * log((double)random_uniform(block.word[2 * pair])));
        double angle = 2 * acos(-1) * (double)random_uniform(block.word[2 * pair + 1]);
        out[2 * pair] = radius * cos(angle);
        out[2 * pair + 1] = radius * sin(angle);
    }
}
