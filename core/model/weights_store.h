/* weights_store.h: the weights files of a run, opened once, as the graph builder asks for them. */
#ifndef ABLATE_WEIGHTS_STORE_H
#define ABLATE_WEIGHTS_STORE_H
#include "../graph/builder.h"
#include "../record/record.h"

typedef struct weights_store weights_store;
weights_store *weights_store_new(void);   /* NULL: complained */
void weights_store_free(weights_store *); /* after the graphs that use it */

/* The three questions of a builder_host whose context is the store; the keys of notes are those of module.h. */
int weights_store_tensor(void *store, const char *path, const char *name, ablate_shape *, value_source *);
const char *weights_store_note(void *store, const char *path, const char *key);
bool weights_store_has(void *store, const char *path, const char *name);

/* Has this path been opened? */
bool weights_store_knows(const weights_store *, const char *path);

/* 0, or -1 with the sentence, if the option's file `out` is one of the files opened so far. */
int weights_store_spare(const weights_store *, const char *option, const char *out);

/* Enters every file opened so far with its hash and its path as place_short has it, and every file beside them that was
 * asked for and is there. 0, or -1: complained. */
int weights_store_describe(const weights_store *, run_record *);

#endif
