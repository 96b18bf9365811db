/* builder_trail.c: who put what on the board, and who read it. */
#include "../base/diag.h"
#include "builder_parts.h"

int builder_leave_trail(builder *b, const char *name, int index, int before)
{
    const char *kept = TAKE_ROOM(b->trail, b->trails, "a builder") ? arena_text(b->memory, name) : NULL;
    if (!kept)
        return -1;
    b->trail[b->trails] = (builder_trail){ .by = b->module, .name = kept, .index = index, .before = before };
    return b->trails++;
}

/* What a module reads back from itself tells nothing. */
void builder_follow_trail(builder *b, int at)
{
    if (at < 0 || (b->module && b->trail[at].by == b->module))
        return;
    builder_trail *t = &b->trail[at];
    t->read = true;
    if (t->reader[0] != b->module)
        t->reader[1] = t->reader[0];
    t->reader[0] = b->module;
}

const builder_trail *builder_trails(const builder *b, int *count)
{
    *count = b->trails;
    return b->trail;
}
