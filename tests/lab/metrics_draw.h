/* metrics_draw.h: the random evaluations of tests/golden/make_metrics.py, drawn again to the bit: the same streams in
 * the same order. Every number is an integer of a hash of (case, stream, index) times a power of two. */
#ifndef LAB_METRICS_DRAW_H
#define LAB_METRICS_DRAW_H
#include "test.h"

enum { DRAWN_PIXELS = 200000, DRAWN_PICTURES = 24 };

typedef struct drawn_case {
    int number, pictures, height, width;
    int precision; /* bytes of a score in the file */
    int connectivity;
    bool grey, scored, labelled, texts, deflated, ones;
    int class_count; /* 1: none are given */
    int map_kind, whole, exponent;
    double maps[DRAWN_PIXELS];
    uint8_t masks[DRAWN_PIXELS];
    double scores[DRAWN_PICTURES];
    int64_t labels[DRAWN_PICTURES], classes[DRAWN_PICTURES];
} drawn_case;

/* Pixels of all pictures. */
int drawn_pixels(const drawn_case *c);

/* The case of that number of the script. */
void draw_case(drawn_case *c, int number);

/* What the golden file has of every input, to tell a difference of the inputs from one of the results. */
uint32_t drawn_sum(const drawn_case *c);

#endif
