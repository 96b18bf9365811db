/* breakage.h: what is broken away from an object: a bite out of it or a rift across it, with a ragged border. */
#ifndef MINIVISA_BREAKAGE_H
#define MINIVISA_BREAKAGE_H
#include "../mini/class.h"

typedef struct breakage {
    point at;
    float size;   /* radius of a bite, half the width of a rift; 0: nothing is broken */
    float angle;  /* of a rift's normal */
    bool across;  /* a rift */
    float ragged; /* of the border: 0 smooth, 0.45 broken */
    uint32_t salt;
} breakage;

breakage breakage_bite(point at, float size, uint32_t salt);
breakage breakage_rift(point at, float half, float angle, uint32_t salt);

/* Distance to the border of what is gone, negative inside it; large if nothing is. */
float breakage_distance(const breakage *, float x, float y);

/* Takes what is gone out of `top`, whose outline is at signed distance `d`: returns the outline's new distance, and
 * shows the crumbly inside of colour `inside` along the break, `deep` wide. */
float breakage_apply(const breakage *, float x, float y, float d, float deep, colour inside, surface *top);

#endif
