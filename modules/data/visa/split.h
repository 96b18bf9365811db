/* split.h: the lists that VisA is released with, split_csv/NAME.csv: a header, then a line a picture,
 *
 *   candle,test,anomaly,candle/Data/Images/Anomaly/022.JPG,candle/Data/Masks/Anomaly/022.png
 *
 * with paths below the folder that holds split_csv; the mask of a normal picture is empty. */
#ifndef VISA_SPLIT_H
#define VISA_SPLIT_H
#include "module.h"

typedef struct split_row {                 /* texts are the builder's */
    const char *class_name, *image, *mask; /* mask "": none */
    const char *stem;                      /* of the picture's file name */
    bool test, anomaly;
    int line;
} split_row;

typedef struct split { /* zeroed = empty; `row` is the caller's to free */
    split_row *row;
    int rows, room;
} split;

/* Reads the whole list, sorted by class, training before test, anomalies before normals, then names: the order in which
 * the same pictures stand in folders. 0, or -1: complained. */
int split_read(ablate_builder *, const char *path, split *);

#endif
