/* help.h: what the command lines of all verbs have in common. Nothing that is said there is ignored: an option is
 * known, given once unless it may be repeated, and not empty; an argument too many is named. */
#ifndef ABLATE_RUN_HELP_H
#define ABLATE_RUN_HELP_H
#include <argp.h>
#include <stdbool.h>

/* In `flags` of an option: it may be given again, with another text (KEY=VALUE: with another KEY). */
enum { HELP_REPEATS = 0x1000 };

/* Prints the verb's help if the line asks for it (--help): then there is nothing to do. */
bool help_asked(int argc, char **argv, const struct argp *);

/* argp_parse without its own messages. argv[0] is the verb. 0, or -1: complained. */
int help_parse(int argc, char **argv, const struct argp *, void *input);

/* The text of --OPTION as a whole number. 0, or -1: complained. */
int help_number(const char *option, const char *text, long least, long most, long *out);

#endif
