/* class.h: how drawn pictures are made. A class describes an object as a function from a place to a surface (colour,
 * height, polish); the scene evaluates it over the picture, flaws change the description or the surface, the camera
 * lights and photographs it. The mask of a flaw is where the surface with it differs from the surface without it. */
#ifndef MINI_CLASS_H
#define MINI_CLASS_H
#include "noise.h"
#include "random.h"
#include "shape.h"
#include <stddef.h>

enum { SIDE = 256, PIXELS = SIDE * SIDE };

typedef struct surface { /* what a pixel shows */
    colour tint;
    float height; /* above the ground, object units */
    float gloss;  /* strength of highlights, 0 to 1 */
    float sharp;  /* their size: 0 satin, 1 glass */
    float metal;  /* 0 paint, 1 mirrors its surroundings */
    float glow;   /* 0 lit by the lamp, 1 shows its colour as it is (light shines through) */
    int part;     /* 0 is the ground; the class numbers the rest */
} surface;

typedef struct spot { /* where a class is asked for its surface: object units, and the width of a pixel there */
    float x, y, pixel;
} spot;

typedef struct canvas {
    surface *at;  /* SIDE * SIDE */
    float unit;   /* pixels an object unit */
    float turned; /* the object's angle in the picture */
} canvas;

struct flaw;
typedef void mark(canvas *, const struct flaw *, stream *);
typedef struct flaw_kind { /* one state of a class: where its flaws lie, how large and how strong they are */
    const char *name;
    mark *paint;       /* changes the surface; NULL: the class's `prepare` changes the object itself */
    unsigned parts;    /* bit p: may lie on part p */
    float size[2];     /* log-uniform, object units (or the class's own measure) */
    float strength[2]; /* uniform; 1 is plain to see */
    uint32_t tint;     /* colour, where it has one */
} flaw_kind;
typedef struct flaw {
    const flaw_kind *kind;
    int index; /* in the class's table */
    float size, strength;
    stream random;
    point near; /* set by `prepare`: the object changes only within `reach` of this point; reach 0: anywhere */
    float reach;
} flaw;
static inline bool flaw_is(const flaw *f, int index)
{
    return f && f->index == index;
}

typedef struct studio {          /* how a class is photographed: ranges */
    float turn, shift, scale[2]; /* turn: +- radians; shift: +- object units */
    float elevation[2];          /* of the lamp, radians */
    float ambient, light;        /* ambient share; exposure */
    float shadow;                /* darkness of cast shadows */
} studio;

enum { MODEL_BYTES = 8192 };
typedef struct mini_class {
    const char *name;
    const flaw_kind *flaws; /* {0}-ended */
    studio studio;
    bool refine; /* four samples a pixel along edges */
    /* Draws the object from `random`; a flaw of the object itself is drawn from `flaw->random` afterwards, so that the
     * object with and without it is the same. `flaw` NULL: none. */
    void (*prepare)(void *model, stream *random, flaw *);
    void (*pixel)(const void *model, spot, surface *); /* fills all of `surface` */
} mini_class;

/* Lays `top` over `s` with the given coverage. */
static inline void surface_cover(surface *s, float coverage, const surface *top)
{
    s->tint = colour_mix(s->tint, top->tint, coverage);
    s->height = mix(s->height, top->height, coverage);
    s->gloss = mix(s->gloss, top->gloss, coverage);
    s->sharp = mix(s->sharp, top->sharp, coverage);
    s->metal = mix(s->metal, top->metal, coverage);
    s->glow = mix(s->glow, top->glow, coverage);
    s->part = coverage > 0.5f ? top->part : s->part;
}
/* Share of a pixel inside a shape at signed distance d. */
static inline float cover(float d, float pixel)
{
    return clamp(0.5f - d / pixel, 0, 1);
}

static inline void flaw_reaches(flaw *f, float x, float y, float reach)
{
    f->near = (point){ x, y };
    f->reach = reach;
}

typedef struct pose {
    float turn, scale;
    point shift;
} pose;

#endif
