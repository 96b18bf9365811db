/* help.h: `--help` of a verb, without leaving the program as argp does by itself. */
#ifndef ABLATE_HELP_H
#define ABLATE_HELP_H
#include <argp.h>
#include <stdbool.h>

/* If --help is among the arguments, prints the verb's options to standard output; true then: there is nothing to do. */
bool help_asked(int argc, char **argv, const struct argp *);

/* Reads the line with errors kept inside: unknown options become complaints. 0, or -1: complained. */
int help_parse(int argc, char **argv, const struct argp *, void *input);

#endif
