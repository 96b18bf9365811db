/* verb_new.h: `ablate new NAME [--in DIR]`: the beginning of a module. */
#ifndef ABLATE_VERB_NEW_H
#define ABLATE_VERB_NEW_H

/* argv[0] is the verb. Writes DIR/NAME.c, a commented module that builds and trains as it is, and prints what to do
 * with it. A file or module of that name is left alone. 0, or -1: complained. */
int verb_new(int argc, char **argv);

#endif
