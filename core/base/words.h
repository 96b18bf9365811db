/* words.h: lists of names in a setting: between blanks, tabs and commas; a name that holds one of these, or a double
 * quote, stands in double quotes, within which \\ \" \t \n \r and \xHH are read as in name.h: "my class" other. */
#ifndef ABLATE_WORDS_H
#define ABLATE_WORDS_H
#include <stdbool.h>

/* The next name from *at on as new memory in *name, the caller's to free. 1; 0: there is none; -1: badly quoted or no
 * memory, nothing is complained. */
int words_next(const char **at, char **name);

bool words_are_whole(const char *text); /* every name of the list can be read */

#endif
