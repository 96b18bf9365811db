#include "overview_text.h"
#include "../base/diag.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SIGN = 584, BOLD_PERCENT = 108 }; /* SIGN: width of the multiplication sign */

/* Advance widths of the characters from ' ' to '~', in thousandths of the size: Helvetica's published metrics. */
static const short advance[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584,
};

static double width_of(const char *text, size_t length, double size)
{
    double sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= ' ' && c <= '~')
            sum += advance[c - ' '];
        else if (c >= 0xc0 || c < ' ') /* the first byte of a character */
            sum += SIGN;
    }
    return sum * size / 1000;
}

double overview_text_width(const char *text, double size)
{
    return width_of(text, strlen(text), size);
}

double overview_bold_width(const char *text, double size)
{
    return overview_text_width(text, size) * BOLD_PERCENT / 100;
}

/* Bytes of the longest beginning that ends at a blank and fits; at least one word. */
static size_t line_length(const char *text, double size, double width)
{
    size_t best = strcspn(text, " ");
    for (size_t end = best; text[end];) {
        end += 1 + strcspn(text + end + 1, " ");
        if (width_of(text, end, size) > width)
            break;
        best = end;
    }
    return best;
}

int overview_text_wrap(arena *memory, const char *text, double size, double width, const char **line, int *lines,
                       int most)
{
    char part[200];
    for (const char *at = text; *(at += strspn(at, " "));) {
        if (*lines == most)
            return 0;
        size_t length = line_length(at, size, width);
        bool cut = *lines == most - 1 && at[length];
        snprintf(part, sizeof part, "%.*s%s", (int)(length < 190 ? length : 190), at, cut ? "..." : "");
        if (!(line[*lines] = arena_text(memory, part)))
            return -1;
        ++*lines;
        at += length;
    }
    return 0;
}
