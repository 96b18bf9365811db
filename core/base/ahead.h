/* ahead.h: items made in turn by a thread of its own, a few ahead of their use. */
#ifndef ABLATE_AHEAD_H
#define ABLATE_AHEAD_H

enum { AHEAD_SLOTS = 2 };

typedef struct ahead ahead;

/* Begins to make the items 0 .. n-1 in that order: make(context, i, slot) puts item i into the slot i % AHEAD_SLOTS,
 * which is the caller's memory, and returns 0, or -1: complained. `context` outlives the call of ahead_end. NULL:
 * complained. */
ahead *ahead_begin(int n, int (*make)(void *context, int i, int slot), void *context);

/* Waits for item i; items are asked for in their order. Its slot, or -1 with the complaint of the item that failed. */
int ahead_await(ahead *, int i);

/* Item i is no longer needed: its slot may be filled again. */
void ahead_release(ahead *, int i);

/* Stops after the item in hand and frees. NULL is allowed. */
void ahead_end(ahead *);

#endif
