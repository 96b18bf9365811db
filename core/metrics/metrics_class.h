/* metrics_class.h: the five numbers of one class. */
#ifndef ABLATE_METRICS_CLASS_H
#define ABLATE_METRICS_CLASS_H
#include "metrics.h"

typedef struct class_notes { /* sentences, each its own memory */
    char **text;
    int count;
} class_notes;

/* Adds a sentence. 0, or -1: complained, no memory. */
int class_note(class_notes *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Evaluates row->pictures pictures, whose places in the input are `picture`, into `row`, and adds to the notes.
 * 0, or -1: complained. Several classes may be evaluated at once, by a thread each. */
int class_evaluate(const metrics_input *, const metrics_protocol *, const int64_t *picture, metrics_row *row,
                   class_notes *notes);

#endif
