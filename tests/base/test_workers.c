/* The same work on all cores: each item once, and of several failures the first one's complaint. */
#include "../../core/base/workers.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

enum { ITEMS = 500 };

static int done[ITEMS];

static int count_one(void *context, int i)
{
    assert_ptr_equal(context, done);
    done[i]++;
    return 0;
}

static void test_each_item_once(void **state)
{
    (void)state;
    for (int n = 0; n <= ITEMS; n = n * 3 + 1) {
        memset(done, 0, sizeof done);
        assert_int_equal(workers_run(n, count_one, done), 0);
        for (int i = 0; i < ITEMS; i++)
            assert_int_equal(done[i], i < n);
    }
}

/* Those whose number has the bit fail, each with its own sentence. */
static int fail_some(void *bit, int i)
{
    return i & *(const int *)bit ? complain("item %d failed", i) : 0;
}

static void test_the_lowest_failure_is_told(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++)
        for (int bit = 1; bit < ITEMS; bit *= 2) {
            char expected[40];
            assert_int_equal(workers_run(ITEMS, fail_some, &bit), -1);
            snprintf(expected, sizeof expected, "item %d failed", bit);
            expect_sentence(expected);
        }
    int none = 0;
    assert_int_equal(workers_run(ITEMS, fail_some, &none), 0);
    assert_null(complaint());
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_each_item_once, start),
                                        cmocka_unit_test_setup(test_the_lowest_failure_is_told, start) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
