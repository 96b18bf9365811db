/* feed.h: what a program is given for each picture: rows from the cache for what the picture alone decides, computed
 * on first use; decoded pictures and the data module's further inputs for the rest. */
#ifndef ABLATE_FEED_H
#define ABLATE_FEED_H
#include "../graph/program.h"
#include "session.h"

typedef struct feed feed;

typedef struct feed_request { /* all of it outlives the feed */
    session *session;         /* with its data set open */
    const input_settings *input;
    cache_numbers numbers; /* in which rows are kept */
    const graph *graph;
    int batch;                   /* the graph's */
    ablate_value *const *wanted; /* beside losses and probes */
    int wanted_count;
    bool alone;          /* without them */
    const int *pictures; /* those that will be asked for */
    int picture_count;
    bool again; /* each of them many times: worth keeping in the device's memory */
} feed_request;

/* Finds the frontier and computes and stores the rows that the cache lacks. NULL: complained. */
feed *feed_new(const feed_request *);
void feed_free(feed *);

/* The values that programs of this graph must be given. */
ablate_value *const *feed_given(const feed *, int *count);

/* Puts a batch of pictures into a program. 0, or -1: complained. */
int feed_fill(feed *, program *, const int *pictures);

#endif
