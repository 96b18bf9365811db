/* verb_graph.h: `ablate graph FILE --row ROW [--dot | --overview [--out FILE]]`: the training graph of a
 * row, printed or drawn. */
#ifndef ABLATE_VERB_GRAPH_H
#define ABLATE_VERB_GRAPH_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_graph(int argc, char **argv);

#endif
