/* pickle_write.h: pickles as PyTorch writes them, opcode by opcode, good and bad ones, for tests of the reader. */
#ifndef LAB_PICKLE_WRITE_H
#define LAB_PICKLE_WRITE_H
#include "npz_write.h"

typedef struct pickle {
    uint8_t byte[1 << 16];
    size_t size;
} pickle;

void pickle_bytes(pickle *p, const void *bytes, size_t n);

/* Opcodes and what follows them, without zero bytes. */
void pickle_code(pickle *p, const char *code);

void pickle_text(pickle *p, const char *text);

typedef struct tensor_words { /* of a call of _rebuild_tensor_v2 */
    const char *type, *key;   /* "Float", "0" */
    int64_t numbers, first;
    int rank;
    int64_t size[5], stride[5];
    bool parameter; /* inside a call of _rebuild_parameter */
    bool marked;    /* with a seventh argument */
} tensor_words;

void pickle_tensor(pickle *p, const tensor_words *t);

#endif
