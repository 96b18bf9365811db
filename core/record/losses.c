#include "losses.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include <stdlib.h>
#include <string.h>

/* Lines are numbered from 1 on. */
static const char *first_column(const char *file)
{
    return strcmp(file, LOSSES_GRADIENTS) == 0 ? "sample" : "epoch";
}

int losses_write(const char *folder, const char *file, const losses *l)
{
    file_draft *draft = file_draft_in(folder, file);
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "%s", first_column(file));
    for (int i = 0; i < l->terms; i++) {
        fputc('\t', to);
        name_print(l->name[i], to);
    }
    for (int e = 0; e < l->lines; e++) {
        fprintf(to, "\n%d", e + 1);
        number_print_tabbed(l->value + e * l->terms, l->terms, to);
    }
    fprintf(to, "\n");
    return file_commit(draft);
}

void losses_free(losses *l)
{
    free(l->path);
    free(l->text);
    free(l->name);
    free(l->value);
    *l = (losses){ 0 };
}

static int read_names(losses *l, const char *first, char *line)
{
    char *rest = line, *word = strsep(&rest, "\t");
    if (strcmp(word, first) != 0 || !rest)
        return complain("%s:1: the first line must be '%s' and the names of losses; run it again with --again", l->path,
                        first);
    while ((word = strsep(&rest, "\t"))) {
        if (!TAKE_ROOM(l->name, l->terms, "the names of losses"))
            return -1;
        l->name[l->terms++] = word;
        if (name_read(word) < 0)
            return complain("%s:1: '%s' begins with a backslash, but " NAME_RULE, l->path, word);
    }
    return 0;
}

/* Number `lines + 1` and a number for each term. */
static int read_line(losses *l, const char *first, char *line)
{
    double *more = take_again(l->value, (size_t)(l->lines + 1) * (size_t)l->terms, sizeof *more, "the losses");
    if (!more)
        return -1;
    l->value = more;
    char *rest = line;
    for (int i = -1; i < l->terms; i++) {
        char *word = strsep(&rest, "\t"), *end = NULL;
        double number = word ? strtod(word, &end) : 0;
        if (!word || end == word || *end || (i < 0 && number != l->lines + 1) || (i == l->terms - 1 && rest))
            return complain("%s:%d: it must be the %s %d and %d numbers; run it again with --again", l->path,
                            l->lines + 2, first, l->lines + 1, l->terms);
        if (i >= 0)
            l->value[l->lines * l->terms + i] = number;
    }
    l->lines++;
    return 0;
}

int losses_read(losses *l, const char *folder, const char *file)
{
    file_map map = { 0 };
    *l = (losses){ .path = take_text("%s/%s", folder, file) };
    if (l->path && !file_exists(l->path))
        return complain("%s: there is none; a run that trains nothing has no losses, others have them with --again",
                        l->path);
    if (!l->path || file_map_open(l->path, &map) < 0)
        return -1;
    l->text = take_text("%.*s", (int)map.size, (const char *)map.data);
    file_map_close(&map);
    char *rest = l->text, *line = rest ? strsep(&rest, "\n") : NULL;
    int status = line ? read_names(l, first_column(file), line) : -1;
    while (status == 0 && (line = strsep(&rest, "\n")))
        if (*line)
            status = read_line(l, first_column(file), line);
    return status < 0 || l->lines > 0 ? status
                                      : complain("%s: it holds no line of numbers; run it again with --again", l->path);
}
