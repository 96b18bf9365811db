#include "report_choices_key.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

static const char *changes_of(const report_choice *c)
{
    return c->experiment->changes ? c->experiment->changes : "";
}

char *report_choices_changes(const report_choice *c, int count)
{
    char *all = take_text("%s", "");
    for (int i = 0; i < count && all; i++) {
        bool said = !*changes_of(&c[i]);
        for (int k = 0; k < i && !said; k++)
            said = strcmp(changes_of(&c[k]), changes_of(&c[i])) == 0;
        char *longer = said ? NULL : take_text("%s%s%s", all, *all ? "; " : "", changes_of(&c[i]));
        if (said)
            continue;
        free(all);
        all = longer;
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

/* The first choice of the file that the experiments lack, new memory; NULL: there is none, or no such file. */
static char *lost_choice(const report_choice *c, int count, const char *path)
{
    char *line = NULL, *lost = NULL;
    size_t room = 0;
    FILE *from = fopen(path, "r");
    while (from && !lost && getline(&line, &room, from) > 0)
        if (*line != '#' && strncmp(line, "choice\t", 7) != 0 && strchr(line, '\t') && !is_one(c, count, line))
            lost = take_text("%.*s", (int)strcspn(line, "\t"), line);
    if (from)
        fclose(from);
    free(line);
    return lost;
}

static char *with_names(char *key, const report_choice *c, int count)
{
    for (int i = 0; i < count && key; i++) {
        char *longer = take_text("%s%s%s", key, i ? ", " : " of ", c[i].experiment->name);
        free(key);
        key = longer;
    }
    return key;
}

char *report_choices_key(const report_choice *c, int count, const char *folder, const char *name, FILE *say)
{
    char *path = take_text("%s/%s.tsv", folder, name), *key = path ? report_choices_changes(c, count) : NULL;
    char *lost = key ? lost_choice(c, count, path) : NULL;
    if (lost) {
        fprintf(say, "report: %s has the choice %s, which no file of this call is about\n", path, lost);
        key = with_names(key, c, count);
    }
    free(lost);
    free(path);
    return key;
}
