/* shape.h: outlines of things, as distances: negative inside, in units of the thing's radius; y points down. */
#ifndef CAPTIONS_SHAPE_H
#define CAPTIONS_SHAPE_H

typedef struct shape {
    const char *name, *plural;
    float (*distance)(float x, float y);
} shape;
extern const shape shapes[]; /* ended by a NULL name */
int shape_count(void);

#endif
