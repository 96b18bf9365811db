/* The files behind one experiment: which lies over which, what a base keeps to itself, and what is no chain. */
#include "../../core/experiment/chain.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static void put(const char *name, const char *text)
{
    assert_int_equal(file_write_text(name, text), 0);
}

/* "section.key=value file:line" of what wins of each name, in the order of the list; lines of sections left out. */
static void reads_as(const char *path, const char *scale, const char *expected)
{
    settings whole = { 0 };
    char text[4000] = "";
    assert_non_null(settings_memory(&whole));
    if (chain_read(path, scale, &whole) < 0)
        fail_msg("%s", complaint());
    for (int i = 0; i < whole.count; i++) {
        const settings_entry *e = &whole.entry[i];
        size_t used = strlen(text);
        if (*e->key && settings_find(&whole, e->section, e->key) == e)
            snprintf(text + used, sizeof text - used, "%s.%s=%s %s:%d\n", e->section, e->key, e->value, e->file,
                     e->line);
    }
    assert_string_equal(text, expected);
    settings_free(&whole);
}

static void refused(const char *path, const char *scale, const char *sentence)
{
    settings whole = { 0 };
    assert_non_null(settings_memory(&whole));
    assert_int_equal(chain_read(path, scale, &whole), -1);
    expect_sentence(sentence);
    settings_free(&whole);
}

/* The same by some of its words. */
static void refused_part(const char *path, const char *words)
{
    settings whole = { 0 };
    assert_non_null(settings_memory(&whole));
    assert_int_equal(chain_read(path, NULL, &whole), -1);
    expect_complaint(words);
    settings_free(&whole);
}

static void test_the_nearest_wins(void **state)
{
    (void)state;
    put("root.ini", "[a]\nx = 1\ny = 1\nz = 1\nw = 1\n");
    put("scale/small.ini", "[a]\ny = 2\nz = 2\nw = 2\n");
    put("mid.ini", "base = root.ini\n[a]\nz = 3\nw = 3\n");
    put("sub/top.ini", "base = ../mid.ini\n[a]\nw = 4\n");
    reads_as("root.ini", NULL, "a.x=1 root.ini:2\na.y=1 root.ini:3\na.z=1 root.ini:4\na.w=1 root.ini:5\n");
    reads_as("sub/top.ini", NULL, "a.x=1 root.ini:2\na.y=1 root.ini:3\na.z=3 mid.ini:3\na.w=4 sub/top.ini:3\n");
    reads_as("sub/top.ini", "small",
             "a.x=1 root.ini:2\na.y=2 scale/small.ini:2\na.z=3 mid.ini:3\na.w=4 sub/top.ini:3\n");
}

/* Only of the scale that is chosen, over the file's own entries and under the next file's. */
static void test_sections_of_scales(void **state)
{
    (void)state;
    put("scale/small.ini", "[a]\nx = 0\n");
    put("scale/big.ini", "[a]\nx = 9\n");
    put("root.ini", "[scale small]\na.x = 2\nb.new = 5\n[a]\nx = 1\n");
    put("top.ini", "base = root.ini\n[a]\ny = 1\n[scale big]\na.y = 8\n");
    reads_as("top.ini", NULL, "a.x=1 root.ini:5\na.y=1 top.ini:3\n");
    reads_as("top.ini", "small", "a.x=2 root.ini:2\nb.new=5 root.ini:3\na.y=1 top.ini:3\n");
    reads_as("top.ini", "big", "a.x=9 scale/big.ini:2\na.y=8 top.ini:5\n");
}

/* A base's title is not the file's; its columns are, but for what speaks of its rows. */
static void test_what_is_not_handed_down(void **state)
{
    (void)state;
    put("root.ini", "[experiment]\ntitle = root\ncaption = of it\nplace = kept\n[columns]\nmetrics = m\nwords = w\n"
                    "layout = l\ncomparable = c\n[row i]\nmodel = a\n[kind small]\nmodel = b\n");
    put("same.ini", "base = root.ini\n[columns]\nmetrics = n\n");
    put("rows.ini", "base = root.ini\n[row j]\nmodel = c\n");
    put("grid.ini", "base = root.ini\n[grid]\na.x = 1 2\n");
    static const char handed[] = "experiment.place=kept root.ini:4\n";
    char expected[600];
    snprintf(expected, sizeof expected,
             "%scolumns.words=w root.ini:7\ncolumns.layout=l root.ini:8\ncolumns.comparable=c root.ini:9\n"
             "row i.model=a root.ini:11\nkind small.model=b root.ini:13\ncolumns.metrics=n same.ini:3\n",
             handed);
    reads_as("same.ini", NULL, expected);
    snprintf(expected, sizeof expected, "%scolumns.metrics=m root.ini:6\nrow j.model=c rows.ini:3\n", handed);
    reads_as("rows.ini", NULL, expected);
    snprintf(expected, sizeof expected, "%scolumns.metrics=m root.ini:6\ngrid.a.x=1 2 grid.ini:3\n", handed);
    reads_as("grid.ini", NULL, expected);
}

static void test_what_is_no_chain(void **state)
{
    (void)state;
    refused("none.ini", NULL, "none.ini: there is no such file; give the path of an experiment");
    put("a.ini", "base = b.ini\n");
    put("b.ini", "\nbase = a.ini\n");
    refused("a.ini", NULL, "b.ini:2: base 'a.ini' leads back to a.ini; break the circle");
    put("self.ini", "base = self.ini\n");
    refused("self.ini", NULL, "self.ini:1: base 'self.ini' leads back to self.ini; break the circle");
    put("key.ini", "x = 1\n[a]\ny = 2\n");
    refused("key.ini", NULL,
            "key.ini:1: 'x' stands before the first [section], where only 'base' and 'rows' may; "
            "move it");
    for (int i = 0; i < 20; i++) {
        char name[20], text[40];
        snprintf(name, sizeof name, "c%d.ini", i);
        snprintf(text, sizeof text, "base = c%d.ini\n[a]\nx = %d\n", i + 1, i);
        put(name, i < 15 ? text : "[a]\nx = 15\n");
    }
    reads_as("c0.ini", NULL, "a.x=0 c0.ini:3\n"); /* sixteen files */
    put("before.ini", "base = c0.ini\n");
    refused("before.ini", NULL, "c14.ini:1: the chain of bases has more than 16 files; shorten it");
}

/* They stand before the file's own and lie under them; the scale's say the last word. */
static void test_rows_of_another_file(void **state)
{
    (void)state;
    put("scale/small.ini", "[a]\nx = 1\n");
    put("root.ini", "[a]\nx = 0\n[row gone]\nmodel = z\n");
    put("sub/others.ini", "[row i]\nmodel = a\nb.x = 1\n[scale small]\nrow i.b.x = 3\n[row ii]\nmodel = b\n");
    put("top.ini", "base = root.ini\nrows = sub/others.ini\n[row own]\nmodel = c\n[row ii]\nb.x = 2\n");
    reads_as("top.ini", NULL,
             "a.x=0 root.ini:2\nrow i.model=a sub/others.ini:2\nrow i.b.x=1 sub/others.ini:3\n"
             "row ii.model=b sub/others.ini:7\nrow own.model=c top.ini:4\nrow ii.b.x=2 top.ini:6\n");
    reads_as("top.ini", "small",
             "a.x=1 scale/small.ini:2\nrow i.model=a sub/others.ini:2\nrow ii.model=b sub/others.ini:7\n"
             "row own.model=c top.ini:4\nrow ii.b.x=2 top.ini:6\nrow i.b.x=3 sub/others.ini:5\n");
    put("bare.ini", "base = root.ini\nrows = sub/others.ini\n"); /* no row of its own: the base's are dropped */
    reads_as("bare.ini", NULL,
             "a.x=0 root.ini:2\nrow i.model=a sub/others.ini:2\nrow i.b.x=1 sub/others.ini:3\n"
             "row ii.model=b sub/others.ini:7\n");
    put("next.ini", "base = bare.ini\n[a]\nx = 5\n"); /* a base hands them down */
    reads_as("next.ini", NULL,
             "row i.model=a sub/others.ini:2\nrow i.b.x=1 sub/others.ini:3\nrow ii.model=b sub/others.ini:7\n"
             "a.x=5 next.ini:3\n");
}

static void test_what_is_no_file_of_rows(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *sentence;
    } cases[] = {
        { "rows = top.ini\n[row i]\nmodel = a\n",
          "others.ini:1: 'rows' stands before the first [section], where a file of rows has nothing: it names no other "
          "file; delete it" },
        { "base = top.ini\n", "others.ini:1: 'base' stands before the first [section]" },
        { "[row i]\nmodel = a\n[run]\nepochs = 1\n", "others.ini:3: [run] is of no row: a file of rows holds" },
        { "[row i]\nmodel = a\n[grid]\na.x = 1\n", "others.ini:3: [grid] is of no row" },
        { "[scale small]\nrun.epochs = 1\n",
          "others.ini:2: 'run.epochs' of [scale small] is of no row: a file of rows holds [row NAME], and [scale NAME] "
          "with keys 'row NAME.section.key'; move it to the file that names this one" },
        { "[row i]\n[scale none]\nrow i.a.x = 1\n", "others.ini:2: there is no scale 'none'" },
    };
    put("scale/small.ini", "[a]\nx = 1\n");
    put("top.ini", "rows = others.ini\n[a]\nx = 0\n");
    refused_part("top.ini", "top.ini:1: rows 'others.ini' is not there (looked for ");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put("others.ini", cases[i].rows);
        refused_part("top.ini", cases[i].sentence);
    }
    put("self.ini", "rows = self.ini\n[row i]\nmodel = a\n");
    refused_part("self.ini", "self.ini:1: 'rows' stands before the first [section]");
    put("key.ini", "row = others.ini\n");
    refused_part("key.ini", "key.ini:1: 'row' stands before the first [section], where only 'base' and 'rows' may");
}

static void test_what_is_no_scale(void **state)
{
    (void)state;
    put("root.ini", "[a]\nx = 1\n");
    refused("root.ini", "none", "there is no scale 'none': scale/none.ini is missing; choose one that is there");
    refused("root.ini", "../root",
            "'../root' is no name of a scale; give one of the names in scale/, without '/' and .ini");
    put("scale/rows.ini", "[row i]\nmodel = a\n");
    refused("root.ini", "rows", "scale/rows.ini:1: a scale holds for every experiment, so it has no [row i]; move it");
    put("scale/bare.ini", "x = 1\n");
    refused("root.ini", "bare", "scale/bare.ini:1: 'x' stands before the first [section]; move it into one");
    put("named.ini", "[scale none]\na.x = 1\n");
    refused("named.ini", NULL, "named.ini:1: there is no scale 'none': scale/none.ini is missing");
}

static void test_names_of_sections(void **state)
{
    (void)state;
    assert_string_equal(chain_section_rest("row  i ii", "row"), "i ii");
    assert_null(chain_section_rest("row", "row"));
    assert_null(chain_section_rest("rows i", "row"));
    assert_null(chain_section_rest("a row", "row"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(the_nearest_wins),     TEST(sections_of_scales),      TEST(what_is_not_handed_down),
        TEST(rows_of_another_file), TEST(what_is_no_file_of_rows), TEST(what_is_no_chain),
        TEST(what_is_no_scale),     TEST(names_of_sections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
