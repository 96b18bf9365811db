/* losses.tsv: what is written is read again, names and numbers to the digit; what is no such file is refused with its
 * place. */
#include "../../core/record/losses.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

/* What %.9g leaves of a number: half a unit in the ninth digit, of itself. */
#define NINE_DIGITS 5e-9

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    char *names[] = { "pull", "tab\there" };
    double values[] = { 0.1, 1e-30, 2, -3.5, 1.0 / 3, 7 };
    const losses kept = { .name = names, .value = values, .terms = 2, .lines = 3 };
    losses found;
    assert_int_equal(losses_write("run", LOSSES_VALUES, &kept), 0);
    assert_int_equal(losses_read(&found, "run", LOSSES_VALUES), 0);
    assert_int_equal(found.terms, 2);
    assert_int_equal(found.lines, 3);
    assert_string_equal(found.name[0], "pull");
    assert_string_equal(found.name[1], "tab\there");
    for (int i = 0; i < 6; i++)
        assert_true(fabs(found.value[i] - values[i]) <= NINE_DIGITS * fabs(values[i]));
    losses_free(&found);
}

static void refused(const char *text, const char *words)
{
    losses found;
    assert_int_equal(file_write_text("bad/losses.tsv", text), 0);
    assert_int_equal(losses_read(&found, "bad", LOSSES_VALUES), -1);
    expect_complaint_of("bad/losses.tsv", words);
    losses_free(&found);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    losses found;
    refused("step\ta\n1\t2\n", ":1: the first line must be 'epoch' and the names of losses");
    refused("epoch\n1\n", ":1: the first line must be 'epoch'");
    refused("epoch\t\\\\q\n1\t2\n", ":1: '");
    refused("epoch\ta\n", "it holds no line");
    refused("epoch\ta\n2\t2\n", ":2: it must be the epoch 1 and 1 numbers");
    refused("epoch\ta\n1\t2\n2\tx\n", ":3: it must be the epoch 2 and 1 numbers");
    refused("epoch\ta\n1\t2\t3\n", ":2: it must be the epoch 1 and 1 numbers");
    assert_int_equal(losses_read(&found, "nowhere", LOSSES_VALUES), -1);
    expect_complaint("nowhere/losses.tsv");
    losses_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_written_is_read, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_what_is_refused, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
