/* number.h: numbers as text that people read and files keep: the fewest digits that read back to the same double. */
#ifndef ABLATE_NUMBER_H
#define ABLATE_NUMBER_H
#include <stdio.h>

enum { NUMBER_TEXT = 32 }; /* bytes of the longest text, with its end */

/* "0.9", "100", "1e-08", "-inf", "nan". Returns `text`. */
const char *number_text(double, char text[NUMBER_TEXT]);

void number_print(double, FILE *);

/* `count` numbers, each after a tab. */
void number_print_tabbed(const double *, int count, FILE *);

#endif
