/* Rows that are a product of lists: which cell has which values, what a cell sets, which are left out, and one
 * sentence for what is no grid. */
/* units: grid_bundle */
#include "../../core/experiment/grid.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static settings list;

static int read_grid(const char *text, grid *g)
{
    settings_free(&list);
    list = (settings){ 0 };
    assert_int_equal(file_write_text("x.ini", text), 0);
    assert_int_equal(settings_read(&list, "x.ini"), 0);
    return grid_read(&list, g);
}

static grid good(const char *text)
{
    grid g;
    if (read_grid(text, &g) < 0)
        fail_msg("%s", complaint());
    return g;
}

static int forget(void **state)
{
    settings_free(&list);
    list = (settings){ 0 };
    return leave_folder(state);
}

/* "key=value" of all that the cell sets, blanks between. */
static void sets(const grid *g, int cell, const char *expected)
{
    settings into = { 0 };
    char text[1000] = "";
    assert_non_null(settings_memory(&into));
    if (grid_set(g, cell, &into) < 0)
        fail_msg("%s", complaint());
    for (int i = 0; i < into.count; i++) {
        size_t used = strlen(text);
        assert_string_equal(into.entry[i].section, "");
        snprintf(text + used, sizeof text - used, "%s%s=%s", i ? " " : "", into.entry[i].key, into.entry[i].value);
    }
    assert_string_equal(text, expected);
    settings_free(&into);
}

static void test_the_last_axis_is_the_fastest(void **state)
{
    (void)state;
    grid g = good("[grid]\na.x = 1 2\nb.y =  p   q r\nlabels = X Y\n");
    static const char *const set[] = { "a.x=1 b.y=p", "a.x=1 b.y=q", "a.x=1 b.y=r",
                                       "a.x=2 b.y=p", "a.x=2 b.y=q", "a.x=2 b.y=r" };
    static const char *const names[] = { "X=1 Y=p", "X=1 Y=q", "X=1 Y=r", "X=2 Y=p", "X=2 Y=q", "X=2 Y=r" };
    assert_int_equal(g.axes, 2);
    assert_int_equal(g.cells, 6);
    for (int cell = 0; cell < 6; cell++) {
        sets(&g, cell, set[cell]);
        assert_string_equal(grid_name(&g, cell), names[cell]);
        assert_int_equal(grid_allows(&g, cell), 1);
        assert_null(grid_paper(&g, cell));
    }
    g = good("[grid]\na.long_key = 3\n");
    assert_string_equal(grid_name(&g, 0), "long_key=3"); /* without labels, the key's own word */
    g = good("[other]\na = 1\n");
    assert_int_equal(g.axes + g.cells, 0);
}

static void test_values_with_blanks(void **state)
{
    (void)state;
    grid g = good("[grid]\nrun.model = a b c |  d e|f \n");
    assert_int_equal(g.cells, 3);
    sets(&g, 0, "run.model=a b c");
    sets(&g, 1, "run.model=d e");
    sets(&g, 2, "run.model=f");
}

/* One word that stands for several settings, a model line among them. */
static void test_bundles(void **state)
{
    (void)state;
    grid g = good("[grid]\nkind = small large\na.z = 7 8\n[kind small]\nmodel = m n\na.x = 1\n"
                  "[kind large]\na.x = 2\nb.y = 3\n[kind spare]\na.x = 9\n");
    assert_int_equal(g.cells, 4);
    sets(&g, 0, "model=m n a.x=1 a.z=7");
    sets(&g, 3, "a.x=2 b.y=3 a.z=8");
    assert_string_equal(grid_name(&g, 2), "kind=large z=7");
}

static void allows(const char *where, const char *expected)
{
    char text[200];
    snprintf(text, sizeof text, "[grid]\na.x = 1 2 3\na.y = 1 2 3\nwhere = %s\n", where);
    grid g = good(text);
    for (int cell = 0; cell < 9; cell++)
        assert_int_equal(grid_allows(&g, cell), expected[cell] - '0');
}

static void test_where(void **state)
{
    (void)state;
    allows("a.y <= a.x", "100110111");
    allows("a.y < a.x", "000100110");
    allows("a.y == a.x", "100010001");
    allows("a.y != a.x", "011101110");
    allows("a.x > 1.5", "000111111");
    allows("a.x >= 2 and a.y > 1 and a.x != 3", "000011000");
    static const char *const wrong[] = {
        "a.x", "a.x < ", "a.x ~ 2", "a.x < b.z", "a.x < 2 or a.y < 2", "a.x < 2 and a.y", "a.x < 2x"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[200];
        snprintf(text, sizeof text, "[grid]\na.x = 1 2\nwhere = %s\n", wrong[i]);
        grid g = good(text);
        assert_int_equal(grid_allows(&g, 0), -1);
        expect_complaint_of("x.ini:3: ", "'where' must compare axes and numbers");
    }
}

static void test_printed_values(void **state)
{
    (void)state;
    grid g = good("[grid]\na.x = 1 2\na.y = u v\npaper 2 v = 98.0\npaper 1 u = 97.0\n");
    assert_string_equal(grid_paper(&g, 0)->value, "97.0");
    assert_null(grid_paper(&g, 1));
    assert_null(grid_paper(&g, 2));
    assert_string_equal(grid_paper(&g, 3)->value, "98.0");
}

static void refused(const char *text, const char *place, const char *words)
{
    grid g;
    complaint_clear();
    if (read_grid(text, &g) == 0)
        fail_msg("'%s' is a grid; expected '%s'", text, words);
    expect_complaint_of(place, words);
}

static void test_what_is_no_grid(void **state)
{
    (void)state;
    char many[4000] = "[grid]\na.x =";
    for (int i = 0; i <= GRID_VALUES; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), " %d", i);
    refused("[grid]\nrow = 1\n", "x.ini:2: ", "'row' is no axis of a grid; write section.key = values");
    refused("[grid]\na. = 1\n", "x.ini:2: ", "'a.' is no axis of a grid");
    refused("[grid]\n.x = 1\n", "x.ini:2: ", "'.x' is no axis of a grid");
    refused("[grid]\na.x = | \n", "x.ini:2: ", "'a.x' lists no value");
    refused("[grid]\na.x = 1 2 1\n", "x.ini:2: ", "'a.x' lists 1 twice; delete one");
    refused(many, "x.ini:2: ", "'a.x' has more than 64 values; shorten the list");
    refused("[grid]\na.a = 1\na.b = 1\na.c = 1\na.d = 1\na.e = 1\n", "x.ini:6: ", "a grid has at most 4 axes");
    refused("[grid]\na.x = 1\nlabels = X Y\n", "x.ini:3: ", "'labels' has 2 words, the grid has 1 ax");
    refused("[grid]\nwhere = 1 < 2\n", "x.ini:2: ", "the grid has no axis; write section.key = values");
    refused("[grid]\nkind = small\n", "x.ini:2: ", "small");               /* no [kind small] */
    refused("[grid]\na.x = 1\n[kind small]\na.y = 1\n", "x.ini:", "kind"); /* no axis of that name */
}

/* 11 * 11 * 11 cells are more than there may be, 4 * 16 * 16 are not. */
static void test_large_grids(void **state)
{
    (void)state;
    static const char sixteen[] = "0 1 2 3 4 5 6 7 8 9 a b c d e f";
    char text[400];
    snprintf(text, sizeof text, "[grid]\na.x = 1 2 3 4\na.y = %s\na.z = %s\n", sixteen, sixteen);
    assert_int_equal(good(text).cells, GRID_CELLS);
    snprintf(text, sizeof text, "[grid]\na.x = 1 2 3 4 5\na.y = %s\na.z = %s\n", sixteen, sixteen);
    refused(text, "x.ini:4: ", "the grid has more than 1024 cells; shorten its lists");
}

/* Two axes must not set the same. */
static void test_axes_are_apart(void **state)
{
    (void)state;
    settings into = { 0 };
    grid g = good("[grid]\na.x = 1 2\nkind = small\n[kind small]\na.x = 3\n");
    assert_non_null(settings_memory(&into));
    assert_int_equal(grid_set(&g, 0, &into), -1);
    expect_complaint("'a.x' is set by another axis of the grid too, in x.ini:");
    settings_free(&into);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, forget)
    const struct CMUnitTest tests[] = {
        TEST(the_last_axis_is_the_fastest),
        TEST(values_with_blanks),
        TEST(bundles),
        TEST(where),
        TEST(printed_values),
        TEST(what_is_no_grid),
        TEST(large_grids),
        TEST(axes_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
