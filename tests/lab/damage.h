/* damage.h: a good file with one byte after another changed, for readers that must notice or endure it. */
#ifndef LAB_DAMAGE_H
#define LAB_DAMAGE_H
#include "scratch.h"

typedef uint8_t damage_change(uint8_t byte, size_t at);
uint8_t damage_invert(uint8_t byte, size_t at); /* all bits */
uint8_t damage_bit(uint8_t byte, size_t at);    /* one bit, in eight bytes one after another */

/* own_file is `good` with one byte changed, each from `first` to below `end`, the file's end at most, in turn; `look`
 * is called after each. */
void damage_bytes(const char *good, size_t first, size_t end, damage_change *change, void (*look)(void));

#endif
