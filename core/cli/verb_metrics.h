/* verb_metrics.h: `ablate metrics FILE.npz [--protocol P] [--connectivity 4|8] [--json]`. */
#ifndef ABLATE_VERB_METRICS_H
#define ABLATE_VERB_METRICS_H

/* argv[0] is the verb. Evaluates the file and prints the five numbers of each class and their means to standard output.
 * 0, or -1: complained. */
int verb_metrics(int argc, char **argv);

#endif
