#include "report_part.h"
#include "../base/diag.h"
#include "../base/name.h"
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 8 };

/* Would the row's number of this seed be lost? */
static bool is_lost(const report_numbers *t, const char *row, const char *seed)
{
    const experiment *e = t->experiment;
    for (int r = 0; r < e->row_count; r++)
        if (strcmp(e->rows[r].name, row) == 0) {
            bool kept = e->rows[r].others > 0 || !e->rows[r].applicable;
            for (int i = 0; i < t->row[r].runs && !kept; i++)
                kept = t->row[r].run[i]->seed == strtol(seed, NULL, 10);
            return !kept;
        }
    return false;
}

const char *report_part_lost(const report_numbers *t, const char *path, char text[200])
{
    char *name = take_text("%s.tsv", path), *line = NULL;
    size_t room = 0;
    FILE *from = name ? fopen(name, "r") : NULL;
    text[0] = 0;
    while (from && !*text && getline(&line, &room, from) > 0) {
        char *field[FIELDS], *rest = line;
        int n = 0;
        while (n < FIELDS && (field[n] = strsep(&rest, "\t")) != NULL)
            n++;
        if (n > 3 && *line != '#' && name_read(field[0]) < 0)
            continue;
        const char *seed = n > 3 && *line != '#' ? field[n - 2] : "";
        if (*seed && !seed[strspn(seed, "0123456789")] && is_lost(t, field[0], seed))
            snprintf(text, 200, "row %.150s, seed %.20s", field[0], seed);
    }
    if (from)
        fclose(from);
    free(line);
    free(name);
    return text;
}
