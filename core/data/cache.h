/* cache.h: rows of numbers kept on disk, one file a key, one record a picture. A key stands for everything the numbers
 * depend on but the picture; the picture's digest stands for the picture. Records carry a checksum; damaged, truncated
 * or foreign ones count as missing. Files only grow, under a lock, so processes may share them. Rows are float32 to
 * whoever uses them; on the disk they may be float16, rounded to nearest, ties to even. */
#ifndef ABLATE_CACHE_H
#define ABLATE_CACHE_H
#include "../base/hash.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct cache cache;
typedef enum cache_numbers { CACHE_FLOAT32, CACHE_FLOAT16 } cache_numbers;

/* Opens or creates folder/KEY.rows for rows of that many numbers. NULL: complained. */
cache *cache_open(const char *folder, const hash_digest *key, int64_t row_floats, cache_numbers);
void cache_close(cache *); /* unmaps: rows are no longer valid */

/* Bytes that so many rows take on the disk. */
int64_t cache_bytes(const cache *, int64_t rows);

/* Is there room for so many more rows? 0, or -1: complained. */
int cache_expect(const cache *, int64_t rows);

/* Appends a record. 0, or -1: complained (disk full, a number too large for float16: the file is left as it was). */
int cache_append(cache *, const hash_digest *picture, const float *row);

/* Maps the file and verifies every record; call after opening and again after appending. 0 or -1. */
int cache_index(cache *);

/* n numbers of the picture's row from the number `at` on, in the map, or in `room` (n floats) if the disk has float16;
 * NULL: the row is missing. */
const float *cache_read(const cache *, const hash_digest *picture, int64_t at, int64_t n, float *room);
bool cache_has(const cache *, const hash_digest *picture);

int64_t cache_damaged(const cache *); /* records refused by the last cache_index */
const char *cache_path(const cache *);

#endif
