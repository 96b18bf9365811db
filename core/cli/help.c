#include "help.h"
#include "../base/diag.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool help_asked(int argc, char **argv, const struct argp *parser)
{
    char name[80];
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            snprintf(name, sizeof name, "ablate %s", argv[0]);
            argp_help(parser, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
            return true;
        }
    return false;
}

/* ---- what was given so far ---- */

enum { MOST_GIVEN = 256 };

typedef struct watch { /* stands between argp and a verb's own parser */
    const struct argp *parser;
    void *input;
    const char *verb;
    struct given {
        const struct argp_option *option;
        const char *text;
    } given[MOST_GIVEN];
    int count;
} watch;

static const struct argp_option *find_option(const struct argp_option *options, int key)
{
    for (; options->name || options->key; options++)
        if (options->key == key)
            return options;
    return NULL;
}

/* Do two texts of an option say the same thing, or choose the same setting twice? */
static bool same_subject(const struct argp_option *option, const char *a, const char *b)
{
    const char *end = strchr(option->arg, '=') ? "=" : "";
    size_t length = strcspn(a, end);
    return length == strcspn(b, end) && memcmp(a, b, length) == 0;
}

static int check_option(watch *w, const struct argp_option *option, const char *text)
{
    if (option->arg && !*text)
        return complain("ablate %s: --%s is empty; give it a value or leave it out", w->verb, option->name);
    for (int i = 0; i < w->count; i++) {
        const struct given *before = &w->given[i];
        if (before->option != option)
            continue;
        if (!option->arg)
            return complain("ablate %s: --%s is there twice; delete one", w->verb, option->name);
        if (!(option->flags & HELP_REPEATS))
            return complain("ablate %s: --%s is there twice, as '%s' and as '%s'; delete one", w->verb, option->name,
                            before->text, text);
        if (same_subject(option, before->text, text))
            return complain("ablate %s: --%s '%s' says again what '%s' says; delete one", w->verb, option->name, text,
                            before->text);
    }
    if (w->count == MOST_GIVEN)
        return complain("ablate %s: more than %d options; write them into a file", w->verb, (int)MOST_GIVEN);
    w->given[w->count++] = (struct given){ option, text };
    return 0;
}

static int refuse_word(const watch *w, int key, const char *text, const struct argp_state *state)
{
    if (key == ARGP_KEY_ARG)
        return complain("ablate %s: '%s' is one argument too many; it takes %s", w->verb, text, w->parser->args_doc);
    return complain("ablate %s: option '%s' is not known or lacks its value; see ablate %s --help", w->verb,
                    state->argv[state->next > 1 ? state->next - 1 : 0], w->verb);
}

static error_t parse_watched(int key, char *text, struct argp_state *state)
{
    watch *w = state->input;
    const struct argp_option *option = find_option(w->parser->options, key);
    if (key == ARGP_KEY_ERROR)
        return complaint() || refuse_word(w, key, text, state) < 0 ? EINVAL : 0;
    if (key == ARGP_KEY_ARG && !*text)
        return complain("ablate %s: an argument is empty", w->verb) < 0 ? EINVAL : 0;
    if (option && check_option(w, option, text) < 0)
        return EINVAL;
    state->input = w->input;
    error_t status = w->parser->parser(key, text, state);
    state->input = w;
    return status == ARGP_ERR_UNKNOWN && key == ARGP_KEY_ARG ? (refuse_word(w, key, text, state), EINVAL) : status;
}

int help_parse(int argc, char **argv, const struct argp *parser, void *input)
{
    watch w = { .parser = parser, .input = input, .verb = argv[0] };
    struct argp watched = *parser;
    watched.parser = parse_watched;
    if (argp_parse(&watched, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &w) == 0)
        return complaint() ? -1 : 0;
    return complaint()
               ? -1
               : complain("ablate %s: the command line is not understood; see ablate %s --help", argv[0], argv[0]);
}

int help_number(const char *option, const char *text, long least, long most, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno || end == text || *end || isspace((unsigned char)*text) || *out < least || *out > most)
        return complain("--%s must be a whole number from %ld to %ld; it is '%s'", option, least, most, text);
    return 0;
}
