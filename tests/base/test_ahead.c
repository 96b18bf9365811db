/* test_ahead.c: items made by a thread of their own come in order, whole, and end with their complaint. */
#include "../../core/base/ahead.h"
#include "../../core/base/diag.h"
#include "../lab/test.h"
#include <stdatomic.h>
#include <time.h>

enum { ITEMS = 200, NUMBERS = 1000 };

typedef struct bench {
    int slot[AHEAD_SLOTS][NUMBERS];
    int fails_at;
    atomic_int made, in_use; /* in_use: the item that the caller looks at; its slot must not be touched */
    atomic_bool overwritten;
} bench;

static int make(void *context, int i, int slot)
{
    bench *b = context;
    if (i == b->fails_at)
        return complain("item %d is broken", i);
    if (slot != i % AHEAD_SLOTS || (b->in_use >= 0 && i >= b->in_use + AHEAD_SLOTS))
        b->overwritten = true;
    for (int k = 0; k < NUMBERS; k++)
        b->slot[slot][k] = i * 7 + k;
    b->made++;
    return 0;
}

static void pause_for(long milliseconds)
{
    const struct timespec time = { 0, milliseconds * 1000000 };
    nanosleep(&time, NULL);
}

static void check_item(bench *b, ahead *a, int i)
{
    int slot = ahead_await(a, i);
    assert_int_equal(slot, i % AHEAD_SLOTS);
    for (int k = 0; k < NUMBERS; k++)
        assert_int_equal(b->slot[slot][k], i * 7 + k);
}

static void release_item(bench *b, ahead *a, int i)
{
    b->in_use = i + 1;
    ahead_release(a, i);
}

static void test_items_are_whole_and_in_order(void **state)
{
    (void)state;
    static bench b;
    b = (bench){ .fails_at = -1, .in_use = 0 };
    ahead *a = ahead_begin(ITEMS, make, &b);
    assert_non_null(a);
    for (int i = 0; i < ITEMS; i++) {
        check_item(&b, a, i);
        if (i % 50 == 0) /* time enough to run too far ahead */
            pause_for(5);
        release_item(&b, a, i);
    }
    ahead_end(a);
    assert_false(b.overwritten);
    assert_int_equal(b.made, ITEMS);
}

/* Items are made before they are asked for, but only as many as there are slots. */
static void test_it_works_ahead_as_far_as_there_are_slots(void **state)
{
    (void)state;
    static bench b;
    b = (bench){ .fails_at = -1, .in_use = -1 };
    ahead *a = ahead_begin(ITEMS, make, &b);
    assert_non_null(a);
    for (int waited = 0; b.made < AHEAD_SLOTS && waited < 10000; waited++)
        pause_for(1);
    pause_for(5);
    assert_int_equal(b.made, AHEAD_SLOTS);
    ahead_end(a);
    assert_int_equal(b.made, AHEAD_SLOTS);
}

static void test_a_failure_is_told_to_who_waits(void **state)
{
    (void)state;
    static bench b;
    b = (bench){ .fails_at = 3, .in_use = 0 };
    ahead *a = ahead_begin(ITEMS, make, &b);
    assert_non_null(a);
    for (int i = 0; i < 3; i++) {
        check_item(&b, a, i);
        release_item(&b, a, i);
    }
    assert_int_equal(ahead_await(a, 3), -1);
    assert_string_equal(complaint(), "item 3 is broken");
    complaint_clear();
    assert_int_equal(ahead_await(a, 4), -1); /* and nothing comes after it */
    complaint_clear();
    ahead_end(a);
    assert_int_equal(b.made, 3);
}

static void test_nothing_to_make(void **state)
{
    (void)state;
    static bench b;
    b = (bench){ .fails_at = -1, .in_use = -1 };
    ahead *a = ahead_begin(0, make, &b);
    assert_non_null(a);
    ahead_end(a);
    ahead_end(NULL);
    assert_int_equal(b.made, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_are_whole_and_in_order),
        cmocka_unit_test(test_it_works_ahead_as_far_as_there_are_slots),
        cmocka_unit_test(test_a_failure_is_told_to_who_waits),
        cmocka_unit_test(test_nothing_to_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
