/* scene.h: everything that one picture shows, drawn from (seed, index); the renderer and the caption both read it. */
#ifndef CAPTIONS_SCENE_H
#define CAPTIONS_SCENE_H
#include "damage.h"
#include "surface.h"

enum { SCENE_OBJECTS = 12, SCENE_DAMAGES = 2 };

typedef struct scene_object {
    float x, y, radius;          /* pixels */
    float cosine, sine, stretch; /* its turn, and how much wider than high it is */
    float bend;                  /* bent: a parabola's height over the radius; 0: straight */
    float gap, slip;             /* broken: between the halves, in radii; 0: whole */
} scene_object;

typedef struct scene {
    surface ground, skin;
    int shape;   /* index of shapes[], or -1: the skin fills the picture */
    int objects; /* 1 where there is no shape */
    scene_object object[SCENE_OBJECTS];
    int damaged, damages; /* the object that is damaged, and the number of damages: 0 where all is well */
    damage damage[SCENE_DAMAGES];
    float bevel, relief;          /* width of the rounded rim in radii, and its steepness */
    float light, exposure, slope; /* direction of the light; brightness; its change over the picture */
    float warmth, shadow, grain;
    int blur;  /* passes of a 3 x 3 mean */
    bool grey; /* taken without colour */
    uint32_t seed;
    int left, top, side; /* what the picture shows of the canvas, in pixels */
} scene;

/* Pictures 2 k and 2 k + 1 are twins: the same scene, whole and damaged, so that only the state tells them apart.
 * side: of the picture in pixels, at most CANVAS_SIDE; a smaller one is a close-up of where the damage is, or would be.
 * share: of scenes whose skin is a photograph, if there are any.
 */
void scene_draw(scene *, uint64_t seed, uint64_t index, int side, double share);

/* Distance in pixels to the outline of an object, negative inside, and the place in its own turned frame. */
float scene_distance(const scene *, const scene_object *, float x, float y, float *own_x, float *own_y);

#endif
