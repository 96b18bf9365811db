/* verb_run.h: `ablate run FILE...` and `ablate check FILE...`. */
#ifndef ABLATE_VERB_RUN_H
#define ABLATE_VERB_RUN_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_run(int argc, char **argv);
int verb_check(int argc, char **argv);

#endif
