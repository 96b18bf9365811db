/* mask.h: the pixels that a flaw has changed. */
#ifndef MINI_MASK_H
#define MINI_MASK_H
#include "class.h"

/* Where two surfaces differ, as 0 or 255; returns how many pixels do. */
typedef struct mask_room { /* working room, PIXELS of each */
    float *amount;
    uint8_t *copy;
    int *queue;
} mask_room;
int mask_compare(const surface *flawed, const surface *clean, uint8_t *mask, const mask_room *);

#endif
