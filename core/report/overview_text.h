/* overview_text.h: how wide text is in the figures' typeface, and texts broken into lines. */
#ifndef ABLATE_OVERVIEW_TEXT_H
#define ABLATE_OVERVIEW_TEXT_H
#include "../base/arena.h"

/* Points that UTF-8 text takes in Liberation Sans (whose widths are Helvetica's) of so many points. Characters beyond
 * ASCII count as a multiplication sign, the only one that is expected. */
double overview_text_width(const char *text, double size);
double overview_bold_width(const char *text, double size);

/* Breaks `text` at blanks into lines of at most `width` points (a longer word stands alone) and adds them to
 * line[*lines .. most - 1]; what does not fit ends in "...". The lines are the arena's. 0, or -1: complained. */
int overview_text_wrap(arena *, const char *text, double size, double width, const char **line, int *lines, int most);

#endif
