#include "metrics_component.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

/* First non-zero pixel of row[from .. width - 1], eight at a time; width if there is none. */
static int64_t skip_zeros(const uint8_t *row, int64_t from, int64_t width)
{
    for (uint64_t eight; from + 8 <= width; from += 8) {
        memcpy(&eight, row + from, sizeof eight);
        if (eight)
            break;
    }
    while (from < width && !row[from])
        from++;
    return from;
}

static int add_run(component_list *list, int64_t row, int64_t begin, int64_t end)
{
    if (!TAKE_ROOM(list->runs, list->run_count, "runs of a mask"))
        return -1;
    /* Until components are numbered, `component` is the run's parent in a forest whose roots come first. */
    int32_t self = (int32_t)list->run_count;
    list->runs[list->run_count++] = (component_run){ (int32_t)row, (int32_t)begin, (int32_t)end, self };
    list->pixels += end - begin;
    return 0;
}

static int add_row(component_list *list, const uint8_t *row, int64_t y, int64_t width)
{
    for (int64_t x = skip_zeros(row, 0, width); x < width;) {
        const uint8_t *zero = memchr(row + x, 0, (size_t)(width - x));
        int64_t end = zero ? zero - row : width;
        if (add_run(list, y, x, end) < 0)
            return -1;
        x = skip_zeros(row, end, width);
    }
    return 0;
}

static int32_t find_root(component_run *runs, int32_t run)
{
    while (runs[run].component != run) {
        runs[run].component = runs[runs[run].component].component; /* halve the path */
        run = runs[run].component;
    }
    return run;
}

static void join(component_run *runs, int32_t one, int32_t other)
{
    one = find_root(runs, one);
    other = find_root(runs, other);
    if (one < other)
        runs[other].component = one;
    else
        runs[one].component = other;
}

/* Joins the runs of a row, [row, row_end), with those of the row above, [above, row), that they touch. */
static void join_rows(component_run *runs, int64_t above, int64_t row, int64_t row_end, int reach)
{
    int64_t up = above, down = row;
    while (up < row && down < row_end) {
        if (runs[up].begin < runs[down].end + reach && runs[down].begin < runs[up].end + reach)
            join(runs, (int32_t)up, (int32_t)down);
        if (runs[up].end < runs[down].end)
            up++;
        else
            down++;
    }
}

/* Numbers the components in order of their first runs and adds up their areas. */
static int number_components(component_list *list)
{
    for (int64_t i = 0; i < list->run_count; i++)
        list->runs[i].component = find_root(list->runs, (int32_t)i);
    for (int64_t i = 0; i < list->run_count; i++)
        list->count += list->runs[i].component == i;
    list->area = take_zeroed((size_t)list->count, sizeof *list->area, "areas of defects");
    if (!list->area)
        return -1;
    /* A root comes before the runs below it, so its entry already holds its number when they ask for it. */
    int32_t next = 0;
    for (int64_t i = 0; i < list->run_count; i++) {
        component_run *run = &list->runs[i];
        run->component = run->component == i ? next++ : list->runs[run->component].component;
        list->area[run->component] += run->end - run->begin;
    }
    return 0;
}

int component_find(const uint8_t *mask, int64_t height, int64_t width, int connectivity, component_list *list)
{
    *list = (component_list){ 0 };
    int64_t above = 0;
    for (int64_t y = 0; y < height; y++) {
        int64_t row = list->run_count;
        if (add_row(list, mask + y * width, y, width) < 0)
            return -1;
        join_rows(list->runs, above, row, list->run_count, connectivity == 8);
        above = row;
    }
    return number_components(list);
}

void component_free(component_list *list)
{
    free(list->runs);
    free(list->area);
    *list = (component_list){ 0 };
}
