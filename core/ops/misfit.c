/* misfit.c: the words of shape rules. */
#include "misfit.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int misfit(ablate_layout *layout, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(layout->why, sizeof layout->why, format, list);
    va_end(list);
    return -1;
}

int axis_of(const ablate_shape *shape, int axis, ablate_layout *layout)
{
    int from_start = axis < 0 ? axis + shape->rank : axis;
    if (from_start >= 0 && from_start < shape->rank)
        return from_start;
    return misfit(layout, "shape %s has no axis %d", shape_words(shape).text, axis);
}

int list_read(const char *text, const char *what, int64_t *list, ablate_layout *layout)
{
    const char *at = text ? text : "";
    for (int n = 0; n < ABLATE_DIMS; n++) {
        char *end;
        long long number = strtoll(at, &end, 10);
        if (end == at || number < -ABLATE_DIMS || number > INT32_MAX)
            break;
        list[n] = number;
        if (!*end)
            return n + 1;
        if (*end != ',')
            break;
        at = end + 1;
    }
    return misfit(layout, "%s must be 1 to %d whole numbers with commas between them; it is '%.40s'", what, ABLATE_DIMS,
                  text ? text : "");
}

int size_check(const ablate_shape *shape, ablate_layout *layout)
{
    int64_t size = 1, most = (int64_t)1 << 40;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 1)
            return misfit(layout, "the result %s would be empty", shape_words(shape).text);
        if (shape->dim[i] > most / size)
            return misfit(layout, "the result %s is too large", shape_words(shape).text);
        size *= shape->dim[i];
    }
    return 0;
}

int shape_kept(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    layout->out = in[0];
    return 0;
}

double flops_none(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)in, (void)n, (void)out, (void)attr;
    return 0;
}
