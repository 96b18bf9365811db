/* The book's build: it succeeds as it is, and each mistake that it must notice makes it fail, with a sentence that says
 * which. Runs scripts/book in a folder of links to the repository, in which one file at a time is another one. */
#include "../../core/base/file.h"
#include "../lab/program.h"

static int make_book_folder(void **state)
{
    return enter_folder(state) == 0
               ? shell("for name in ablations core modules results scripts tests; do ln -s '%s'/$name $name; done; "
                       "cp -r '%s/doc' doc",
                       start_folder, start_folder)
               : -1;
}

static void test_the_book_is_whole(void **state)
{
    (void)state;
    must_work("scripts/book build");
    expect_words(said, "formulas, all in order");
    assert_true(file_exists("build/book/index.html"));
}

/* With the file edited by sed the build must fail and say `words`; afterwards the file is as before. */
static void noticed(const char *file, const char *edit, const char *words)
{
    int top = (int)strcspn(file, "/");
    must_work("cp -RL %.*s kept && rm -r %.*s && cp -r kept %.*s && sed -i '%s' %s && ! cmp -s %s kept/%s", top, file,
              top, file, top, file, edit, file, file, file + top + 1);
    if (shell("scripts/book build") == 0)
        fail_msg("%s edited by %s was not noticed: %s", file, edit, said);
    expect_words(said, words);
    must_work("rm -r %.*s && mv kept %.*s", top, file, top, file);
}

static void test_an_equation_without_place(void **state)
{
    (void)state;
    noticed("doc/chapters/05-promotion.adoc", "s/^\\[\\[eq5,Eq. 5\\]\\]$//", "Eq. 5 must have one place");
    noticed("doc/chapters/05-promotion.adoc", "s/.tag{6}//", "Eq. 6 must be written once");
}

static void test_an_equation_without_code(void **state)
{
    (void)state;
    noticed("doc/chapters/07-fusion.adoc", "/^include::..\\/equation/d", "Eq. 12: no chapter includes its code");
    noticed("modules/mlf.c", "s/tag::eq12/tag::equation12/", "eq12");
}

static void test_an_equation_without_test(void **state)
{
    (void)state;
    noticed("tests/modules/test_equations.c", "/^EQUATION(eq17)$/d", "Eq. 17 has no test eq17");
    noticed("tests/golden/equations_paper.py", "s/tag::eq17/tag::equation17/", "eq17");
}

static void test_a_reference_to_nowhere(void **state)
{
    (void)state;
    noticed("doc/chapters/01-idea.adoc", "s/<<experts>>/<<nowhere>>/", "nowhere");
}

static void test_an_include_that_is_gone(void **state)
{
    (void)state;
    noticed("doc/chapters/27-reproducibility.adoc", "$a include::../../core/gone.c[]", "gone.c");
    noticed("core/graph/plan.h", "s/^typedef struct plan_buffer/typedef struct plan_piece/", "nothing begins with");
}

static void test_a_formula_that_is_not_drawn(void **state)
{
    (void)state;
    noticed("doc/chapters/07-fusion.adoc", "s/.Phi(/\\\\Fhi(/", "TeX");
    noticed("doc/chapters/07-fusion.adoc", "s/latexmath:.3 C. numbers a/\\\\latexmath:[3 C] numbers a/",
            "left as text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_book_is_whole),           cmocka_unit_test(test_an_equation_without_place),
        cmocka_unit_test(test_an_equation_without_code),    cmocka_unit_test(test_an_equation_without_test),
        cmocka_unit_test(test_a_reference_to_nowhere),      cmocka_unit_test(test_an_include_that_is_gone),
        cmocka_unit_test(test_a_formula_that_is_not_drawn),
    };
    return cmocka_run_group_tests(tests, make_book_folder, leave_folder);
}
