#include "curves.h"
#include "../base/diag.h"

char *curves_label(const run_record *r, bool seed)
{
    const char *scale = r->scale ? r->scale : "";
    char number[16] = "";
    if (seed)
        snprintf(number, sizeof number, ", seed %d", r->seed);
    return take_text("%s, row %s%s%s%s", r->experiment, r->row, *scale ? ", scale " : "", scale, number);
}
