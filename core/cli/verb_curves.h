/* verb_curves.h: `ablate curves losses|scores|usage RUN... --out FILE`: what finished runs say about their training,
 * for scripts/figures. */
#ifndef ABLATE_VERB_CURVES_H
#define ABLATE_VERB_CURVES_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_curves(int argc, char **argv);

#endif
