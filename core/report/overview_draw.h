/* overview_draw.h: a placed overview as a list of shapes that any plotting program can draw. */
#ifndef ABLATE_OVERVIEW_DRAW_H
#define ABLATE_OVERVIEW_DRAW_H
#include "overview_place.h"
#include <stdio.h>

/* Tab-separated, after a line of headers: what, x, y (points, downwards), dx, dy, text. `page` gives the size;
 * `box-KIND` and `chip-KIND` are outlines, `line-KIND` lines, a point a line and an empty line after each; `arrow-KIND`
 * begins at x, y and ends dx, dy from there; `dot` is a point; `title`, `name`, `text` are words around the place,
 * `left-name`, `left-text` words from it on. What comes later lies over what was before. 0, or -1: complained. */
int overview_draw(const overview *, const place *, FILE *);

#endif
