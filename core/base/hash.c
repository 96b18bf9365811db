#include "hash.h"
#include "diag.h"
#include "file.h"
#include <string.h>

static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void schedule(const uint8_t *block, uint32_t w[64])
{
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
}

static void compress(uint32_t h[8], const uint8_t *block)
{
    uint32_t w[64], v[8];
    schedule(block, w);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t first = v[7] + s1 + choice + round_constant[i] + w[i];
        uint32_t s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first;
        v[0] = first + s0 + majority;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

void hash_begin(hash_state *state)
{
    static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    memcpy(state->h, start, sizeof start);
    state->length = 0;
}

void hash_add(hash_state *state, const void *data, size_t bytes)
{
    const uint8_t *from = data;
    while (bytes > 0) {
        size_t filled = state->length % 64, part = 64 - filled < bytes ? 64 - filled : bytes;
        memcpy(state->block + filled, from, part);
        state->length += part;
        from += part;
        bytes -= part;
        if (state->length % 64 == 0)
            compress(state->h, state->block);
    }
}

void hash_add_text(hash_state *state, const char *text)
{
    hash_add(state, text ? text : "", text ? strlen(text) + 1 : 1);
}

hash_digest hash_end(hash_state *state)
{
    static const uint8_t padding[64] = { 0x80 };
    uint64_t bits = state->length * 8;
    hash_add(state, padding, 1 + (119 - state->length % 64) % 64);
    uint8_t length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    hash_add(state, length, 8);
    hash_digest digest;
    for (int i = 0; i < 32; i++)
        digest.byte[i] = (uint8_t)(state->h[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

void hash_print(const hash_digest *digest, char text[65])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        text[2 * i] = digits[digest->byte[i] >> 4];
        text[2 * i + 1] = digits[digest->byte[i] & 15];
    }
    text[64] = 0;
}

int hash_file(const char *path, hash_digest *digest)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    hash_state state;
    hash_begin(&state);
    hash_add(&state, map.data, map.size);
    *digest = hash_end(&state);
    file_map_close(&map);
    return 0;
}

int hash_file_digits(const char *path, char digits[HASH_DIGITS])
{
    hash_digest digest;
    char text[65];
    if (hash_file(path, &digest) < 0)
        return -1;
    hash_print(&digest, text);
    memcpy(digits, text, HASH_DIGITS - 1);
    digits[HASH_DIGITS - 1] = 0;
    return 0;
}
