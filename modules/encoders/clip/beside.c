/* beside.c: what stands in a JSON file beside the weights. */
#include "clip.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *clip_beside(ablate_builder *b, const clip_settings *s, const char *file, const char *section,
                        const char *key)
{
    return ablate_weight_note(b, s->weights, ablate_text(b, "%s:%s%s", file, section, key));
}

bool clip_is_number(const char *text, double number)
{
    char *end;
    for (const char *at = text + strspn(text, "["); *at; at = end + strspn(end, ",]")) {
        double found = strtod(at, &end);
        if (end == at || !(fabs(found - number) <= 1e-9 * fabs(number)))
            return false;
    }
    return *text && strcmp(text, "[]") != 0;
}
