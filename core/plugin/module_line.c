/* module_line.c: does a line of modules fit together? */
#include "../base/diag.h"
#include "../base/settings.h"
#include "../base/words.h"
#include "loader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place { /* where the line stands */
    const char *file;
    int line;
} place;

/* Does it write one of the alternatives "a|b" without reading it? */
static bool module_begins(const ablate_module *m, const char *names, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        size_t n = strcspn(names + at, "| ?");
        if (word_find(m->writes, " ", names + at, n) >= 0 && word_find(m->reads, " |?", names + at, n) < 0)
            return true;
        at += n;
    }
    return false;
}

static bool written_before(const ablate_module *const *module, int n, const char *inputs, const char *names,
                           size_t length)
{
    for (size_t at = 0; at < length; at++) {
        size_t word = strcspn(names + at, "| ?");
        if (word_find(inputs, " ", names + at, word) >= 0)
            return true;
        for (int i = 0; i < n; i++)
            if (word_find(module[i]->writes, " ", names + at, word) >= 0)
                return true;
        at += word;
    }
    return false;
}

/* A module that writes it: one later in the line, or else one of those that can be found; NULL: none. */
static const char *find_writer(const ablate_module *const *module, int n, int reader, const char *folders,
                               const char *names, size_t length)
{
    for (int i = reader + 1; i < n; i++)
        if (module_begins(module[i], names, length))
            return module[i]->name;
    module_names known;
    const char *writer = NULL;
    if (module_list_available(folders, &known) < 0)
        complaint_clear(); /* no advice then, but still the complaint itself */
    for (int i = 0; i < known.count && !writer; i++) {
        const ablate_module *m = module_load(known.name[i], folders);
        if (!m)
            complaint_clear();
        else if (m->build && module_begins(m, names, length))
            writer = m->name;
    }
    module_names_free(&known);
    return writer;
}

static int complain_unwritten(const ablate_module *const *module, int n, int reader, const char *folders,
                              const char *names, size_t length, const place *at)
{
    const char *writer = find_writer(module, n, reader, folders, names, length);
    char words[200];
    snprintf(words, sizeof words, "%.*s", (int)length, names);
    if (writer)
        return complain_at(at->file, at->line, "'%s' reads '%s', which no module before it writes; put '%s' before it",
                           module[reader]->name, words, writer);
    return complain_at(at->file, at->line,
                       "'%s' reads '%s', which no module before it writes; put one that does before "
                       "it, or delete '%s'",
                       module[reader]->name, words, module[reader]->name);
}

static int check_reads(const ablate_module *const *module, int n, int reader, const char *inputs, const char *folders,
                       const place *at)
{
    size_t length;
    for (const char *next = module[reader]->reads, *names; (names = word_next(&next, " ", &length));) {
        bool optional = names[length - 1] == '?';
        if (!optional && !written_before(module, reader, inputs, names, length))
            return complain_unwritten(module, n, reader, folders, names, length, at);
    }
    return 0;
}

int module_check_line(const ablate_module *const *module, int n, const char *inputs, const char *folders,
                      const char *file, int line)
{
    const place at = { file, line };
    if (n < 1)
        return complain_at(file, line, "the line of modules is empty; name at least one (see: ablate modules)");
    for (int i = 0; i < n; i++) {
        if (!module[i]->build)
            return complain_at(file, line, "'%s' gives pictures and is no part of a model; choose it with data = %s",
                               module[i]->name, module[i]->name);
        for (int j = 0; j < i; j++)
            if (module[i] == module[j])
                return complain_at(file, line, "'%s' stands there twice; delete one", module[i]->name);
        if (check_reads(module, n, i, inputs, folders, &at) < 0)
            return -1;
    }
    return 0;
}

/* Puts file:line before the complaint there is. */
static int complain_here(const char *file, int line)
{
    char sentence[900];
    snprintf(sentence, sizeof sentence, "%s", complaint());
    complaint_clear();
    return complain_at(file, line, "%s", sentence);
}

int module_load_line(const char *words, const char *inputs, const char *folders, const char *file, int line,
                     const ablate_module **out)
{
    int n = 0;
    size_t length;
    for (const char *next = words, *at; (at = word_next(&next, " \t\n", &length));) {
        char name[80];
        if (n == MODULE_LINE)
            return complain_at(file, line, "the line has more than %d modules; delete some", MODULE_LINE);
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), at);
        if (!(out[n] = module_load(name, folders)))
            return complain_here(file, line);
        n++;
    }
    return module_check_line(out, n, inputs, folders, file, line) < 0 ? -1 : n;
}
