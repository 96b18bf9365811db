/* Another module in the place of one in every row's line: what rows become, which cannot stand, and what is a mistake.
 */
/* units: experiment_swapped */
#include "../../core/experiment/experiment_swap.h"
#include "../../core/experiment/experiment_swapped.h"
#include "../lab/scratch.h"

#define ROWS                                                                                                           \
    "[run]\nmodel = clip noise decoder cnc distill\ndata = mini\n[columns]\nmetrics = aupro\n[row a]\nmodel = clip "   \
    "noise decoder distill\n[row b]\n"

static experiment *load(const char *text, const char *const *swap, int swaps)
{
    char path[200];
    snprintf(path, sizeof path, "%s/a.ini", folder);
    assert_int_equal(file_write_text(path, text), 0);
    experiment_options options = { .swap = swap, .swaps = swaps };
    experiment *e = experiment_load(path, &options);
    if (e && experiment_swap_check(e, &options, NULL) == 0)
        return e;
    experiment_free(e);
    return NULL;
}

static void lines_have_the_other(void **state)
{
    (void)state;
    experiment *e = load(ROWS, (const char *const[]){ "cnc=efficientnet" }, 1);
    assert_non_null(e);
    assert_string_equal(e->rows[0].run.model, "clip noise decoder distill");
    assert_string_equal(e->rows[1].run.model, "clip noise decoder efficientnet distill");
    assert_true(!e->rows[0].swapped && e->rows[1].swapped && e->rows[1].applicable);
    assert_non_null(strstr(e->swapped, "efficientnet in the place of cnc (EfficientNet"));
    experiment_free(e);
}

/* A row that lacks something is not run, and says what; a line that does not stand in the file is a mistake. */
static void rows_that_lack_something_say_so(void **state)
{
    (void)state;
    static const char *const swap[] = { "clip=efficientnet" };
    experiment *e = load(ROWS, swap, 1);
    assert_non_null(e);
    assert_true(e->rows[0].applicable && !e->rows[0].lacks);
    assert_string_equal(e->rows[0].run.model, "efficientnet noise decoder distill");
    assert_true(!e->rows[1].applicable);
    assert_string_equal(e->rows[1].lacks, "'cnc' reads 'text.tokens', which no module before it writes");
    experiment_free(e);
    assert_null(load(ROWS "[row c]\nmodel = noise clip\n", swap, 1));
    assert_non_null(strstr(complaint(), "'noise' reads 'teacher'"));
    complaint_clear();
    assert_null(load("[run]\nmodel = clip noise decoder cnc distill\ndata = mini\n[row b]\n", swap, 1));
    assert_non_null(strstr(complaint(), "no row stands: 'cnc' reads"));
    complaint_clear();
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const struct mistake {
        const char *swap, *words;
    } mistakes[] = {
        { "clip", "give two modules" },       { "=clip", "give two modules" },    { "clip=", "give two modules" },
        { "a b=clip", "give two modules" },   { "clip=a=b", "give two modules" }, { "klip=efficientnet", "no row of" },
        { "clip=moo", "there is no module" },
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        complaint_clear();
        assert_null(load(ROWS, &mistakes[i].swap, 1));
        assert_non_null(complaint());
        if (!strstr(complaint(), mistakes[i].words))
            fail_msg("%s: %s", mistakes[i].swap, complaint());
    }
    complaint_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_the_other),
        cmocka_unit_test(rows_that_lack_something_say_so),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
