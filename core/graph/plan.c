#include "plan.h"
#include "../base/diag.h"
#include <stdlib.h>

enum { ALIGNMENT = 64 };

static int by_size(const void *a, const void *b)
{
    const plan_buffer *x = *(plan_buffer *const *)a, *y = *(plan_buffer *const *)b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first) : (x > y) - (x < y);
}

static int by_offset(const void *a, const void *b)
{
    const plan_buffer *x = *(plan_buffer *const *)a, *y = *(plan_buffer *const *)b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Lowest gap among the placed buffers (sorted by offset) that are alive at some time together with this one. */
static int64_t lowest_gap(const plan_buffer *buffer, plan_buffer *const *placed, int count)
{
    int64_t at = 0;
    for (int i = 0; i < count; i++) {
        const plan_buffer *other = placed[i];
        if (other->last < buffer->first || other->first > buffer->last)
            continue;
        if (at + buffer->bytes <= other->offset)
            break;
        int64_t end = (other->offset + other->bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        at = end > at ? end : at;
    }
    return at;
}

int64_t plan_place(plan_buffer *buffer, int count)
{
    plan_buffer **order = take((size_t)count, sizeof *order, "a memory plan");
    plan_buffer **placed = take((size_t)count, sizeof *placed, "a memory plan");
    int64_t size = order && placed ? 0 : -1;
    int used = 0, done = 0;
    for (int i = 0; i < count && size >= 0; i++)
        if (buffer[i].last >= buffer[i].first && buffer[i].bytes > 0)
            order[used++] = &buffer[i];
    if (size >= 0)
        qsort(order, (size_t)used, sizeof *order, by_size);
    for (int i = 0; i < used; i++) {
        order[i]->offset = lowest_gap(order[i], placed, done);
        placed[done++] = order[i];
        qsort(placed, (size_t)done, sizeof *placed, by_offset);
        int64_t end = order[i]->offset + order[i]->bytes;
        size = end > size ? end : size;
    }
    free(order);
    free(placed);
    return size < 0 ? -1 : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int64_t plan_apart(plan_buffer *list, int count)
{
    int64_t size = 0;
    for (int i = 0; i < count; i++) {
        list[i].offset = size;
        size += list[i].last < list[i].first ? 0 : (list[i].bytes + 63) / 64 * 64;
    }
    return size;
}
