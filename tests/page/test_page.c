/* The page of results: of a folder made by a tiny run, with names that would break careless HTML, looked at in headless
 * Chromium at two widths; and what it says of folders that lack something. */
/* units: page_gallery page_reports cli/verb_page page_curves page_data page_provenance */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/page/page.h"
#include "../lab/program.h"

/* A run of one step on few pictures, and its page with pictures. */
static int make_results(void **state)
{
    return enter_folder(state) == 0
               ? shell("cd '%s' && $ablate run ablations/table2.ini --row i --scale mini --seeds 1 --steps 1 "
                       "--set mini.train=1 --set mini.good=2 --set mini.each=1 --out $in/results --cache $in/cache "
                       ">$in/said 2>&1 && "
                       "mkdir $in/results/figures && $ablate data mini --set mini.train=1 --set mini.good=1 "
                       "--set mini.each=1 --export $in/pictures && "
                       "cp $in/pictures/mini-pill/train/good/000.png \"$in/results/figures/a \\\"b\\\" <c>.png\"",
                       start_folder)
               : -1;
}

static int write_page(const char *more)
{
    return shell("cd '%s' && $ablate page $in/results --cache $in/cache %s", start_folder, more);
}

static void look(int width)
{
    must_work("'%s'/scripts/look $in/results/index.html %d", start_folder, width);
}

static void test_a_run_writes_its_page(void **state)
{
    (void)state;
    char *page = read_text("results/index.html");
    must_work("cat said");
    expect_words(said, "index.html shows all results");
    assert_non_null(
        strstr(page, "Table 2: ablation study (scale mini, drawn stand-in for MVTec AD, changed settings)"));
    assert_null(strstr(page, "id=\"gallery\""));
    assert_non_null(strstr(page, "✓")); /* characters, not their bytes */
    assert_null(strstr(page, "\\xC"));
    assert_null(strstr(page, "\\xE"));
    free(page);
}

static void test_everything_is_on_it(void **state)
{
    (void)state;
    file_write_text("results/evil.sheet",
                    "{\"title\": \"<script>alert(1)</script> & \\\"x\\\"\", \"experiment\": \"\", "
                    "\"caption\": \"End _ of it\\n\", \"ranked\": true, \"sheets\": [{\"align\": \"lr\", \"rule\": 0, "
                    "\"lines\": [[[\"a|b\"], [\"<b>\"]], [[[\"1 < 2\", \"best\"]], [[\"&amp;\", \"second\"]]], "
                    "[[\"`x`\"], []]]}]}\n");
    file_write_text("results/broken.sheet", "{\"title\": 1}");
    file_write_text("results/older.md", "<!-- Written by ablate; do not edit. -->\n\n## of an older program\n");
    file_write_text("results/other.md", "## not one of ours\n");
    assert_int_equal(write_page(""), 0);
    char *page = read_text("results/index.html");
    assert_non_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"));
    assert_non_null(strstr(page, "<th class=\"left\" scope=\"col\">a|b</th><th scope=\"col\">&lt;b&gt;</th>"));
    assert_non_null(strstr(page, "<strong>1 &lt; 2</strong>"));
    assert_non_null(strstr(page, "<u>&amp;amp;</u>"));
    assert_non_null(strstr(page, "End _ of it"));
    assert_null(strstr(page, "not one of ours"));
    assert_null(strstr(page, "of an older program"));
    expect_words(said, "/results/broken.sheet: it is no report as this program keeps them; ");
    expect_words(said, "left out of the page: ");
    expect_words(said, "/results/older.md: older programs wrote no .sheet beside it; 'ablate run' of");
    assert_null(strstr(said, "other.md"));
    assert_non_null(strstr(page, "alt=\"figure a &quot;b&quot; &lt;c&gt;\""));
    assert_non_null(strstr(page, "aria-label=\"losses by epoch\""));
    assert_non_null(strstr(page, "h3\" stroke=")); /* one epoch is a mark */
    assert_non_null(strstr(page, "epoch 1 to 1<"));
    assert_non_null(strstr(page, "run.model = clip noise decoder distill") ? page
                                                                           : strstr(page, "run.model = clip noise"));
    assert_non_null(strstr(page, "Worst misses"));
    assert_non_null(strstr(page, "Worst false alarms"));
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    free(page);
    unlink("results/evil.sheet");
    unlink("results/broken.sheet");
    unlink("results/older.md");
    unlink("results/other.md");
}

static void test_a_browser_finds_nothing_wrong(void **state)
{
    (void)state;
    assert_int_equal(write_page(""), 0);
    look(1280);
    look(400);
}

/* The look itself must be able to fail. */
static void test_a_browser_finds_what_is_wrong(void **state)
{
    static const char *const mistakes[][2] = { { "<div style=\"width:700px\">x</div>", "pixels wide in a window of" },
                                               { "<img alt=\"gone\" src=\"gone.png\">", "no picture: gone" },
                                               { "<a href=\"#nowhere\">x</a>", "no place #nowhere" },
                                               { "<script>nothing.here()</script>", "nothing is not defined" } };
    (void)state;
    must_work("cd '%s' && $ablate page $in/results --no-gallery", start_folder);
    char *page = read_text("results/index.html");
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char *wrong = take_text("%s%s", page, mistakes[i][0]);
        assert_int_equal(file_write_text("wrong.html", wrong), 0);
        assert_int_not_equal(shell("'%s'/scripts/look wrong.html 400", start_folder), 0);
        expect_words(said, mistakes[i][1]);
        free(wrong);
    }
    free(page);
}

static void refused(const char *more, const char *words)
{
    assert_int_not_equal(write_page(more), 0);
    expect_words(said, words);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("--run /nowhere", "/nowhere");
    refused("--shown 0", "--shown must be a whole number from 1 to 1000; it is '0'");
    refused("another/folder", "");
    assert_int_not_equal(shell("$ablate page nowhere"), 0);
    expect_words(said, "nowhere: there is no such folder of results");
}

/* A damaged record is named, and the rest is shown. */
static void test_a_damaged_run_is_left_out(void **state)
{
    (void)state;
    char *before = read_text("results/index.html");
    must_work("cp -r results damaged && for f in damaged/runs/*/*/*/metrics.json; do echo '{' >$f; done && "
              "$ablate page damaged");
    char *after = read_text("damaged/index.html");
    expect_words(said, "left out of the page: damaged/runs/");
    expect_words(said, "metrics.json");
    assert_non_null(strstr(before, "runs/table2/i/seed-0-"));
    assert_null(strstr(after, "runs/table2/i/seed-0-"));
    free(before);
    free(after);
}

static void test_an_empty_folder(void **state)
{
    (void)state;
    must_work("mkdir empty && $ablate page empty");
    assert_true(file_exists("empty/index.html"));
    must_work("'%s'/scripts/look empty/index.html 400", start_folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_run_writes_its_page, start),
        cmocka_unit_test_setup(test_everything_is_on_it, start),
        cmocka_unit_test_setup(test_a_browser_finds_nothing_wrong, start),
        cmocka_unit_test_setup(test_a_browser_finds_what_is_wrong, start),
        cmocka_unit_test_setup(test_refusals, start),
        cmocka_unit_test_setup(test_a_damaged_run_is_left_out, start),
        cmocka_unit_test_setup(test_an_empty_folder, start),
    };
    return cmocka_run_group_tests(tests, make_results, leave_folder);
}
