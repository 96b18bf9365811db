/* json.h: texts as JSON, which must be UTF-8. A text that is none, or that begins with a backslash, is written as a
 * name is in a line (../base/name.h), and json_read gives back its bytes. The rest is cJSON's own. */
#ifndef ABLATE_JSON_H
#define ABLATE_JSON_H
#include <cjson/cJSON.h>
#include <stdbool.h>

cJSON *json_text(const char *text); /* a string; NULL: out of memory */
bool json_add_text(cJSON *object, const char *key, const char *text);
bool json_add(cJSON *object, const char *key, cJSON *member); /* false: out of memory; the member is released then */

/* Numbers as number.h writes them (cJSON itself writes 15 or 17 digits); null where one is not finite. NULL, or false:
 * out of memory. */
cJSON *json_number(double);
bool json_add_number(cJSON *object, const char *key, double);

/* The bytes of a key or a string, new memory, the caller's to free. NULL: complained. */
char *json_read(const char *text);

#endif
