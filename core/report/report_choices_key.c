#include "report_choices_key.h"
#include <stdlib.h>
#include <string.h>

static const char *changes_of(const report_choice *c)
{
    return c->experiment->changes ? c->experiment->changes : "";
}

char *report_choices_changes(arena *memory, const report_choice *c, int count)
{
    char *all = arena_text(memory, "");
    for (int i = 0; i < count && all; i++) {
        bool said = !*changes_of(&c[i]);
        for (int k = 0; k < i && !said; k++)
            said = strcmp(changes_of(&c[k]), changes_of(&c[i])) == 0;
        if (!said)
            all = arena_print(memory, "%s%s%s", all, *all ? "; " : "", changes_of(&c[i]));
    }
    return all;
}

/* Is the word before the first tab the name of one of the experiments? */
static bool is_one(const report_choice *c, int count, const char *line)
{
    size_t length = strcspn(line, "\t");
    for (int i = 0; i < count; i++)
        if (strlen(c[i].experiment->name) == length && memcmp(c[i].experiment->name, line, length) == 0)
            return true;
    return false;
}

const char *report_choices_key(arena *memory, const char *changes, const report_choice *c, int count, const char *path,
                               FILE *say)
{
    char *line = NULL;
    size_t room = 0;
    bool lost = false;
    FILE *from = fopen(path, "r");
    while (from && !lost && getline(&line, &room, from) > 0)
        lost = *line != '#' && strncmp(line, "choice\t", 7) != 0 && strchr(line, '\t') && !is_one(c, count, line);
    if (lost)
        fprintf(say, "report: %s has the choice %.*s, which no file of this call is about\n", path,
                (int)strcspn(line, "\t"), line);
    if (from)
        fclose(from);
    free(line);
    for (int i = 0; lost && changes && i < count; i++)
        changes = arena_print(memory, "%s%s%s", changes, i ? ", " : " of ", c[i].experiment->name);
    return changes;
}
