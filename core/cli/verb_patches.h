/* verb_patches.h: `ablate patches RUN... --value V --out DIR`: numbers of the board patch by patch: maps of pictures
 * chosen by a rule, and how normal and defective patches of all test pictures differ. */
#ifndef ABLATE_VERB_PATCHES_H
#define ABLATE_VERB_PATCHES_H

int verb_patches(int argc, char **argv); /* 0, or -1: complained */

#endif
