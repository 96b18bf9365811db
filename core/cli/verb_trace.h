/* verb_trace.h: `ablate trace FILE --row R --steps N --out T.safetensors`. */
#ifndef ABLATE_VERB_TRACE_H
#define ABLATE_VERB_TRACE_H

/* argv[0] is the verb. 0, or -1: complained. */
int verb_trace(int argc, char **argv);

#endif
