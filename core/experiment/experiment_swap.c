#include "experiment_swap.h"
#include "../base/diag.h"
#include "../base/words.h"
#include <string.h>

int experiment_swap_read(const settings *all, const char *text, experiment_swap *read)
{
    const char *equal = strchr(text, '=');
    int old = equal ? (int)(equal - text) : 0;
    *read = (experiment_swap){ arena_print(all->memory, "%.*s", old, text),
                               arena_text(all->memory, equal ? equal + 1 : "") };
    if (!read->old || !read->new)
        return -1;
    if (*read->old && *read->new && !strpbrk(read->old, " \t") && !strpbrk(read->new, " \t="))
        return 0;
    return complain("--swap %.80s: give two modules, the line's and the one in its place: OLD=NEW", text);
}

/* The line with `new` wherever it has `old`; NULL: complained, or it has none (*found). */
static const char *line_swapped(const settings *all, const char *line, const experiment_swap *s, bool *found)
{
    const char *made = "", *word;
    size_t length;
    *found = word_listed(line, " \t\n", s->old);
    for (const char *next = line; *found && made && (word = word_next(&next, " \t\n", &length));) {
        bool this = length == strlen(s->old) && strncmp(word, s->old, length) == 0;
        made = arena_print(all->memory, "%s%s%.*s", made, *made ? " " : "", this ? (int)strlen(s->new) : (int)length,
                           this ? s->new : word);
    }
    return *found ? made : NULL;
}

int experiment_swap_row(experiment_row *row, const experiment_options *options)
{
    settings *all = &row->settings;
    for (int i = 0; i < options->swaps; i++) {
        experiment_swap s;
        bool found;
        const settings_entry *now = settings_find(all, "run", "model");
        if (experiment_swap_read(all, options->swap[i], &s) < 0)
            return -1;
        const char *line = now ? line_swapped(all, now->value, &s, &found) : NULL;
        if (now && found && (!line || settings_set(all, "run", "model", line, now->file, now->line) < 0))
            return -1;
        row->swapped = row->swapped || line;
    }
    return 0;
}
