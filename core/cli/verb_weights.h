/* verb_weights.h: `ablate weights FILE [--export OUT ...]`: what a weights file holds, and a smaller copy of it. */
#ifndef ABLATE_VERB_WEIGHTS_H
#define ABLATE_VERB_WEIGHTS_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_weights(int argc, char **argv);

#endif
