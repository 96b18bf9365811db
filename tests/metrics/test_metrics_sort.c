/* Scores in order: the result of a stable sort by another method, for keys that share digits and keys that do not. */
#include "../../core/base/random.h"
#include "../../core/metrics/metrics_sort.h"
#include "../lab/scratch.h"

enum { MOST = 5000 };

static sort_entry entries[MOST], spare[MOST], expected[MOST];

static int by_key_and_place(const void *a, const void *b)
{
    const sort_entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->component > y->component) - (x->component < y->component);
}

/* Keys of which only the bits of the mask vary; `component` tells the place. */
static void check(int64_t n, uint64_t mask, uint64_t base, uint64_t stream)
{
    for (int64_t i = 0; i < n; i++) {
        random_block b = random_draw(stream, 0, (uint64_t)i);
        uint64_t drawn = (uint64_t)b.word[0] << 32 | b.word[1];
        entries[i] = (sort_entry){ (drawn & mask) | (base & ~mask), (uint32_t)i, 0 };
    }
    memcpy(expected, entries, (size_t)n * sizeof *entries);
    qsort(expected, (size_t)n, sizeof *expected, by_key_and_place);
    const sort_entry *sorted = sort_entries(entries, spare, n);
    assert_true(sorted == entries || sorted == spare);
    for (int64_t i = 0; i < n; i++)
        if (sorted[i].key != expected[i].key || sorted[i].component != expected[i].component)
            fail_msg("number %lld of %lld, mask %llx", (long long)i, (long long)n, (unsigned long long)mask);
}

static void test_sorted_and_stable(void **state)
{
    (void)state;
    static const uint64_t masks[] = { UINT64_MAX,
                                      0,
                                      0xFF,
                                      0x7,
                                      UINT64_C(0xFF) << 56,
                                      UINT64_C(0x8000000000000001),
                                      UINT64_C(0x00FF00FF00FF00FF),
                                      0xFFFF,
                                      UINT64_C(0xF0F0) << 24,
                                      1 };
    static const int64_t counts[] = { 0, 1, 2, 3, 17, 256, 1000, MOST };
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            check(counts[c], masks[m], 0, 7 * m + c);
            check(counts[c], masks[m], UINT64_C(0xA5A5A5A5A5A5A5A5), 100 + 7 * m + c);
        }
    assert_null(complaint());
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_sorted_and_stable, start) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
