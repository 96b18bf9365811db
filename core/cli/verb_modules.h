/* verb_modules.h: `ablate modules [NAME]` and `ablate ops [NAME]`: what is there. */
#ifndef ABLATE_VERB_MODULES_H
#define ABLATE_VERB_MODULES_H

/* argv[0] is the verb. Print to standard output all modules (operations) in a line each, or one with its settings
 * (attributes), defaults, ranges and documentation. 0, or -1: complained. */
int verb_modules(int argc, char **argv);
int verb_ops(int argc, char **argv);

#endif
