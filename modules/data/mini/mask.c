/* The mask is what the surface says, not the photograph: shadows and reflections that a flaw throws are not part of it.
 */
#include "mask.h"
#include <string.h>

enum { LARGEST_GAP = 60 };

static float difference(const surface *a, const surface *b)
{
    /* Brightness is seen about logarithmically: weigh a difference of tint by how dark the place is. */
    float level = 0.15f + a->tint.r + a->tint.g + a->tint.b + b->tint.r + b->tint.g + b->tint.b;
    float d = fabsf(a->tint.r - b->tint.r) + fabsf(a->tint.g - b->tint.g) + fabsf(a->tint.b - b->tint.b);
    float other = a->part != b->part ? 0.1f : 0; /* another thing lies here, however alike it looks */
    return other + 2 * d / level + 2.5f * fabsf(a->height - b->height) + 0.3f * fabsf(a->gloss - b->gloss) +
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

/* Fills gaps of up to `largest` pixels that the mask encloses. `queue` holds PIXELS numbers. */
static void fill_gaps(uint8_t *mask, uint8_t *seen, int *queue, int largest)
{
    static const int step[4] = { -1, 1, -SIDE, SIDE };
    memcpy(seen, mask, PIXELS);
    for (int start = 0; start < PIXELS; start++) {
        int count = 0;
        bool open = false;
        if (seen[start])
            continue;
        seen[start] = 1;
        queue[count++] = start;
        for (int k = 0; k < count; k++) {
            int at = queue[k], x = at % SIDE, y = at / SIDE;
            if (x == 0 || y == 0 || x == SIDE - 1 || y == SIDE - 1) {
                open = true;
                continue;
            }
            for (int n = 0; n < 4; n++)
                if (!seen[at + step[n]]) {
                    seen[at + step[n]] = 1;
                    queue[count++] = at + step[n];
                }
        }
        for (int k = 0; !open && count <= largest && k < count; k++)
            mask[queue[k]] = 255;
    }
}

/* How much the slope changes from pixel k to its neighbours, which highlights show. */
static float slope_difference(const surface *a, const surface *b, int k)
{
    int right = k % SIDE + 1 < SIDE ? k + 1 : k, down = k + SIDE < PIXELS ? k + SIDE : k;
    float here = a[k].height - b[k].height;
    float bend = fabsf(a[right].height - b[right].height - here) + fabsf(a[down].height - b[down].height - here);
    return 0.5f * SIDE * bend * (0.04f + 0.8f * (a[k].gloss < b[k].gloss ? a[k].gloss : b[k].gloss));
}

int mask_compare(const surface *flawed, const surface *clean, uint8_t *mask, const mask_room *room)
{
    float most = 0;
    for (int k = 0; k < PIXELS; k++) {
        room->amount[k] = difference(&flawed[k], &clean[k]) + slope_difference(flawed, clean, k);
        most = room->amount[k] > most ? room->amount[k] : most;
    }
    /* The soft edge of a faint flaw counts from a quarter of its strength. */
    float least = clamp(0.25f * most, 0.002f, 0.08f);
    for (int k = 0; k < PIXELS; k++)
        mask[k] = room->amount[k] > least ? 255 : 0;
    for (int round = 0; round < 2; round++)
        spread(mask, room->copy, 255);
    for (int round = 0; round < 2; round++)
        spread(mask, room->copy, 0);
    fill_gaps(mask, room->copy, room->queue, LARGEST_GAP);
    return drop_lone(mask);
}
