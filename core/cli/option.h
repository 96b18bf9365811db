/* option.h: one option of a command line as a row of a table; what it is given lands in a field of the verb's struct.
 */
#ifndef ABLATE_OPTION_H
#define ABLATE_OPTION_H
#include <stdbool.h>
#include <stddef.h>

/* What a text names; line.h sees to it before a verb begins. */
typedef enum option_path {
    OPTION_NO_PATH,
    OPTION_INPUT, /* a file that is read */
    OPTION_FILE,  /* a file that is written: it can be, and is none that is read */
    OPTION_FOLDER /* a folder that is written into: it can be */
} option_path;

typedef struct line_option line_option;
struct line_option {         /* {0} ends a table; a row without a name is the title of those after it, in `doc` */
    const char *name;        /* --NAME */
    int letter;              /* -x, or 0 */
    const char *value, *doc; /* of --help; value NULL: it stands alone */
    int (*take)(const line_option *, const char *text, void *field); /* 0, or -1: complained */
    size_t at;                                                       /* of the field in the struct */
    long least, most;                                                /* of a number */
    bool repeats;                                                    /* with another text (KEY=VALUE: another KEY) */
    option_path path;
};

enum { OPTION_TEXTS = 64 };
typedef struct option_texts { /* of an option that repeats; zeroed = not given */
    const char *text[OPTION_TEXTS];
    int count;
} option_texts;

/* Ways to take a value, beside each what the field is. */
int option_flag(const line_option *, const char *text, void *field);   /* bool */
int option_text(const line_option *, const char *text, void *field);   /* const char * */
int option_list(const line_option *, const char *text, void *field);   /* option_texts */
int option_number(const line_option *, const char *text, void *field); /* int */
/* const char *, "DIR:DIR", folders that are there */
int option_folders(const line_option *, const char *text, void *field);

/* A row for field `f` of struct `S`, which says by its type how a value is taken; then the doc, and any of least, most,
 * repeats and path. With TAKEN, `how` takes it. */
#define OPTION(S, f, ...)                                                                                              \
    OPTION_TAKEN(_Generic(((S *)0)->f,                                                                                 \
                 bool: option_flag,                                                                                    \
                 const char *: option_text,                                                                            \
                 int: option_number,                                                                                   \
                 option_texts: option_list),                                                                           \
                 S, f, __VA_ARGS__)
#define OPTION_TAKEN(how, S, f, is, key, takes, ...)                                                                   \
    {                                                                                                                  \
        .name = is, .letter = key, .value = takes, .take = how, .at = offsetof(S, f), .doc = __VA_ARGS__               \
    }

#endif
