/* What an experiment declares of its report's comparisons: the row that gains are over, baselines, claims, and what
 * titles call the data; and one test for each refusal. */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/experiment/experiment_claim.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

#define ROWS                                                                                                           \
    "[row i]\npaper = 90 80 -\n[row the other]\npaper = 91 81 70\n[row none]\nbaseline = yes\n[row no]\nbaseline = "   \
    "no\n"

static experiment *load(const char *text)
{
    assert_int_equal(file_write_text("a.ini", text), 0);
    assert_int_equal(file_write_text("scale/small.ini", "[experiment]\ndata_titles = drawn:\"a stand-in\" x:Y\n"), 0);
    experiment *e = experiment_load("a.ini", &(experiment_options){ .scale = "small" });
    if (!e)
        fail_msg("%s", complaint());
    return e;
}

static void refused(const char *text, const char *words)
{
    assert_int_equal(file_write_text("a.ini", text), 0);
    assert_null(experiment_load("a.ini", &(experiment_options){ 0 }));
    expect_complaint(words);
}

static void test_declared(void **state)
{
    (void)state;
    experiment *e = load("[run]\ndata = drawn:here\n[columns]\nmetrics = image_auroc aupro mean\ngain = i\n" ROWS
                         "[claim A B]\nsays = it helps\nrows = i \"the other\"\nmetrics = aupro\n"
                         "[claim C]\nrows = \"the other\" i\n");
    assert_int_equal(e->gain, 0);
    assert_true(!e->rows[0].baseline && e->rows[2].baseline && !e->rows[3].baseline);
    assert_string_equal(e->stands_for, "a stand-in");
    assert_int_equal(e->claim_count, 2);
    const experiment_claim *a = &e->claims[0], *c = &e->claims[1];
    assert_string_equal(a->name, "A B");
    assert_string_equal(a->says, "it helps");
    assert_true(a->row[0] == 0 && a->row[1] == 1);
    assert_true(!a->of[0] && a->of[1] && !a->of[2]);
    assert_true(c->row[0] == 1 && c->row[1] == 0);
    assert_true(c->of[0] && c->of[1] && !c->of[2]); /* the mean is printed of one row alone */
    experiment_free(e);
}

/* Rows of a file of its own take the place of the base's, and with them goes what is said about them. */
static void test_go_with_the_rows(void **state)
{
    (void)state;
    assert_int_equal(file_write_text("b.ini", "[run]\ndata = z\n[columns]\nmetrics = image_auroc aupro mean\ngain = "
                                              "i\n" ROWS "[claim A]\nrows = i \"the other\"\n"),
                     0);
    experiment *e = load("base = b.ini\n[row x]\n");
    assert_int_equal(e->gain, -1);
    assert_int_equal(e->claim_count, 0);
    assert_string_equal(e->stands_for, "");
    experiment_free(e);
    e = load("base = b.ini\n[run]\nepochs = 3\n");
    assert_int_equal(e->gain, 0);
    assert_int_equal(e->claim_count, 1);
    experiment_free(e);
}

/* Data of which not all rows are have no title. */
static void test_rows_on_other_data(void **state)
{
    (void)state;
    experiment *e = load("[run]\ndata = drawn\n[row i]\n[row ii]\nrun.data = drawnish\n");
    assert_string_equal(e->stands_for, "");
    experiment_free(e);
}

static void test_refusals(void **state)
{
    (void)state;
#define START "[columns]\nmetrics = image_auroc aupro mean\n" ROWS
    refused("[columns]\ngain = v\n[row i]\n", "a.ini:2: there is no row 'v'; the rows are i");
    refused("[row i]\nbaseline = maybe\n", "a.ini:2: 'baseline' must be yes or no; it is 'maybe'");
    refused("[row i]\nbaselin = yes\n", "the nearest is 'baseline'");
    refused(START "[claim]\nrows = i no\n", "a.ini:11: a claim needs a name; write [claim NAME]");
    refused(START "[claim A]\nrows = i\n", "a.ini:12: 'rows' of [claim A] must name two rows");
    refused(START "[claim A]\nrows = i i\n", "a.ini:12: 'rows' of [claim A] must name two rows");
    refused(START "[claim A]\nrows = i \"the other\" i\n", "a.ini:12: 'rows' of [claim A] must name two rows");
    refused(START "[claim A]\nrows = i \"the other\n", "a.ini:12: 'rows' of [claim A] must name two rows");
    refused(START "[claim A]\nsays = nothing\n", "a.ini:11: 'rows' of [claim A] must name two rows");
    refused(START "[claim A]\nrows = i ii\n", "a.ini:12: there is no row 'ii'");
    refused(START "[claim A]\nrows = i none\n", "a.ini:11: the rows of [claim A] have no printed value of one column");
    refused(
        START "[claim A]\nrows = i \"the other\"\nmetrics = mean\n",
        "a.ini:13: 'metrics' of [claim A] names 'mean', which is no column of which both rows have a printed value");
    refused(START "[claim A]\nrows = i \"the other\"\nmetrics = image_auroc image_auroc\n",
            "a.ini:13: 'metrics' of [claim A] names 'image_auroc' twice; delete one");
    refused(START "[claim A]\nrows = i \"the other\"\nmetrics = image_ap\n", "names 'image_ap', which is no column");
    refused(START "[claim A]\nrows = i \"the other\"\nmetrcs = aupro\n", "a.ini:13: ");
    refused("[experiment]\ndata_titles = mini\n[row i]\n",
            "a.ini:2: 'data_titles' must be a list of module:title, or module:\"a title\"; it has 'mini'");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, leave_folder)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(declared),
        TEST(go_with_the_rows),
        TEST(rows_on_other_data),
        TEST(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
