/* number_json.h: numbers in JSON as number.h writes them (cJSON itself writes 15 or 17 digits); null where a number is
 * not finite. */
#ifndef ABLATE_NUMBER_JSON_H
#define ABLATE_NUMBER_JSON_H
#include <cjson/cJSON.h>
#include <stdbool.h>

/* A new item; NULL: out of memory. */
cJSON *number_json(double);

/* Adds it as a member. false: out of memory. */
bool number_json_add(cJSON *object, const char *key, double);

#endif
