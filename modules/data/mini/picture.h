/* picture.h: one picture and its mask, from the class to the pixels. */
#ifndef MINI_PICTURE_H
#define MINI_PICTURE_H
#include "class.h"

/* 0, or -1 if memory ran out. mask NULL: not wanted. */
typedef struct request {
    const mini_class *class;
    uint64_t key; /* seed, class, split, state and number in one */
    int flaw;     /* index in the class's table, or -1 */
    bool twin;    /* leave the flaw out, all else being the same */
    float size, contrast, variation;
} request;
int picture_make(const request *, uint8_t *rgb, uint8_t *mask);

#endif
