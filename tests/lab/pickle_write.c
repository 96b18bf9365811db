#include "pickle_write.h"

void pickle_bytes(pickle *p, const void *bytes, size_t n)
{
    if (n > sizeof p->byte - p->size)
        abort();
    memcpy(p->byte + p->size, bytes, n);
    p->size += n;
}

void pickle_code(pickle *p, const char *code)
{
    pickle_bytes(p, code, strlen(code));
}

void pickle_text(pickle *p, const char *text)
{
    uint8_t head[5] = { 'X', (uint8_t)strlen(text), (uint8_t)(strlen(text) >> 8), 0, 0 };
    pickle_bytes(p, head, 5);
    pickle_bytes(p, text, strlen(text));
}

/* LONG1 of eight bytes. */
static void pickle_whole(pickle *p, int64_t number)
{
    uint8_t code[10] = { 0x8a, 8 };
    for (int i = 0; i < 8; i++)
        code[2 + i] = (uint8_t)((uint64_t)number >> (8 * i));
    pickle_bytes(p, code, sizeof code);
}

static void pickle_numbers(pickle *p, const int64_t *number, int n)
{
    pickle_code(p, "(");
    for (int i = 0; i < n; i++)
        pickle_whole(p, number[i]);
    pickle_code(p, "t");
}

void pickle_tensor(pickle *p, const tensor_words *t)
{
    char storage[60];
    if (t->parameter)
        pickle_code(p, "ctorch._utils\n_rebuild_parameter\n(");
    pickle_code(p, "ctorch._utils\n_rebuild_tensor_v2\n((");
    pickle_text(p, "storage");
    snprintf(storage, sizeof storage, "ctorch\n%sStorage\n", t->type);
    pickle_code(p, storage);
    pickle_text(p, t->key);
    pickle_text(p, "cuda:0");
    pickle_whole(p, t->numbers);
    pickle_code(p, "tQ");
    pickle_whole(p, t->first);
    pickle_numbers(p, t->size, t->rank);
    pickle_numbers(p, t->stride, t->rank);
    pickle_code(p, "\x89"
                   "ccollections\nOrderedDict\n)R");
    pickle_code(p, t->marked ? "}tR" : "tR");
    if (t->parameter)
        pickle_code(p, "\x88"
                       "ccollections\nOrderedDict\n)RtR");
}
