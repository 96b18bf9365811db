/* The mask is what the surface says, not the photograph: shadows and reflections that a flaw throws are not part of it.
 */
#include "mini.h"
#include <string.h>

static float difference(const surface *a, const surface *b)
{
    /* Brightness is seen about logarithmically: weigh a difference of tint by how dark the place is. */
    float level = 0.15f + a->tint.r + a->tint.g + a->tint.b + b->tint.r + b->tint.g + b->tint.b;
    float d = fabsf(a->tint.r - b->tint.r) + fabsf(a->tint.g - b->tint.g) + fabsf(a->tint.b - b->tint.b);
    return 2 * d / level + 2.5f * fabsf(a->height - b->height) + 0.3f * fabsf(a->gloss - b->gloss) +
           0.3f * fabsf(a->metal - b->metal);
}

/* Grows (value 255) or shrinks (value 0) by one pixel, borders included. */
static void spread(uint8_t *mask, uint8_t *copy, uint8_t value)
{
    memcpy(copy, mask, PIXELS);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            int k = j * SIDE + i;
            if ((i > 0 && copy[k - 1] == value) || (i + 1 < SIDE && copy[k + 1] == value) ||
                (j > 0 && copy[k - SIDE] == value) || (j + 1 < SIDE && copy[k + SIDE] == value))
                mask[k] = value;
        }
}

/* Drops pixels that stand alone. */
static int drop_lone(uint8_t *mask)
{
    int count = 0;
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            int k = j * SIDE + i, near = 0;
            for (int n = j > 0 ? j - 1 : 0; mask[k] && n <= j + 1 && n < SIDE; n++)
                for (int m = i > 0 ? i - 1 : 0; m <= i + 1 && m < SIDE; m++)
                    near += mask[n * SIDE + m] != 0;
            if (mask[k] && near < 2)
                mask[k] = 0;
            count += mask[k] != 0;
        }
    return count;
}

int mask_compare(const surface *flawed, const surface *clean, uint8_t *mask, uint8_t *scratch)
{
    float most = 0;
    for (int k = 0; k < PIXELS; k++) {
        float d = difference(&flawed[k], &clean[k]);
        most = d > most ? d : most;
    }
    /* The soft edge of a faint flaw counts from a quarter of its strength. */
    float least = clamp(0.25f * most, 0.012f, 0.06f);
    for (int k = 0; k < PIXELS; k++)
        mask[k] = difference(&flawed[k], &clean[k]) > least ? 255 : 0;
    for (int round = 0; round < 2; round++)
        spread(mask, scratch, 255);
    for (int round = 0; round < 2; round++)
        spread(mask, scratch, 0);
    return drop_lone(mask);
}
