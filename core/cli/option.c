#include "option.h"
#include "../base/diag.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int option_flag(const line_option *o, const char *text, void *field)
{
    (void)o, (void)text;
    *(bool *)field = true;
    return 0;
}

int option_text(const line_option *o, const char *text, void *field)
{
    (void)o;
    *(const char **)field = text;
    return 0;
}

int option_list(const line_option *o, const char *text, void *field)
{
    option_texts *list = field;
    if (list->count == OPTION_TEXTS)
        return complain("more than %d times --%s", (int)OPTION_TEXTS, o->name);
    list->text[list->count++] = text;
    return 0;
}

int option_number(const line_option *o, const char *text, void *field)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || isspace((unsigned char)*text) || number < o->least || number > o->most)
        return complain("--%s must be a whole number from %ld to %ld; it is '%s'", o->name, o->least, o->most, text);
    *(int *)field = (int)number;
    return 0;
}

int option_folders(const line_option *o, const char *text, void *field)
{
    int status = 0;
    for (const char *at = text; *at && status == 0; at += *at == ':') {
        struct stat about;
        size_t length = strcspn(at, ":");
        char *folder = take_text("%.*s", (int)length, at);
        if (!folder)
            status = -1;
        else if (length > 0 && (stat(folder, &about) < 0 || !S_ISDIR(about.st_mode)))
            status =
                complain("--%s: there is no folder '%s'; name one that is there, or leave it out", o->name, folder);
        free(folder);
        at += length;
    }
    return status < 0 ? -1 : option_text(o, text, field);
}
