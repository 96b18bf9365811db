#include "number_json.h"
#include "../base/number.h"
#include <math.h>

cJSON *number_json(double value)
{
    char digits[NUMBER_TEXT];
    return isfinite(value) ? cJSON_CreateRaw(number_text(value, digits)) : cJSON_CreateNull();
}

bool number_json_add(cJSON *object, const char *key, double value)
{
    cJSON *item = number_json(value);
    if (item && cJSON_AddItemToObject(object, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}
