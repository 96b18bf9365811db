#include "metrics_sort.h"
#include "../base/diag.h"
#include "metrics_thread.h"
#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGIT_VALUES = 1 << DIGIT_BITS, PART_LEAST = 1 << 14 };

static unsigned digit_of(uint64_t key, int shift)
{
    return (unsigned)(key >> shift) & (DIGIT_VALUES - 1);
}

static void count_digits(const sort_entry *from, int64_t n, int shift, int64_t *count)
{
    memset(count, 0, DIGIT_VALUES * sizeof *count);
    for (int64_t i = 0; i < n; i++)
        count[digit_of(from[i].key, shift)]++;
}

/* Turns counts[part][value] into the place where that part's first entry of that value goes. */
static void place_digits(int64_t *counts, int parts)
{
    int64_t place = 0;
    for (int value = 0; value < DIGIT_VALUES; value++)
        for (int part = 0; part < parts; part++) {
            int64_t count = counts[part * DIGIT_VALUES + value];
            counts[part * DIGIT_VALUES + value] = place;
            place += count;
        }
}

static void move_entries(const sort_entry *from, int64_t n, int shift, int64_t *place, sort_entry *to)
{
    for (int64_t i = 0; i < n; i++)
        to[place[digit_of(from[i].key, shift)]++] = from[i];
}

/* One pass over one digit. Parts are contiguous and placed in order, so the result is the same for any number. */
static void sort_digit(const sort_entry *from, sort_entry *to, int64_t n, int shift, int64_t *counts, int parts)
{
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int part = 0; part < parts; part++)
        count_digits(from + n * part / parts, n * (part + 1) / parts - n * part / parts, shift,
                     counts + part * DIGIT_VALUES);
    place_digits(counts, parts);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int part = 0; part < parts; part++)
        move_entries(from + n * part / parts, n * (part + 1) / parts - n * part / parts, shift,
                     counts + part * DIGIT_VALUES, to);
}

static uint64_t differing_bits(const sort_entry *entries, int64_t n)
{
    uint64_t all = UINT64_MAX, any = 0;
    for (int64_t i = 0; i < n; i++) {
        all &= entries[i].key;
        any |= entries[i].key;
    }
    return all ^ any;
}

sort_entry *sort_entries(sort_entry *entries, sort_entry *spare, int64_t n)
{
    int parts = thread_count(n / PART_LEAST + 1, n);
    int64_t *counts = take((size_t)parts * DIGIT_VALUES, sizeof *counts, "digits of scores");
    if (!counts)
        return NULL;
    uint64_t differing = n ? differing_bits(entries, n) : 0;
    for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (!digit_of(differing, shift))
            continue;
        sort_digit(entries, spare, n, shift, counts, parts);
        sort_entry *swap = entries;
        entries = spare;
        spare = swap;
    }
    free(counts);
    return entries;
}
