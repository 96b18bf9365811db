/* macaroni.h: elbow macaroni, four in a picture: a bent tube with ridges, open at both ends. */
#ifndef MINIVISA_MACARONI_H
#define MINIVISA_MACARONI_H
#include "breakage.h"
#include "minivisa.h"

enum { GROUND, DOUGH, ELBOWS = 4 };
enum { BROKEN, CHIP, COLOUR_SPOT, CRACK, SCRATCH }; /* the kinds of flaw, in the order of both classes' tables */

typedef struct elbow {
    point at;
    float turned, bend, half_angle, radius; /* bend: radius of the tube's middle line */
    float ridges, opening[2];               /* how far the ends turn up */
    bool mirrored;
    colour dough;
    uint32_t salt;
} elbow;
typedef struct macaroni {
    uint32_t salt;
    colour ground;
    elbow elbows[ELBOWS];
    int broken; /* which of them, with `gone` in its own coordinates; -1: none */
    breakage gone;
} macaroni;

/* An elbow of about the given colour. */
elbow elbow_draw(stream *, point at, float turned, uint32_t dough);

/* Breaks or chips one of them, if the flaw is of that kind. */
void macaroni_break(macaroni *, flaw *);

/* Lays the elbows on the ground that `s` shows. */
void macaroni_lay(const macaroni *, spot, surface *s);

#endif
