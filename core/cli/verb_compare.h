/* verb_compare.h: `ablate compare`. */
#ifndef ABLATE_VERB_COMPARE_H
#define ABLATE_VERB_COMPARE_H

int verb_compare(int argc, char **argv); /* 0, or -1: complained */

#endif
