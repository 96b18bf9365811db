/* verb_data.h: `ablate data MODULE[:PATH] [--export DIR]`: what a data module holds, and writing it as files. */
#ifndef ABLATE_VERB_DATA_H
#define ABLATE_VERB_DATA_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_data(int argc, char **argv);

#endif
