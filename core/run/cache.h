/* cache.h: rows of numbers kept on disk, one file a key, one record a picture. A key stands for everything the numbers
 * depend on but the picture; the picture's digest stands for the picture. Records carry a checksum; damaged, truncated
 * or foreign ones count as missing. Files only grow, under a lock, so processes may share them. */
#ifndef ABLATE_CACHE_H
#define ABLATE_CACHE_H
#include "../base/hash.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct cache cache;

/* Opens or creates folder/KEY.rows for rows of that many floats. NULL: complained. */
cache *cache_open(const char *folder, const hash_digest *key, int64_t row_floats);
void cache_close(cache *); /* unmaps: rows are no longer valid */

/* Appends a record. 0, or -1: complained (disk full: the file is left as it was). */
int cache_append(cache *, const hash_digest *picture, const float *row);

/* Maps the file and verifies every record; call after opening and again after appending. 0 or -1. */
int cache_index(cache *);

/* The picture's row in the map, or NULL if it is missing. */
const float *cache_row(const cache *, const hash_digest *picture);

int64_t cache_damaged(const cache *); /* records refused by the last cache_index */
const char *cache_path(const cache *);

#endif
