/* Chains of files: which entries lie over which, and what a file leaves out of its bases. */
#include "../../core/experiment/chain.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static settings whole;

static int begin(void **state)
{
    (void)state;
    complaint_clear();
    whole = (settings){ .memory = arena_new() };
    assert_int_equal(file_write_text("root.ini", "[experiment]\ntitle = root\n[run]\nseed = 1\n[row r]\nrun.seed = 2\n"
                                                 "[columns]\nmetrics = aupro\nwords = a:A\n[scale s]\nrun.seed = 3\n"),
                     0);
    assert_int_equal(file_write_text("scale/s.ini", "[experiment]\nnote = small\n[run]\nseed = 4\n"), 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    settings_free(&whole);
    return 0;
}

/* The entries in order, without the lines of sections' names: "[run] seed=1 [row r] run.seed=2". */
static void expect_chain(const char *path, const char *scale, const char *expected)
{
    char made[1000] = "";
    const char *section = "";
    if (chain_read(path, scale, &whole) != 0)
        fail_msg("%s", complaint());
    for (int i = 0; i < whole.count; i++) {
        const settings_entry *e = &whole.entry[i];
        size_t used = strlen(made);
        if (!*e->key)
            continue;
        if (strcmp(section, e->section) != 0)
            used += (size_t)snprintf(made + used, sizeof made - used, "%s[%s]", used ? " " : "", e->section);
        section = e->section;
        snprintf(made + used, sizeof made - used, " %s=%s", e->key, e->value);
    }
    assert_string_equal(made, expected);
}

static void refused(const char *text, const char *scale, const char *words)
{
    assert_int_equal(file_write_text("a.ini", text), 0);
    assert_int_equal(chain_read("a.ini", scale, &whole), -1);
    expect_sentence(words);
}

static void test_alone(void **state)
{
    (void)state;
    expect_chain("root.ini", NULL,
                 "[experiment] title=root [run] seed=1 [row r] run.seed=2 [columns] metrics=aupro words=a:A");
}

/* Root, scale's file, root's section of the scale. */
static void test_scale_over_root(void **state)
{
    (void)state;
    expect_chain("root.ini", "s",
                 "[experiment] title=root [run] seed=1 [row r] run.seed=2 [columns] metrics=aupro words=a:A "
                 "[experiment] note=small [run] seed=4 seed=3");
}

/* A file without rows keeps those of its base, but not what the base says of its own report. */
static void test_nearer_file(void **state)
{
    (void)state;
    assert_int_equal(file_write_text("a.ini", "base = root.ini\n[run]\nseed = 5\n"), 0);
    expect_chain("a.ini", NULL, "[run] seed=1 [row r] run.seed=2 [columns] metrics=aupro words=a:A [run] seed=5");
}

/* Rows, a grid and what its values stand for take the place of the base's, with what is said about them. */
static void test_own_rows(void **state)
{
    (void)state;
    assert_int_equal(file_write_text("sub/a.ini", "base = ../root.ini\n[grid]\nrun.seed = 6 7\n"), 0);
    expect_chain(
        "sub/a.ini", "s",
        "[run] seed=1 [columns] metrics=aupro [experiment] note=small [run] seed=4 seed=3 [grid] run.seed=6 7");
}

static void test_refusals(void **state)
{
    (void)state;
    refused("base = a.ini\n", NULL, "a.ini:1: base 'a.ini' leads back to a.ini; break the circle");
    refused("base = root.ini\nseed = 1\n", NULL,
            "a.ini:2: 'seed' stands before the first [section], where only 'base' may; move it");
    refused("base = root.ini\n[scale none]\nrun.seed = 1\n", NULL,
            "a.ini:2: there is no scale 'none': scale/none.ini is missing");
    refused("base = root.ini\n[scale s]\nseed = 1\n", NULL, "a.ini:3: 'seed=1' must look like section.key=value");
    refused("base = root.ini\n", "none",
            "there is no scale 'none': scale/none.ini is missing; choose one that is there");
    refused("base = root.ini\n", "a/b",
            "'a/b' is no name of a scale; give one of the names in scale/, without '/' and .ini");
    assert_int_equal(file_write_text("scale/t.ini", "[row x]\n"), 0);
    refused("base = root.ini\n", "t",
            "scale/t.ini:1: a scale holds for every experiment, so it has no [row x]; move it");
    assert_int_equal(file_write_text("scale/t.ini", "base = s.ini\n"), 0);
    refused("base = root.ini\n", "t", "scale/t.ini:1: 'base' stands before the first [section]; move it into one");
    assert_int_equal(chain_read("none.ini", NULL, &whole), -1);
    expect_sentence("none.ini: there is no such file; give the path of an experiment");
}

static void test_long_chain(void **state)
{
    (void)state;
    char name[16], text[32];
    for (int i = 0; i < 17; i++) {
        snprintf(name, sizeof name, "%d.ini", i);
        snprintf(text, sizeof text, "base = %d.ini\n", i + 1);
        assert_int_equal(file_write_text(name, i < 16 ? text : "[run]\nseed = 1\n"), 0);
    }
    expect_chain("1.ini", NULL, "[run] seed=1");
    assert_int_equal(chain_read("0.ini", NULL, &whole), -1);
    expect_sentence("15.ini:1: the chain of bases has more than 16 files; shorten it");
}

static void test_rest_of_a_name(void **state)
{
    (void)state;
    assert_string_equal(chain_section_rest("row  a b", "row"), "a b");
    assert_string_equal(chain_section_rest("row ", "row"), "");
    assert_null(chain_section_rest("row", "row"));
    assert_null(chain_section_rest("rows a", "row"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alone),    TEST(scale_over_root), TEST(nearer_file),    TEST(own_rows),
        TEST(refusals), TEST(long_chain),      TEST(rest_of_a_name),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
