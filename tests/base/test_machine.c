/* The machine's name: a processor and how many this process may use. */
#include "../../core/base/machine.h"
#include "../lab/test.h"
#include <sched.h>
#include <stdio.h>
#include <string.h>

static void test_it_says_how_many_processors_it_may_use(void **state)
{
    (void)state;
    cpu_set_t all, one;
    char text[MACHINE_NAME], end[40];
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    snprintf(end, sizeof end, ", %d processor%s", CPU_COUNT(&all), CPU_COUNT(&all) == 1 ? "" : "s");
    assert_ptr_equal(machine_name(text), text);
    assert_true(strlen(text) > strlen(end));
    assert_string_equal(text + strlen(text) - strlen(end), end);
    size_t first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_non_null(strstr(machine_name(text), ", 1 processor"));
    assert_null(strstr(text, "processors"));
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_it_says_how_many_processors_it_may_use) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
