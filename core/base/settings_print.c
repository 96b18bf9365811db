#include "name.h"
#include "number.h"
#include "place.h"
#include "settings.h"
#include <string.h>

static size_t field_size(ablate_type type)
{
    switch (type) {
    case ABLATE_INT:
        return sizeof(int);
    case ABLATE_REAL:
        return sizeof(double);
    case ABLATE_BOOL:
        return sizeof(bool);
    case ABLATE_TEXT:
    case ABLATE_PATH:
        return sizeof(const char *);
    }
    return 0;
}

static int choice_count(const char *choices)
{
    int n = 1;
    for (; *choices; choices++)
        n += *choices == '|';
    return n;
}

/* What is wrong with a row, or NULL. */
static const char *row_fault(const ablate_setting *row, size_t size)
{
    size_t bytes = field_size(row->type);
    if (!bytes || (row->choices && row->type != ABLATE_INT))
        return "its type does not fit a setting";
    if (row->offset > size || bytes > size - row->offset)
        return "it lies outside the struct";
    if (row->choices && (row->def < 0 || row->def >= choice_count(row->choices) || row->def != (int)row->def))
        return "its default is none of its choices";
    bool number = (row->type == ABLATE_INT || row->type == ABLATE_REAL) && !row->choices;
    if (number && !(row->def >= row->min && row->def <= row->max))
        return "its default is out of its range";
    if (number && row->type == ABLATE_INT && row->def != (int)row->def)
        return "its default is no integer";
    return NULL;
}

int settings_check_rows(const ablate_setting *rows, size_t size, char why[160])
{
    for (int i = 0; rows && rows[i].name; i++) {
        const char *fault = i < 64 ? row_fault(&rows[i], size) : "there are more than 64 rows, or no {0} ends them";
        for (int j = 0; !fault && j < i; j++)
            if (strcmp(rows[i].name, rows[j].name) == 0)
                fault = "it is there twice";
        if (fault) {
            snprintf(why, 160, "setting '%.60s': %s", rows[i].name, fault);
            return -1;
        }
    }
    return 0;
}

/* Is the name one of the list "a|b"? */
static bool listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *c = list; c && *c; c += strcspn(c, "|"), c += *c == '|')
        if (strcspn(c, "|") == length && memcmp(c, name, length) == 0)
            return true;
    return false;
}

static void print_choice(const char *choices, int i, FILE *out)
{
    while (i-- > 0)
        choices += strcspn(choices, "|") + 1;
    fprintf(out, "%.*s", (int)strcspn(choices, "|"), choices);
}

/* Words count, the blanks between them do not: one blank each, except within quotes and in paths. What would break the
 * line is escaped as a name is. */
static void print_text(const char *text, FILE *out)
{
    bool path = strchr(text, '/') != NULL, quoted = false;
    if (*text == '\\' || strpbrk(text, "\n\r")) {
        name_print(text, out);
        return;
    }
    for (const char *c = text; *c; c++) {
        bool blank = *c == ' ' || *c == '\t';
        quoted = *c == '"' && (c == text || c[-1] != '\\') ? !quoted : quoted;
        if (!blank || path || quoted)
            fputc(*c, out);
        else if (c[1] != ' ' && c[1] != '\t')
            fputc(' ', out);
    }
}

static void print_value(const ablate_setting *row, const void *from, FILE *out)
{
    const char *field = (const char *)from + row->offset, *text;
    int whole;
    double real;
    bool truth;
    switch (row->type) {
    case ABLATE_INT:
        memcpy(&whole, field, sizeof whole);
        if (row->choices)
            print_choice(row->choices, whole, out);
        else
            fprintf(out, "%d", whole);
        break;
    case ABLATE_REAL:
        memcpy(&real, field, sizeof real);
        number_print(real, out);
        break;
    case ABLATE_BOOL:
        memcpy(&truth, field, sizeof truth);
        fputs(truth ? "yes" : "no", out);
        break;
    case ABLATE_TEXT:
        memcpy(&text, field, sizeof text);
        print_text(text ? text : "", out);
        break;
    case ABLATE_PATH:
        memcpy(&text, field, sizeof text);
        fputs(text ? place_short(text) : "", out);
        break;
    }
}

void settings_print(const char *section, const ablate_setting *rows, const void *from, const char *skip, FILE *out)
{
    for (; rows && rows->name; rows++) {
        if (listed(skip, rows->name))
            continue;
        fprintf(out, "%s.%s = ", section, rows->name);
        print_value(rows, from, out);
        fputc('\n', out);
    }
}
