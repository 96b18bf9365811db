/* line.h: the command line of a verb. What it may hold stands in tables: groups of options that verbs share (shared.h)
 * and the verb's own. Nothing that is said there is ignored: an option is known, means something for this verb and in
 * this mode, is given once unless it repeats, and is not empty; arguments are neither too many nor too few; and what is
 * to be written can be written, and takes the place of nothing that is read, before any work begins. */
#ifndef ABLATE_LINE_H
#define ABLATE_LINE_H
#include "option.h"

typedef struct verb_line { /* what was given, first member of each verb's struct; zeroed = nothing */
    const char *verb;
    const char *mode;        /* one of the verb's modes, or NULL where it has none */
    const char *const *word; /* the arguments after it */
    int words;
    const char *modules, *cache, *device; /* options of shared.h */
    const char *scale, *data, *out;
    int threads, seeds;
    option_texts set, row, swap;
} verb_line;

typedef struct line_rule { /* in this mode these options mean nothing */
    const char
        *mode; /* its word; the option that chooses it, "--no-gallery"; or the one that would leave it, "!--export" */
    const char *why;     /* "nothing is computed" */
    const char *options; /* names, a blank between two */
} line_rule;

enum { LINE_TABLES = 8, LINE_RULES = 4 };

typedef struct verb {
    const char *name;
    const char *summary;     /* of `ablate help`: its arguments and what it does, "RUN...     write ..." */
    const char *words, *doc; /* of its own help */
    const char *modes;       /* "losses, scores": its first argument is one of these; NULL: it has none */
    int least, most;         /* arguments after the mode */
    bool once;               /* none of them stands there twice */
    const char *needs;       /* options that it cannot do without, "out picture", or NULL */
    const char *lacks;       /* what to do where an argument or one of these is missing: "name the files" */
    const line_option *options[LINE_TABLES];
    line_rule rules[LINE_RULES];
    size_t size;             /* of its struct */
    const void *start;       /* the struct before the line is read; NULL: zeroed */
    int (*run)(void *given); /* 0, or -1: complained */
} verb;

enum { LINE_ANY = 1 << 20 }; /* of `most`: as many as one likes */

/* Does what the line asks for: prints the verb's help (--help), or runs the verb. argv[0] is the verb's name; `all`,
 * ended by NULL, are those that may have an option that this one has not. 0, or -1: complained. */
int line_run(const verb *, const verb *const *all, int argc, char **argv);

#endif
