/* name.h: names of files, classes, states and rows in lines of text. A name may hold any byte but zero, a line may not.
 * A name that a line of fields, or a reader of it, could take for something else is written with a backslash in front
 * and in it \\ \t \n \r and \xHH, the byte in hexadecimal; every other name stays as it is. So it is with: control
 * characters, bytes that are no UTF-8, characters of Unicode that end a line or turn the direction of writing, a double
 * quote, a number sign, a blank at either end, a backslash in front. name_read gives back the bytes. */
#ifndef ABLATE_NAME_H
#define ABLATE_NAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What the head of a file says of its names. */
#define NAME_RULE "a name that begins with \\ is escaped: \\\\ is a backslash, \\t \\n \\r and \\xHH are bytes"

/* Writes the name as a field of a line; NULL counts as "". For new memory: take_printed(name_print, name), diag.h. */
void name_print(const char *name, FILE *);

/* The same, with a tab behind; and of a name that is one of the words a column keeps for itself, such as "mean" for the
 * mean over all names: then a backslash stands in front, which name_read takes away. */
void name_cell(const char *name, FILE *);
void name_print_beside(const char *name, const char *word, FILE *);

/* Turns a field into the name, in place. 0, or -1: it is no name that name_print wrote, *text is as it was; nothing is
 * complained, the caller knows file and line. */
int name_read(char *text);

/* Reads one escape, *at being after its backslash: its byte, with *at after it; -1: none is there. \" is a quote. */
int name_escape(const char **at);

/* ---- for people: what cannot be shown is \t, \n, \r or \xHH in its place, and nothing stands in front ---- */

/* Bytes of the character at `text` (0-ended), if it may be shown: UTF-8 that controls nothing; else 0. */
size_t name_character(const char *text);

/* What is to be seen of the next character of `text`, 0-ended, in `one`; its bytes in the text, at least 1. */
enum { NAME_ESCAPE = 5 };
size_t name_next(const char *text, char one[NAME_ESCAPE]);

bool name_is_shown(const char *text); /* all its characters may be shown */
void name_show(const char *text, FILE *);

/* The same as text in `room` of `size` bytes, at least 4, for printf; what is longer ends in "...". Returns `room`. */
enum { NAME_ROOM = 512 };
const char *name_shown(const char *text, char *room, size_t size);

/* Columns of a terminal that name_show's text takes: wide characters two, combining ones none. */
int name_columns(const char *text);

/* Shows the text in so many columns: filled with blanks, or cut, with "..." at the end if there is room for that. */
void name_pad(const char *text, int columns, FILE *);

/* Writes one byte as \t, \n, \r or \xHH into `to`; the length. */
int name_byte(char to[NAME_ESCAPE], char byte);

#endif
