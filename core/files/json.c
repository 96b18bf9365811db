#include "json.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "../base/number.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* cJSON escapes the controls of ASCII itself; the others, and what is no UTF-8, are in the way. */
static bool is_held(const char *text)
{
    if (*text == '\\')
        return false;
    for (size_t bytes; *text; text += bytes)
        if (!(bytes = (unsigned char)*text < ' ' ? 1 : name_character(text)))
            return false;
    return true;
}

/* The text, or its escaped form in *made. NULL: complained. */
static const char *form(const char *text, char **made)
{
    *made = is_held(text) ? NULL : take_printed(name_print, text);
    return is_held(text) ? text : *made;
}

cJSON *json_text(const char *text)
{
    char *made;
    const char *held = form(text, &made);
    cJSON *item = held ? cJSON_CreateString(held) : NULL;
    free(made);
    return item;
}

bool json_add(cJSON *object, const char *key, cJSON *member)
{
    char *made;
    const char *held = form(key, &made);
    bool added = held && member && cJSON_AddItemToObject(object, held, member);
    if (!added)
        cJSON_Delete(member);
    free(made);
    return added;
}

bool json_add_text(cJSON *object, const char *key, const char *text)
{
    return json_add(object, key, json_text(text));
}

cJSON *json_number(double value)
{
    char digits[NUMBER_TEXT];
    return isfinite(value) ? cJSON_CreateRaw(number_text(value, digits)) : cJSON_CreateNull();
}

bool json_add_number(cJSON *object, const char *key, double value)
{
    return json_add(object, key, json_number(value));
}

char *json_read(const char *text)
{
    char *copy = take_text("%s", text);
    if (copy && name_read(copy) == 0)
        return copy;
    if (copy)
        complain("the text '%s' begins with a backslash, but " NAME_RULE, text);
    free(copy);
    return NULL;
}
