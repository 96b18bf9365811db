#include "notes.h"
#include "../base/diag.h"
#include "where.h"
#include <stdlib.h>

int notes_open(notes *n, const device *where, int rows, int count)
{
    size_t floats = (size_t)rows * (size_t)count;
    *n = (notes){ .device = where, .rows = rows, .count = count };
    n->value = take_zeroed((size_t)count, sizeof(const float *), "notes of a run");
    n->room = take(floats, sizeof *n->room, "notes of a run");
    n->ring = where->allocate(floats * sizeof *n->ring);
    if (!n->ring)
        return complain("%s: out of memory for notes of a run%s", where->name, where_trouble(where));
    return n->value && n->room ? 0 : -1;
}

void notes_close(notes *n)
{
    if (n->ring)
        n->device->release(n->ring);
    free(n->value);
    free(n->room);
    *n = (notes){ 0 };
}

static size_t row_of(const notes *n, uint64_t step)
{
    return (size_t)(step % (uint64_t)n->rows) * (size_t)n->count;
}

/* By way of the host. */
static int take_slowly(const notes *n, uint64_t step)
{
    float *row = n->room + row_of(n, step);
    for (int i = 0; i < n->count; i++)
        if (n->device->download(&row[i], n->value[i], sizeof *row) < 0)
            return -1;
    return n->device->upload(n->ring + row_of(n, step), row, (size_t)n->count * sizeof *row);
}

int notes_take(const notes *n, uint64_t step)
{
    int status = n->device->note ? n->device->note(n->ring, n->rows, n->value, n->count, step) : take_slowly(n, step);
    return status < 0 ? complain("%s: losses cannot be noted%s", n->device->name, where_trouble(n->device)) : 0;
}

int notes_fetch(const notes *n)
{
    size_t bytes = (size_t)n->rows * (size_t)n->count * sizeof *n->room;
    if (n->device->download(n->room, n->ring, bytes) < 0)
        return complain("%s: losses cannot be read back%s", n->device->name, where_trouble(n->device));
    return 0;
}

const float *notes_row(const notes *n, uint64_t step)
{
    return n->room + row_of(n, step);
}
