/* setting.h: how a struct of settings, or of an operation's attributes, is described, so that the engine parses,
 * range-checks and fills it: a table of rows, one a field. */
#ifndef ABLATE_SETTING_H
#define ABLATE_SETTING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { ABLATE_INT, ABLATE_REAL, ABLATE_BOOL, ABLATE_TEXT, ABLATE_PATH } ablate_type;
typedef struct ablate_setting {
    const char *name, *doc; /* doc: one line, with the paper's symbol where it has one */
    ablate_type type;       /* of the C field: int, double, bool, const char *, const char * */
    uint32_t offset;
    double def, min, max; /* inclusive; def of a choice is its index, of a TEXT 1 for a list of names */
    const char *text;     /* default of a TEXT or PATH */
    const char *choices;  /* "a|b|c": the int field receives the index of the word */
} ablate_setting;
#define ABLATE_TYPE(x)                                                                                                 \
    _Generic((x), int : ABLATE_INT, double : ABLATE_REAL, bool : ABLATE_BOOL, const char * : ABLATE_TEXT)
#define ABLATE_FIELD(S, f) ABLATE_TYPE(((S *)0)->f), (uint32_t)offsetof(S, f)
#define ABLATE_SET(S, f, def, min, max, doc)                                                                           \
    {                                                                                                                  \
        .name = #f, doc, ABLATE_FIELD(S, f), def, min, max, NULL, NULL                                                 \
    }
#define ABLATE_PICK(S, f, def, choices, doc)                                                                           \
    {                                                                                                                  \
        .name = #f, doc, ABLATE_FIELD(S, f), def, 0, 99, NULL, choices                                                 \
    }
/* A list of names between blanks or commas, read by ablate_next_name; quotes around names that hold these. */
#define ABLATE_NAMES(S, f, text, doc)                                                                                  \
    {                                                                                                                  \
        .name = #f, doc, ABLATE_FIELD(S, f), 1, 0, 0, text, NULL                                                       \
    }
#define ABLATE_WORDS(S, f, text, doc)                                                                                  \
    {                                                                                                                  \
        .name = #f, doc, ABLATE_FIELD(S, f), 0, 0, 0, text, NULL                                                       \
    }
/* A file or folder, none by default. The field receives an absolute path: a relative one counts from the file that the
 * setting stands in, or else from the kit; on the command line from the working directory. Interface 1.1. */
#define ABLATE_FILE(S, f, doc)                                                                                          \
    {                                                                                                                   \
        .name = #f, doc, _Generic(((S *)0)->f, const char * : ABLATE_PATH), (uint32_t)offsetof(S, f), 0, 0, 0, "", NULL \
    }

typedef struct ablate_at { /* where something stands that may be complained of */
    const char *file;
    int line;
} ablate_at;

#endif
