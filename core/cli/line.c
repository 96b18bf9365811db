#include "line.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../base/words.h"
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 48, MOST_GIVEN = 256, FIRST_KEY = 256 };

typedef struct reading { /* of one line */
    const verb *verb;
    const verb *const *all;
    verb_line *into;
    const line_option *option[MOST_OPTIONS];
    struct argp_option shown[MOST_OPTIONS + 1];
    int options;
    struct given {
        const line_option *option;
        const char *text;
    } given[MOST_GIVEN];
    int count;
} reading;

/* ---- what there is ---- */

/* The tables one after the other; a title begins a new paragraph of the help. */
static void list_options(reading *r)
{
    int paragraph = 0;
    for (int t = 0; t < LINE_TABLES && r->verb->options[t]; t++)
        for (const line_option *o = r->verb->options[t]; o->doc && r->options < MOST_OPTIONS; o++) {
            if (!o->name && !r->verb->options[1])
                continue; /* of one paragraph alone */
            int key = o->letter ? o->letter : FIRST_KEY + r->options;
            paragraph += !o->name;
            r->shown[r->options] = (struct argp_option){ o->name, o->name ? key : 0, o->value, 0, o->doc, paragraph };
            r->option[r->options++] = o;
        }
}

static bool has_option(const verb *v, const char *name, size_t length)
{
    for (int t = 0; t < LINE_TABLES && v->options[t]; t++)
        for (const line_option *o = v->options[t]; o->doc; o++)
            if (o->name && strlen(o->name) == length && memcmp(o->name, name, length) == 0)
                return true;
    return false;
}

static const line_option *find_key(const reading *r, int key)
{
    for (int i = 0; i < r->options; i++)
        if (r->shown[i].key == key && r->option[i]->name)
            return r->option[i];
    return NULL;
}

static bool was_given(const reading *r, const char *name, size_t length)
{
    for (int i = 0; i < r->count; i++) {
        const char *is = r->given[i].option->name;
        if (strlen(is) == length && memcmp(is, name, length) == 0)
            return true;
    }
    return false;
}

/* ---- option by option ---- */

/* Do two texts of an option say the same thing, or choose the same setting twice? */
static bool same_subject(const line_option *o, const char *a, const char *b)
{
    const char *end = strchr(o->value, '=') ? "=" : "";
    size_t length = strcspn(a, end);
    return length == strcspn(b, end) && memcmp(a, b, length) == 0;
}

static int check_again(const reading *r, const line_option *o, const char *text)
{
    const char *name = r->verb->name;
    for (int i = 0; i < r->count; i++) {
        const char *before = r->given[i].text;
        if (r->given[i].option != o)
            continue;
        if (!o->value)
            return complain("ablate %s: --%s is there twice; delete one", name, o->name);
        if (!o->repeats)
            return complain("ablate %s: --%s is there twice, as '%s' and as '%s'; delete one", name, o->name, before,
                            text);
        if (same_subject(o, before, text))
            return complain("ablate %s: --%s '%s' says again what '%s' says; delete one", name, o->name, text, before);
    }
    return 0;
}

static int take_option(reading *r, const line_option *o, const char *text)
{
    if (o->value && !*text)
        return complain("ablate %s: --%s is empty; give it a value or leave it out", r->verb->name, o->name);
    if (check_again(r, o, text) < 0)
        return -1;
    if (r->count == MOST_GIVEN)
        return complain("ablate %s: more than %d options; write them into a file", r->verb->name, (int)MOST_GIVEN);
    r->given[r->count++] = (struct given){ o, text };
    return o->take(o, text, (char *)r->into + o->at);
}

/* An option of other verbs is refused with their names. */
static int refuse_word(const reading *r, const char *word)
{
    size_t length = strncmp(word, "--", 2) == 0 ? strcspn(word + 2, "=") : 0;
    char *others = NULL;
    for (const verb *const *v = r->all; *v && length > 0 && !has_option(r->verb, word + 2, length); v++)
        if (has_option(*v, word + 2, length)) {
            char *longer = take_text("%s%sablate %s", others ? others : "", others ? ", " : "", (*v)->name);
            free(others);
            others = longer;
        }
    if (others)
        complain("ablate %s: --%.*s means nothing here; it is an option of %s", r->verb->name, (int)length, word + 2,
                 others);
    free(others);
    return complain("ablate %s: option '%s' is not known or lacks its value; see ablate %s --help", r->verb->name, word,
                    r->verb->name);
}

/* All that are no options; argp has put them last. */
static int take_words(reading *r, const char *const *word, int words)
{
    const verb *v = r->verb;
    for (int i = 0; i < words; i++)
        if (!*word[i])
            return complain("ablate %s: an argument is empty", v->name);
    for (int i = 1; i < words && v->once; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(word[i], word[k]) == 0)
                return complain("'%s' is named twice; delete one", word[i]);
    int modes = v->modes && words > 0;
    if (modes)
        r->into->mode = word[0];
    if (words - modes > v->most)
        return complain("ablate %s: '%s' is one argument too many; it takes %s", v->name, word[modes + v->most],
                        v->words);
    r->into->word = word + modes;
    r->into->words = words - modes;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    reading *r = state->input;
    const line_option *o = find_key(r, key);
    int status = 0;
    if (key == ARGP_KEY_ERROR)
        status = refuse_word(r, state->argv[state->next > 1 ? state->next - 1 : 0]);
    else if (key == ARGP_KEY_ARGS)
        status = take_words(r, (const char *const *)state->argv + state->next, state->argc - state->next);
    else if (o)
        status = take_option(r, o, text);
    else
        return ARGP_ERR_UNKNOWN;
    return status < 0 ? EINVAL : 0;
}

/* ---- the line as a whole ---- */

static int check_mode(const reading *r)
{
    const verb *v = r->verb;
    const char *mode = r->into->mode;
    return !mode || word_listed(v->modes, ", ", mode)
               ? 0
               : complain("ablate %s: '%s' is none of %s", v->name, mode, v->modes);
}

static int check_needs(const reading *r)
{
    const verb *v = r->verb;
    bool whole = r->into->words >= v->least && (!v->modes || r->into->mode);
    size_t length;
    for (const char *next = v->needs, *at; next && whole && (at = word_next(&next, " ", &length));)
        whole = was_given(r, at, length);
    return whole ? 0 : complain("ablate %s: %s; see ablate %s --help", v->name, v->lacks, v->name);
}

/* Is the rule's mode this line's? */
static bool holds(const reading *r, const char *mode)
{
    bool absent = mode[0] == '!';
    if (mode[0] != '-' && !absent)
        return strcmp(mode, r->into->mode) == 0;
    const char *name = mode + absent + strlen("--");
    return was_given(r, name, strlen(name)) != absent;
}

static int check_rules(const reading *r)
{
    for (int k = 0; k < LINE_RULES && r->verb->rules[k].mode; k++) {
        const line_rule *rule = &r->verb->rules[k];
        bool absent = rule->mode[0] == '!', option = rule->mode[0] == '-';
        const char *instead = absent ? ", or add it" : option ? ", or it" : "";
        for (int i = 0; i < r->count && holds(r, rule->mode); i++) {
            const char *name = r->given[i].option->name;
            if (word_listed(rule->options, ", ", name))
                return complain("ablate %s: with%s %s %s; leave out --%s%s", r->verb->name, absent ? "out" : "",
                                rule->mode + absent, rule->why, name, instead);
        }
    }
    return 0;
}

/* ---- what is written ---- */

static const char *path_of(const reading *r, const line_option *o, option_path kind)
{
    return o->path == kind ? *(const char *const *)((const char *)r->into + o->at) : NULL;
}

/* The folder that a path lies in. New memory; NULL: complained. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash ? take_text(".") : slash == path ? take_text("/") : take_text("%.*s", (int)(slash - path), path);
}

/* A file in a folder that is read could take the place of one of its files. */
static int spare_folder(const line_option *o, const char *out, const char *word)
{
    const char *name = strrchr(word, '/');
    bool record = strcmp(name ? name + 1 : word, "metrics.json") == 0; /* a run is named by this file of it, too */
    char *parent = parent_of(out), *folder = record ? parent_of(word) : take_text("%s", word);
    bool inside = parent && folder && folder_same(parent, folder);
    int status = parent && folder ? 0 : -1;
    if (inside)
        status = complain("--%s %s lies in the folder of a run, %s, whose files it could replace; choose another place",
                          o->name, out, folder);
    free(parent);
    free(folder);
    return status;
}

static int spare(const reading *r, const line_option *o, const char *out)
{
    char *name = take_text("--%s", o->name);
    int status = name ? 0 : -1;
    for (int i = 0; i < r->into->words && status == 0; i++) {
        status = folder_spare(name, out, r->into->word[i]);
        if (status == 0)
            status = spare_folder(o, out, r->into->word[i]);
    }
    for (int i = 0; i < r->options && status == 0; i++)
        status = folder_spare(name, out, path_of(r, r->option[i], OPTION_INPUT));
    free(name);
    return status;
}

static int check_outputs(const reading *r)
{
    int status = 0;
    for (int i = 0; i < r->options && status == 0; i++) {
        const char *file = path_of(r, r->option[i], OPTION_FILE), *folder = path_of(r, r->option[i], OPTION_FOLDER);
        if (folder)
            status = file_check_folder(folder);
        if (file)
            status = spare(r, r->option[i], file);
        if (file && status == 0)
            status = file_check_place(file);
    }
    return status;
}

/* ---- the verb ---- */

static int read_line(reading *r, int argc, char **argv)
{
    const struct argp parser = { r->shown, parse, r->verb->words, r->verb->doc, NULL, NULL, NULL };
    if (argp_parse(&parser, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, r) != 0 || complaint())
        return complain("ablate %s: the command line is not understood; see ablate %s --help", argv[0], argv[0]);
    if (check_mode(r) < 0 || check_needs(r) < 0 || check_rules(r) < 0)
        return -1;
    return check_outputs(r);
}

static bool print_help(const reading *r, int argc, char **argv)
{
    const struct argp parser = { r->shown, parse, r->verb->words, r->verb->doc, NULL, NULL, NULL };
    char name[80];
    snprintf(name, sizeof name, "ablate %s", r->verb->name);
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            argp_help(&parser, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
            return true;
        }
    return false;
}

int line_run(const verb *v, const verb *const *all, int argc, char **argv)
{
    reading r = { .verb = v, .all = all };
    list_options(&r);
    if (print_help(&r, argc, argv))
        return 0;
    r.into = take_zeroed(1, v->size, "a command line");
    if (!r.into)
        return -1;
    if (v->start)
        memcpy(r.into, v->start, v->size);
    r.into->verb = v->name;
    int status = read_line(&r, argc, argv);
    if (status == 0)
        status = v->run(r.into);
    free(r.into);
    return status;
}
