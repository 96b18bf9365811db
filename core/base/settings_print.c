#include "name.h"
#include "number.h"
#include "place.h"
#include "settings.h"
#include "words.h"
#include <stdlib.h>
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

/* The i-th of "a|b|c" and its length; NULL: there are not so many. */
static const char *choice_at(const char *choices, int i, size_t *length)
{
    const char *choice = word_next(&choices, "|", length);
    while (choice && i-- > 0)
        choice = word_next(&choices, "|", length);
    return choice;
}

/* What is wrong with a row, or NULL. */
static const char *row_fault(const ablate_setting *row, size_t size)
{
    size_t bytes = field_size(row->type);
    if (!bytes || (row->choices && row->type != ABLATE_INT))
        return "its type does not fit a setting";
    if (row->offset > size || bytes > size - row->offset)
        return "it lies outside the struct";
    size_t length;
    if (row->choices && (row->def < 0 || row->def != (int)row->def || !choice_at(row->choices, (int)row->def, &length)))
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

/* Words count, the blanks between them do not: one blank each, except within quotes and in paths. What would break the
 * line is escaped as a name is. */
static const char *value_of_text(arena *memory, const char *text)
{
    bool path = strchr(text, '/') != NULL, quoted = false;
    if (*text == '\\' || strpbrk(text, "\n\r"))
        return arena_keep(memory, take_printed(name_print, text));
    char *value = arena_take(memory, strlen(text) + 1), *to = value;
    for (const char *c = text; value && *c; c++) {
        bool blank = *c == ' ' || *c == '\t';
        quoted = *c == '"' && (c == text || c[-1] != '\\') ? !quoted : quoted;
        if (!blank || path || quoted)
            *to++ = *c;
        else if (c[1] != ' ' && c[1] != '\t')
            *to++ = ' ';
    }
    return value;
}

static const char *value_of(arena *memory, const ablate_setting *row, const void *from)
{
    const char *field = (const char *)from + row->offset, *text;
    char digits[NUMBER_TEXT];
    size_t length = 0;
    int whole;
    double real;
    bool truth;
    switch (row->type) {
    case ABLATE_INT:
        memcpy(&whole, field, sizeof whole);
        text = row->choices ? choice_at(row->choices, whole, &length) : NULL;
        return text ? arena_print(memory, "%.*s", (int)length, text) : arena_print(memory, "%d", whole);
    case ABLATE_REAL:
        memcpy(&real, field, sizeof real);
        return arena_text(memory, number_text(real, digits));
    case ABLATE_BOOL:
        memcpy(&truth, field, sizeof truth);
        return truth ? "yes" : "no";
    case ABLATE_TEXT:
        memcpy(&text, field, sizeof text);
        return value_of_text(memory, text ? text : "");
    case ABLATE_PATH:
        memcpy(&text, field, sizeof text);
        return arena_text(memory, text ? place_short(text) : "");
    }
    return NULL;
}

int settings_list(settings *list, const char *section, const ablate_setting *rows, const void *from, const char *skip)
{
    arena *memory = settings_memory(list);
    const char *own = memory ? arena_text(memory, section) : NULL;
    int status = own ? 0 : -1;
    for (; rows && rows->name && status == 0; rows++) {
        if (word_listed(skip, "|", rows->name))
            continue;
        const char *key = arena_text(memory, rows->name), *value = key ? value_of(memory, rows, from) : NULL;
        status = value ? settings_set(list, own, key, value, "", 0) : -1;
    }
    return status;
}

void settings_print(const settings *list, FILE *to)
{
    for (int i = 0; i < list->count; i++)
        fprintf(to, "%s.%s = %s\n", list->entry[i].section, list->entry[i].key, list->entry[i].value);
}

char *settings_lines(const settings *list)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    if (to)
        settings_print(list, to);
    if (to && fclose(to) == 0)
        return text;
    free(text);
    complain("out of memory for the text of settings");
    return NULL;
}
