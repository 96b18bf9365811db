#include "board.h"
#include "../base/diag.h"
#include "../base/words.h"
#include <string.h>

static board_entry *find_word(board *b, const char *name, size_t length)
{
    for (int i = 0; i < b->entries; i++)
        if (strlen(b->entry[i].name) == length && memcmp(b->entry[i].name, name, length) == 0)
            return &b->entry[i];
    return NULL;
}

board_entry *board_find(board *b, const char *name)
{
    return find_word(b, name, strlen(name));
}

board_entry *board_enter(board *b, arena *memory, const char *name)
{
    board_entry *known = board_find(b, name);
    if (known)
        return known;
    if (b->entries == BOARD_NAMES) {
        complain("the board holds %d names already; '%s' does not fit, write fewer", BOARD_NAMES, name);
        return NULL;
    }
    board_entry *added = &b->entry[b->entries];
    *added = (board_entry){ .name = arena_text(memory, name) };
    if (!added->name)
        return NULL;
    b->entries++;
    return added;
}

board_entry *board_choose(board *b, const char *names)
{
    size_t length;
    const char *word;
    while ((word = word_next(&names, "|", &length))) {
        board_entry *found = find_word(b, word, length);
        if (found && (found->count || found->service))
            return found;
    }
    return NULL;
}
