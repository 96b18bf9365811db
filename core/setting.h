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
/* The choices of a setting and the names of their numbers, said once:
 *
 *     #define REDUCTION(X) X(REDUCTION_MEAN, "mean") X(REDUCTION_SUM, "sum")
 *     ABLATE_ENUM(REDUCTION);
 *     ABLATE_CHOOSE(S, reduction, REDUCTION_MEAN, REDUCTION, "of the loss over the batch")
 *
 * and `s->reduction == REDUCTION_SUM`, or ABLATE_WORD(REDUCTION, s->reduction) for its word. Interface 1.2. */
#define ABLATE_ENUM(list)                   enum { list(ABLATE_CHOICE_NAME) }
#define ABLATE_CHOICES(list)                (&("" list(ABLATE_CHOICE_NEXT))[1]) /* "mean|sum" */
#define ABLATE_WORD(list, number)           (((const char *const[]){ list(ABLATE_CHOICE_WORD) })[number])
#define ABLATE_CHOOSE(S, f, def, list, doc) ABLATE_PICK(S, f, def, ABLATE_CHOICES(list), doc)
#define ABLATE_CHOICE_NAME(name, word)      name,
#define ABLATE_CHOICE_NEXT(name, word)      "|" word
#define ABLATE_CHOICE_WORD(name, word)      word,
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
