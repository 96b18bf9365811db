/* hash.h: SHA-256 (FIPS 180-4), for keys and provenance. */
#ifndef ABLATE_HASH_H
#define ABLATE_HASH_H
#include <stddef.h>
#include <stdint.h>

typedef struct hash_state {
    uint32_t h[8];
    uint64_t length;
    uint8_t block[64];
} hash_state;
typedef struct hash_digest {
    uint8_t byte[32];
} hash_digest;

void hash_begin(hash_state *);
void hash_add(hash_state *, const void *data, size_t bytes);
void hash_add_text(hash_state *, const char *text); /* with its terminating zero; NULL counts as "" */
hash_digest hash_end(hash_state *);
void hash_print(const hash_digest *, char text[65]); /* lower-case hexadecimal */
int hash_file(const char *path, hash_digest *);      /* 0, or -1: complained */

/* The first 16 digits of a file's, for people. 0, or -1: complained. */
enum { HASH_DIGITS = 17 };
int hash_file_digits(const char *path, char digits[HASH_DIGITS]);

#endif
