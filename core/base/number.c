#include "number.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 17, MOST_WHOLE = 16 }; /* enough for every double; longest whole number without an exponent */

/* The fewest digits with which "%.*e" gives a text that reads back; value is finite. */
static int digits_of(double value, char text[NUMBER_TEXT])
{
    int digits = 0;
    double back;
    do {
        snprintf(text, NUMBER_TEXT, "%.*e", digits++, value);
        back = strtod(text, NULL);
    } while (digits < MOST_DIGITS && (back < value || back > value));
    return digits;
}

const char *number_text(double value, char text[NUMBER_TEXT])
{
    int digits = isfinite(value) ? digits_of(value, text) : 1;
    const char *exponent = isfinite(value) ? strchr(text, 'e') : NULL;
    int whole = exponent ? (int)strtol(exponent + 1, NULL, 10) + 1 : 1; /* 100, not 1e+02 */
    snprintf(text, NUMBER_TEXT, "%.*g", whole > digits && whole <= MOST_WHOLE ? whole : digits, value);
    return text;
}

void number_print(double value, FILE *to)
{
    char text[NUMBER_TEXT];
    fputs(number_text(value, text), to);
}

void number_print_tabbed(const double *value, int count, FILE *to)
{
    for (int i = 0; i < count; i++) {
        fputc('\t', to);
        number_print(value[i], to);
    }
}

const char *number_of(long long count, const char *one, const char *more, char text[NUMBER_OF])
{
    snprintf(text, NUMBER_OF, "%lld %s", count, count == 1 ? one : more);
    return text;
}
