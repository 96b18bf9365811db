/* feed_parts.h: what a feed is, for the file that computes its rows. */
#ifndef ABLATE_FEED_PARTS_H
#define ABLATE_FEED_PARTS_H
#include "feed.h"

struct feed {
    feed_request request;
    ablate_value **given;
    int64_t *at; /* by given value: first number in a row, or -1 for an input of the graph */
    int given_count;
    int64_t row_floats;
    cache *cache;
    float *staging; /* one batch of the widest input */
    float *room;    /* a row as float32 */
    float *kept;    /* (pictures of the request, row_floats) in the device's memory, or NULL */
    int64_t *place; /* by picture of the data set: its row in `kept` */
    int64_t *row;   /* of each picture of a batch, in `kept` */
    bool tried;     /* to keep them */
};

/* Numbers that a value has for one picture. */
int64_t feed_numbers(const feed *, const ablate_value *);

/* An input of the graph for a batch of pictures: decoded, or as the data module lists it. 0, or -1: complained. */
int feed_load(const feed *, const ablate_value *input, const int *pictures, float *out);

/* feed_kept.c: copies all rows into the device's memory, once, if the device gathers from it and there is room. 0, or
 * -1: complained. */
int feed_keep(feed *);

/* Opens the cache; computes and stores the rows that it lacks. 0, or -1: complained. */
int feed_complete(feed *);

#endif
