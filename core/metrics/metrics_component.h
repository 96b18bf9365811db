/* metrics_component.h: the connected components of a mask, as runs of pixels along its rows. */
#ifndef ABLATE_METRICS_COMPONENT_H
#define ABLATE_METRICS_COMPONENT_H
#include <stdint.h>

typedef struct component_run { /* pixels begin .. end - 1 of a row */
    int32_t row, begin, end, component;
} component_run;

typedef struct component_list {
    component_run *runs; /* in reading order */
    int64_t run_count;
    int64_t *area; /* (count) pixels of each component, in order of their first pixel */
    int64_t count;
    int64_t pixels; /* of all of them */
} component_list;

/* Finds the components of mask (height, width), non-zero = inside, under 8- or 4-connectivity. 0, or -1: no memory.
 * The list is released by component_free, also after an error. */
int component_find(const uint8_t *mask, int64_t height, int64_t width, int connectivity, component_list *);
void component_free(component_list *);

#endif
