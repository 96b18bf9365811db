/* pickle_tree.c: looking into the tree. */
#include "pickle.h"
#include <string.h>

const pickle_value *pickle_at(const pickle_value *sequence, int64_t i, pickle_kind kind)
{
    bool holds = sequence && (sequence->kind == PICKLE_TUPLE || sequence->kind == PICKLE_LIST);
    const pickle_item *item = holds && i >= 0 ? sequence->first : NULL;
    for (; item && i > 0; i--)
        item = item->next;
    return item && item->value->kind == kind ? item->value : NULL;
}

bool pickle_calls(const pickle_value *value, const char *global)
{
    return value && value->kind == PICKLE_CALL && strcmp(value->text, global) == 0;
}

pickle_value *pickle_find(const pickle_value *mapping, const char *key)
{
    pickle_value *found = NULL;
    bool holds = mapping->kind == PICKLE_DICT || mapping->kind == PICKLE_CALL;
    for (const pickle_item *item = holds ? mapping->first : NULL; item; item = item->next)
        if (item->key->kind == PICKLE_TEXT && strcmp(item->key->text, key) == 0)
            found = item->value;
    return found;
}
