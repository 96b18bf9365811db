/* model_talk.h: what modules ask of a run while they compose, and what they have to say of it. */
#ifndef ABLATE_MODEL_TALK_H
#define ABLATE_MODEL_TALK_H
#include "../data/input_settings.h"
#include "../graph/builder.h"

enum { MODEL_ANSWERS = 6 };

typedef struct model_talk {         /* zeroed = closed; must not be moved while it is open */
    builder_talk with;              /* for builder_listen */
    char answer[MODEL_ANSWERS][80]; /* how pictures come in, for modules that ask */
    char **remark;                  /* what a reader of the results must know, a sentence each, none twice */
    int remarks;
} model_talk;

void model_talk_open(model_talk *, const input_settings *, int seed); /* seed: of the run */
void model_talk_close(model_talk *);

/* Prints the modules' remarks to stderr, a line each: "LABEL: SENTENCE". */
void model_talk_say(const model_talk *, const char *label);

#endif
