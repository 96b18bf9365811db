/* notes.h: numbers of the last steps, kept on the device until someone looks: losses are noted at every step, but a
 * device that runs on by itself is waited for only now and then. */
#ifndef ABLATE_GRAPH_NOTES_H
#define ABLATE_GRAPH_NOTES_H
#include "../device/device.h"

typedef struct notes {
    const device *device;
    int rows, count;     /* steps that are kept; numbers of each */
    const float **value; /* [count] device memory, of one number each; set by the owner before notes_take */
    float *ring;         /* (rows, count), device memory */
    float *room;         /* (rows, count), the host's */
} notes;

/* 0, or -1: complained. notes_close is allowed after both. */
int notes_open(notes *, const device *, int rows, int count);
void notes_close(notes *);

/* Notes the values of a step, as a call among the device's other calls. 0, or -1: complained. */
int notes_take(const notes *, uint64_t step);

/* Waits and fetches all rows into `room`. 0, or -1: complained. */
int notes_fetch(const notes *);

/* The row of a step, in `room`; one of the last `rows` steps. */
const float *notes_row(const notes *, uint64_t step);

#endif
