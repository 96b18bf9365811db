#include "../base/words.h"
#include "experiment.h"
#include "experiment_row.h"
#include <string.h>

const char *experiment_column_name(int column)
{
    return column == EXPERIMENT_MEAN ? "mean" : metrics_name((metrics_kind)column);
}

const char *experiment_column_title(int column)
{
    return column == EXPERIMENT_MEAN ? "Mean" : metrics_title((metrics_kind)column);
}

int experiment_column_find(const char *name, size_t length)
{
    for (int c = 0; c < EXPERIMENT_COLUMNS; c++) {
        const char *known = experiment_column_name(c);
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return c;
    }
    return -1;
}

int experiment_row_named(const experiment *e, const char *name, const settings_entry *from)
{
    char names[300] = "";
    for (int i = 0; i < e->row_count; i++) {
        if (strcmp(e->rows[i].name, name) == 0)
            return i;
        word_append(names, sizeof names, ", ", e->rows[i].name);
    }
    const char *but = *e->absent ? "; only with the settings named: " : "";
    return from ? settings_complain(from, "there is no row '%s'; the rows are %s%s%s", name, names, but, e->absent)
                : complain("%s: there is no row '%s'; the rows are %s%s%s", e->path, name, names, but, e->absent);
}

const experiment_row *experiment_find_row(const experiment *e, const char *name)
{
    int row = experiment_row_named(e, name, NULL);
    return row < 0 ? NULL : &e->rows[row];
}
