/* Grids: cells in order, what each sets, which of them the condition allows and which are printed. */
/* units: grid_bundle */
#include "../../core/experiment/grid.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static settings list;
static grid g;

static int begin(void **state)
{
    (void)state;
    complaint_clear();
    list = (settings){ 0 };
    return 0;
}

static int end(void **state)
{
    (void)state;
    settings_free(&list);
    return 0;
}

static int read_grid(const char *text)
{
    assert_int_equal(file_write_text("g.ini", text), 0);
    assert_int_equal(settings_read(&list, "g.ini"), 0);
    return grid_read(&list, &g);
}

/* The cell's name, whether it is allowed, and what it sets: "a=1 b=2 yes: x.a=1 x.b=2". */
static void expect_cell(int cell, const char *expected)
{
    char made[300];
    settings set = { .memory = list.memory };
    snprintf(made, sizeof made, "%s %s:", grid_name(&g, cell), grid_allows(&g, cell) ? "yes" : "no");
    assert_int_equal(grid_set(&g, cell, &set), 0);
    for (int i = 0; i < set.count; i++) {
        size_t used = strlen(made);
        snprintf(made + used, sizeof made - used, " %s=%s", set.entry[i].key, set.entry[i].value);
    }
    assert_string_equal(made, expected);
}

static void test_none(void **state)
{
    (void)state;
    assert_int_equal(read_grid("[run]\nseed = 1\n"), 0);
    assert_int_equal(g.axes + g.cells, 0);
}

static void test_last_axis_is_fastest(void **state)
{
    (void)state;
    assert_int_equal(read_grid("[grid]\nx.a = 1 2\nx.b = two words | 3\nwhere = x.a < 2 and x.a != 0\n"), 0);
    assert_int_equal(g.cells, 4);
    expect_cell(0, "a=1 b=two words yes: x.a=1 x.b=two words");
    expect_cell(1, "a=1 b=3 yes: x.a=1 x.b=3");
    expect_cell(2, "a=2 b=two words no: x.a=2 x.b=two words");
    expect_cell(3, "a=2 b=3 no: x.a=2 x.b=3");
}

static void test_bundles(void **state)
{
    (void)state;
    assert_int_equal(read_grid("[grid]\nkind = p q\nx.a = 1\nlabels = K A\n[kind p]\nmodel = m\nx.b = 2\n[kind q]\n"
                               "[kind unused]\nx.c = 3\n"),
                     0);
    expect_cell(0, "K=p A=1 yes: model=m x.b=2 x.a=1");
    expect_cell(1, "K=q A=1 yes: x.a=1");
}

/* A nearer file's entry has the last word, at the place of the first; so it is with printed values. */
static void test_later_wins(void **state)
{
    (void)state;
    assert_int_equal(read_grid("[grid]\nx.a = 1\nx.b = 2\npaper 9 2 = 50\n"), -1);
    expect_sentence("g.ini:4: 'paper 9 2' names no cell of the grid; write 'paper' and a value of each axis");
    assert_int_equal(settings_set(&list, "grid", "x.a", "8 9", "h.ini", 7), 0);
    assert_int_equal(settings_set(&list, "grid", "paper 9 2", "60", "h.ini", 8), 0);
    assert_int_equal(grid_read(&list, &g), 0);
    expect_cell(1, "a=9 b=2 yes: x.a=9 x.b=2");
    assert_null(grid_paper(&g, 0));
    assert_string_equal(grid_paper(&g, 1)->value, "60");
}

static void test_set_twice(void **state)
{
    (void)state;
    settings set = { 0 };
    assert_int_equal(read_grid("[grid]\nx.a = 1\nkind = p\n[kind p]\nx.a = 2\n"), 0);
    assert_int_equal(grid_set(&g, 0, &set), -1);
    expect_sentence("g.ini:5: 'x.a' is set by another axis of the grid too, in g.ini:2; delete one of the two");
    settings_free(&set);
}

static void test_stray_section(void **state)
{
    (void)state;
    assert_int_equal(read_grid("[grid]\nkind = p\n[kind p]\n[kin q]\n"), -1);
    expect_sentence(
        "g.ini:4: [kin q] is no row and belongs to no axis of the grid; the nearest axis is 'kind', or write "
        "a section of one word");
    settings_free(&list);
    assert_int_equal(read_grid("[grid]\nkind = p\n[kind p]\npaper = 3\n"), -1);
    expect_sentence(
        "g.ini:4: 'paper' is of one cell, not of [kind p]; write 'paper' and a value of each axis in [grid]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(none), TEST(last_axis_is_fastest), TEST(bundles), TEST(later_wins), TEST(set_twice), TEST(stray_section),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
