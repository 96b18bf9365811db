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

/* "1 picture", "2 pictures": the number before the word for one or for more. Returns `text`. */
enum { NUMBER_OF = 80 };
const char *number_of(long long count, const char *one, const char *more, char text[NUMBER_OF]);

#endif
