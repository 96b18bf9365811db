/* pickle.h: Python's pickles, protocol 2, read as a tree. Nothing is executed: where Python would call something, the
 * tree has a node that says what with which arguments. Only the opcodes that saved states are made of are known, any
 * other is refused by its name. Nothing in a pickle is trusted; memory is a small multiple of its length, whatever it
 * says. A tree may share parts of itself, and a damaged one may hold itself: who walks down must bound his depth. */
#ifndef ABLATE_PICKLE_H
#define ABLATE_PICKLE_H
#include "../base/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum pickle_kind {
    PICKLE_NONE,
    PICKLE_TRUTH,
    PICKLE_WHOLE,
    PICKLE_REAL,
    PICKLE_TEXT,
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT,
    PICKLE_GLOBAL,  /* a class or function, by name */
    PICKLE_CALL,    /* of a global, or a new object of that class */
    PICKLE_OUTSIDE, /* something kept outside of the pickle, found by its id */
    PICKLE_MARK     /* on the stack only */
} pickle_kind;

typedef struct pickle_value pickle_value;
typedef struct pickle_item {
    pickle_value *key, *value; /* key: of DICT and CALL, else NULL */
    struct pickle_item *next;
} pickle_item;
struct pickle_value {
    pickle_kind kind;
    int64_t whole;             /* WHOLE; TRUTH: 0 or 1 */
    double real;               /* REAL */
    const char *text;          /* TEXT, without zero bytes; GLOBAL, and CALL: what is called: "module.name" */
    pickle_value *argument;    /* CALL: a TUPLE. OUTSIDE: the id */
    pickle_value *state;       /* CALL: what the object was built from afterwards, or NULL */
    pickle_item *first, *last; /* of TUPLE, LIST, DICT; of CALL: items that were set in the object */
    int64_t count;             /* of items */
    bool visited;              /* for who walks the tree */
};

typedef struct pickle_source {
    const char *path; /* for complaints */
    const uint8_t *data;
    size_t size;
    bool (*knows)(const char *global); /* whether the pickle may speak of this class or function */
    /* Told of each thing outside that the pickle speaks of, in its order, or NULL; -1: it complained. */
    int (*met)(void *owner, const pickle_value *id);
    void *owner;
    size_t *used; /* bytes up to the pickle's end, behind which others may lie; or NULL */
} pickle_source;

/* The tree, in the arena's memory; NULL: complained. */
pickle_value *pickle_read(const pickle_source *, arena *);

/* Item i of a tuple or list, or NULL if there is none or it is of another kind. */
const pickle_value *pickle_at(const pickle_value *, int64_t i, pickle_kind);

/* Whether it is a call of that global. */
bool pickle_calls(const pickle_value *, const char *global);

/* Value of the last item whose key is that text, or NULL. */
pickle_value *pickle_find(const pickle_value *, const char *key);

#endif
