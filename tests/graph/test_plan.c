/* Memory plans: buffers that are alive together never share a byte, those that are not may, and no plan is larger than
 * all of them apart. */
#include "../../core/base/random.h"
#include "../../core/graph/plan.h"
#include "../lab/scratch.h"

enum { MOST = 60, STEPS = 40 };

static int64_t rounded(int64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static bool in_use(const plan_buffer *b)
{
    return b->last >= b->first && b->bytes > 0;
}

static void check(const plan_buffer *b, int count, int64_t size)
{
    int64_t together[STEPS] = { 0 }, apart = 0, reach = 0;
    for (int i = 0; i < count; i++) {
        if (!in_use(&b[i]))
            continue;
        assert_true(b[i].offset >= 0 && b[i].offset % 64 == 0 && b[i].offset + b[i].bytes <= size);
        reach = b[i].offset + b[i].bytes > reach ? b[i].offset + b[i].bytes : reach;
        apart += rounded(b[i].bytes);
        for (int k = b[i].first; k <= b[i].last; k++)
            together[k] += b[i].bytes;
        for (int j = 0; j < i; j++)
            if (in_use(&b[j]) && b[j].first <= b[i].last && b[i].first <= b[j].last &&
                b[j].offset < b[i].offset + b[i].bytes && b[i].offset < b[j].offset + b[j].bytes)
                fail_msg("buffers %d and %d of %d share room while both hold something", i, j, count);
    }
    assert_int_equal(size, rounded(reach));
    assert_true(size <= apart);
    for (int k = 0; k < STEPS; k++)
        assert_true(size >= together[k]);
}

static uint32_t draw(uint64_t *at, uint32_t below_it)
{
    return random_draw(23, 0, (*at)++).word[0] % below_it;
}

static void test_drawn_plans(void **state)
{
    (void)state;
    uint64_t at = 0;
    for (int round = 0; round < 2000; round++) {
        plan_buffer b[MOST];
        int count = (int)draw(&at, MOST + 1);
        for (int i = 0; i < count; i++) {
            int first = (int)draw(&at, STEPS), life = (int)draw(&at, 8) - 1;
            int last = first + life < STEPS ? first + life : STEPS - 1;
            b[i] = (plan_buffer){ draw(&at, 3) ? draw(&at, 5000) : 64 * draw(&at, 4), first, last, -1 };
        }
        check(b, count, plan_place(b, count));
        check(b, count, plan_apart(b, count));
    }
    assert_null(complaint());
}

/* A chain in which each step needs two of equal size takes the room of two, however long it is. */
static void test_a_chain_takes_the_room_of_two(void **state)
{
    (void)state;
    plan_buffer b[STEPS - 1];
    for (int i = 0; i < STEPS - 1; i++)
        b[i] = (plan_buffer){ 1000, i, i + 1, -1 };
    assert_int_equal(plan_place(b, STEPS - 1), 1024 + 1024);
    check(b, STEPS - 1, 1024 + 1024);
}

/* The largest is placed first, and what fits between two goes there. */
static void test_gaps_are_filled(void **state)
{
    (void)state;
    plan_buffer b[] = { { 640, 0, 9, -1 }, { 320, 0, 3, -1 }, { 192, 2, 9, -1 }, { 320, 4, 9, -1 }, { 64, 0, 1, -1 } };
    int64_t size = plan_place(b, 5);
    check(b, 5, size);
    assert_int_equal(b[0].offset, 0);
    assert_int_equal(b[1].offset, 640);
    assert_int_equal(b[3].offset, 640); /* the second has ended */
    assert_int_equal(b[2].offset, 960);
    assert_int_equal(b[4].offset, 960); /* the third has not begun */
    assert_int_equal(size, 1152);
}

/* The same buffers in another order give the same size: the plan is a function of what is asked. */
static void test_the_order_does_not_matter(void **state)
{
    (void)state;
    plan_buffer b[MOST], turned[MOST];
    uint64_t at = 1000000;
    for (int i = 0; i < MOST; i++) {
        int first = (int)draw(&at, STEPS - 8);
        b[i] = (plan_buffer){ 1 + i * 97, first, first + (int)draw(&at, 8), -1 };
        turned[MOST - 1 - i] = b[i];
    }
    assert_int_equal(plan_place(b, MOST), plan_place(turned, MOST));
    for (int i = 0; i < MOST; i++)
        assert_int_equal(b[i].offset, turned[MOST - 1 - i].offset);
}

static void test_nothing(void **state)
{
    (void)state;
    plan_buffer unused[] = { { 100, 3, 2, 0 }, { 0, 0, 5, 0 } };
    assert_int_equal(plan_place(NULL, 0), 0);
    assert_int_equal(plan_place(unused, 2), 0);
    assert_int_equal(plan_apart(unused, 2), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, start)
    const struct CMUnitTest tests[] = {
        TEST(drawn_plans), TEST(a_chain_takes_the_room_of_two), TEST(gaps_are_filled), TEST(the_order_does_not_matter),
        TEST(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
