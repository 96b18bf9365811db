#include "pickle.h"
#include "../base/bytes.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

typedef struct machine {
    const pickle_source *source;
    arena *memory;
    const uint8_t *at, *end;
    /* An opcode is at least a byte long and pushes or remembers at most one value: neither needs more places. */
    pickle_value **stack, **memo;
    size_t depth;
} machine;

static int complain_damaged(const machine *m, const char *what)
{
    return complain("%s: its pickle is damaged near byte %zu: %s; copy or download the file again", m->source->path,
                    (size_t)(m->at - m->source->data), what);
}

/* ---- bytes, values, the stack ---- */

/* The next n bytes, or NULL: complained. */
static const uint8_t *next_bytes(machine *m, size_t n)
{
    if ((size_t)(m->end - m->at) < n && complain_damaged(m, "it ends in the middle of something") < 0)
        return NULL;
    m->at += n;
    return m->at - n;
}

static pickle_value *push(machine *m, pickle_kind kind)
{
    pickle_value *value = arena_take(m->memory, sizeof *value);
    if (!value)
        return NULL;
    value->kind = kind;
    m->stack[m->depth++] = value;
    return value;
}

/* The value on top, taken off; NULL: complained. */
static pickle_value *pop(machine *m)
{
    if (m->depth > 0 && m->stack[m->depth - 1]->kind != PICKLE_MARK)
        return m->stack[--m->depth];
    complain_damaged(m, "a value is missing");
    return NULL;
}

/* Place of the first value above the last mark; -1: complained. */
static int64_t above_mark(machine *m)
{
    for (size_t i = m->depth; i > 0; i--)
        if (m->stack[i - 1]->kind == PICKLE_MARK)
            return (int64_t)i;
    return complain_damaged(m, "a mark is missing");
}

static int add_item(machine *m, pickle_value *to, pickle_value *key, pickle_value *value)
{
    pickle_item *item = arena_take(m->memory, sizeof *item);
    if (!item)
        return -1;
    *item = (pickle_item){ key, value, NULL };
    if (to->last)
        to->last->next = item;
    else
        to->first = item;
    to->last = item;
    to->count++;
    return 0;
}

/* Copy of n bytes as text, without zero bytes. */
static char *copy_text(machine *m, const uint8_t *from, size_t n)
{
    char *text = memchr(from, 0, n) ? NULL : arena_take(m->memory, n + 1);
    if (!text && !complaint())
        complain_damaged(m, "a text has a zero byte");
    return text ? memcpy(text, from, n) : NULL;
}

/* ---- opcodes: 0, or -1: complained ---- */

static int protocol(machine *m, uint8_t code)
{
    (void)code;
    const uint8_t *version = next_bytes(m, 1);
    if (!version || *version == 2)
        return version ? 0 : -1;
    return complain("%s: its pickle has protocol %d; only 2 is read, save it again with torch.save", m->source->path,
                    *version);
}

static int plain(machine *m, uint8_t code)
{
    pickle_value *value = push(m, code == '(' ? PICKLE_MARK : code == 'N' ? PICKLE_NONE : PICKLE_TRUTH);
    if (value)
        value->whole = code == 0x88;
    return value ? 0 : -1;
}

static int empty(machine *m, uint8_t code)
{
    return push(m, code == ')' ? PICKLE_TUPLE : code == ']' ? PICKLE_LIST : PICKLE_DICT) ? 0 : -1;
}

static int whole(machine *m, uint8_t code)
{
    const uint8_t *length = code == 0x8a ? next_bytes(m, 1) : NULL;
    if (code == 0x8a && !length)
        return -1;
    size_t n = length ? *length : code == 'K' ? 1 : code == 'M' ? 2 : 4;
    if (n > 8)
        return complain_damaged(m, "a whole number has more than 64 bits");
    const uint8_t *from = next_bytes(m, n);
    pickle_value *value = from ? push(m, PICKLE_WHOLE) : NULL;
    uint64_t number = 0;
    for (size_t i = 0; value && i < n; i++)
        number |= (uint64_t)from[i] << (8 * i);
    bool is_signed = code == 'J' || code == 0x8a;
    if (value && is_signed && n > 0 && n < 8 && from[n - 1] & 0x80)
        number |= ~(uint64_t)0 << (8 * n);
    if (value)
        memcpy(&value->whole, &number, sizeof number);
    return value ? 0 : -1;
}

static int real(machine *m, uint8_t code)
{
    (void)code;
    const uint8_t *from = next_bytes(m, 8);
    pickle_value *value = from ? push(m, PICKLE_REAL) : NULL;
    uint64_t bits = 0;
    for (int i = 0; value && i < 8; i++) /* most significant byte first */
        bits = bits << 8 | from[i];
    if (value)
        memcpy(&value->real, &bits, sizeof bits);
    return value ? 0 : -1;
}

static int text(machine *m, uint8_t code)
{
    (void)code;
    const uint8_t *length = next_bytes(m, 4), *from = length ? next_bytes(m, little32(length)) : NULL;
    pickle_value *value = from ? push(m, PICKLE_TEXT) : NULL;
    if (value)
        value->text = copy_text(m, from, little32(length));
    return value && value->text ? 0 : -1;
}

/* Two lines, the module's name and the thing's. */
static int global(machine *m, uint8_t code)
{
    (void)code;
    const uint8_t *from = m->at, *middle = memchr(from, '\n', (size_t)(m->end - from));
    const uint8_t *last = middle ? memchr(middle + 1, '\n', (size_t)(m->end - middle - 1)) : NULL;
    if (!last)
        return complain_damaged(m, "a name does not end");
    m->at = last + 1;
    pickle_value *value = push(m, PICKLE_GLOBAL);
    char *name = value ? copy_text(m, from, (size_t)(last - from)) : NULL;
    if (!name)
        return -1;
    name[middle - from] = '.';
    value->text = name;
    if (m->source->knows(name))
        return 0;
    return complain("%s: its pickle asks for '%.100s', and only tensors are read; load it in PyTorch and save its "
                    "state_dict() alone",
                    m->source->path, name);
}

static int tuple(machine *m, uint8_t code)
{
    size_t wanted = code == 't' ? 0 : (size_t)(code - 0x84);
    int64_t first = code == 't' ? above_mark(m) : (int64_t)m->depth - (int64_t)wanted;
    if (first < 0)
        return complain_damaged(m, "a value is missing");
    pickle_value *made = arena_take(m->memory, sizeof *made);
    if (!made)
        return -1;
    made->kind = PICKLE_TUPLE;
    for (size_t i = (size_t)first; i < m->depth; i++)
        if (m->stack[i]->kind == PICKLE_MARK)
            return complain_damaged(m, "a value is missing");
        else if (add_item(m, made, NULL, m->stack[i]) < 0)
            return -1;
    m->depth = (size_t)first - (code == 't');
    m->stack[m->depth++] = made;
    return 0;
}

/* Moves the values from stack[first] on, singly or in pairs, into the container below them. */
static int fill(machine *m, size_t first, size_t below, bool pairs)
{
    pickle_value *to = below > 0 ? m->stack[below - 1] : NULL;
    bool fits = to && (pairs ? to->kind == PICKLE_DICT || to->kind == PICKLE_CALL : to->kind == PICKLE_LIST);
    if (!fits || (pairs && (m->depth - first) % 2))
        return complain_damaged(m, "items are put into something that cannot hold them");
    for (size_t i = first; i < m->depth; i += 1 + pairs)
        if (add_item(m, to, pairs ? m->stack[i] : NULL, m->stack[i + pairs]) < 0)
            return -1;
    m->depth = below;
    return 0;
}

static int fill_few(machine *m, uint8_t code)
{
    size_t n = code == 's' ? 2 : 1;
    for (size_t i = 1; i <= n; i++)
        if (m->depth < i || m->stack[m->depth - i]->kind == PICKLE_MARK)
            return complain_damaged(m, "a value is missing");
    return fill(m, m->depth - n, m->depth - n, code == 's');
}

static int fill_many(machine *m, uint8_t code)
{
    int64_t first = above_mark(m);
    return first < 0 ? -1 : fill(m, (size_t)first, (size_t)first - 1, code == 'u');
}

/* Place in the memo; -1: complained. */
static int64_t memo_place(machine *m, bool wide)
{
    const uint8_t *from = next_bytes(m, wide ? 4 : 1);
    uint32_t place = !from ? 0 : wide ? little32(from) : *from;
    if (from && place >= m->source->size)
        return complain_damaged(m, "it remembers more than it can hold");
    return from ? (int64_t)place : -1;
}

static int remember(machine *m, uint8_t code)
{
    int64_t place = memo_place(m, code == 'r');
    if (place < 0 || m->depth == 0 || m->stack[m->depth - 1]->kind == PICKLE_MARK)
        return complain_damaged(m, "a value is missing");
    m->memo[place] = m->stack[m->depth - 1];
    return 0;
}

static int recall(machine *m, uint8_t code)
{
    int64_t place = memo_place(m, code == 'j');
    if (place < 0 || !m->memo[place])
        return complain_damaged(m, "a remembered value is missing");
    m->stack[m->depth++] = m->memo[place];
    return 0;
}

static int call(machine *m, uint8_t code)
{
    (void)code;
    pickle_value *argument = pop(m), *callee = argument ? pop(m) : NULL;
    if (!callee || callee->kind != PICKLE_GLOBAL || argument->kind != PICKLE_TUPLE)
        return complain_damaged(m, "a call is not one of a name with its arguments");
    pickle_value *value = push(m, PICKLE_CALL);
    if (!value)
        return -1;
    value->text = callee->text;
    value->argument = argument;
    return 0;
}

static int build(machine *m, uint8_t code)
{
    (void)code;
    pickle_value *state = pop(m), *object = state ? pop(m) : NULL;
    if (!object || object->kind != PICKLE_CALL || object->state)
        return complain_damaged(m, "a state is given to something that is no new object");
    object->state = state;
    m->stack[m->depth++] = object;
    return 0;
}

static int outside(machine *m, uint8_t code)
{
    (void)code;
    pickle_value *id = pop(m), *value = id ? push(m, PICKLE_OUTSIDE) : NULL;
    if (!value)
        return -1;
    value->argument = id;
    return m->source->met ? m->source->met(m->source->owner, id) : 0;
}

/* ---- the opcodes by name; those without a function are refused ---- */

static const struct opcode {
    const char *name;
    int (*run)(machine *, uint8_t code);
} opcodes[256] = {
    ['('] = { "MARK", plain },
    [')'] = { "EMPTY_TUPLE", empty },
    ['0'] = { "POP", NULL },
    ['1'] = { "POP_MARK", NULL },
    ['2'] = { "DUP", NULL },
    ['B'] = { "BINBYTES", NULL },
    ['C'] = { "SHORT_BINBYTES", NULL },
    ['F'] = { "FLOAT", NULL },
    ['G'] = { "BINFLOAT", real },
    ['I'] = { "INT", NULL },
    ['J'] = { "BININT", whole },
    ['K'] = { "BININT1", whole },
    ['L'] = { "LONG", NULL },
    ['M'] = { "BININT2", whole },
    ['N'] = { "NONE", plain },
    ['P'] = { "PERSID", NULL },
    ['Q'] = { "BINPERSID", outside },
    ['R'] = { "REDUCE", call },
    ['S'] = { "STRING", NULL },
    ['T'] = { "BINSTRING", NULL },
    ['U'] = { "SHORT_BINSTRING", NULL },
    ['V'] = { "UNICODE", NULL },
    ['X'] = { "BINUNICODE", text },
    [']'] = { "EMPTY_LIST", empty },
    ['a'] = { "APPEND", fill_few },
    ['b'] = { "BUILD", build },
    ['c'] = { "GLOBAL", global },
    ['d'] = { "DICT", NULL },
    ['e'] = { "APPENDS", fill_many },
    ['g'] = { "GET", NULL },
    ['h'] = { "BINGET", recall },
    ['i'] = { "INST", NULL },
    ['j'] = { "LONG_BINGET", recall },
    ['l'] = { "LIST", NULL },
    ['o'] = { "OBJ", NULL },
    ['p'] = { "PUT", NULL },
    ['q'] = { "BINPUT", remember },
    ['r'] = { "LONG_BINPUT", remember },
    ['s'] = { "SETITEM", fill_few },
    ['t'] = { "TUPLE", tuple },
    ['u'] = { "SETITEMS", fill_many },
    ['}'] = { "EMPTY_DICT", empty },
    [0x80] = { "PROTO", protocol },
    [0x81] = { "NEWOBJ", call },
    [0x82] = { "EXT1", NULL },
    [0x83] = { "EXT2", NULL },
    [0x84] = { "EXT4", NULL },
    [0x85] = { "TUPLE1", tuple },
    [0x86] = { "TUPLE2", tuple },
    [0x87] = { "TUPLE3", tuple },
    [0x88] = { "NEWTRUE", plain },
    [0x89] = { "NEWFALSE", plain },
    [0x8a] = { "LONG1", whole },
    [0x8b] = { "LONG4", NULL },
    [0x8c] = { "SHORT_BINUNICODE", NULL },
    [0x8d] = { "BINUNICODE8", NULL },
    [0x8e] = { "BINBYTES8", NULL },
    [0x8f] = { "EMPTY_SET", NULL },
    [0x90] = { "ADDITEMS", NULL },
    [0x91] = { "FROZENSET", NULL },
    [0x92] = { "NEWOBJ_EX", NULL },
    [0x93] = { "STACK_GLOBAL", NULL },
    [0x94] = { "MEMOIZE", NULL },
    [0x95] = { "FRAME", NULL },
    [0x96] = { "BYTEARRAY8", NULL },
    [0x97] = { "NEXT_BUFFER", NULL },
    [0x98] = { "READONLY_BUFFER", NULL },
};

/* ---- the whole ---- */

static int step(machine *m)
{
    const uint8_t *byte = next_bytes(m, 1);
    if (!byte)
        return -1;
    const struct opcode *opcode = &opcodes[*byte];
    if (opcode->run)
        return opcode->run(m, *byte);
    return complain("%s: its pickle has %s%s (0x%02x) at byte %zu, which no saved state needs; load it in PyTorch and "
                    "save its state_dict() with torch.save",
                    m->source->path, opcode->name ? "the opcode " : "an unknown opcode",
                    opcode->name ? opcode->name : "", *byte, (size_t)(byte - m->source->data));
}

static pickle_value *run(machine *m)
{
    while (m->at == m->end || *m->at != '.')
        if (step(m) < 0)
            return NULL;
    if (m->source->used)
        *m->source->used = (size_t)(m->at + 1 - m->source->data);
    bool whole = m->depth == 1 && m->stack[0]->kind != PICKLE_MARK;
    return whole || complain_damaged(m, "it does not end in one value") == 0 ? m->stack[0] : NULL;
}

pickle_value *pickle_read(const pickle_source *source, arena *memory)
{
    machine m = { .source = source, .memory = memory, .at = source->data, .end = source->data + source->size };
    m.stack = take_zeroed(source->size + 1, sizeof *m.stack, "a pickle");
    m.memo = take_zeroed(source->size + 1, sizeof *m.memo, "a pickle");
    pickle_value *value = m.stack && m.memo ? run(&m) : NULL;
    free(m.stack);
    free(m.memo);
    return value;
}
