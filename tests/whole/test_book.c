/* The book's build: it succeeds as it is, and each mistake that it must notice makes it fail, with a sentence that says
 * which. Runs scripts/book in a folder of links to the repository, in which one file at a time is another one. */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char start_folder[4096], folder[] = "/tmp/ablate-book-XXXXXX";

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...)
{
    char command[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    return system(command);
}

static int make_folder(void **state)
{
    (void)state;
    if (!getcwd(start_folder, sizeof start_folder) || !mkdtemp(folder) || chdir(folder) != 0)
        return -1;
    return shell("for name in ablations core modules results scripts tests; do ln -s '%s'/$name $name; done; "
                 "cp -r '%s/doc' doc",
                 start_folder, start_folder);
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir(start_folder) == 0 ? shell("rm -r %s", folder) : -1;
}

static char *build_book(int *status)
{
    file_map map;
    *status = shell("scripts/book build >said 2>&1");
    assert_int_equal(file_map_open("said", &map), 0);
    char *said = strndup((const char *)map.data, map.size);
    file_map_close(&map);
    return said;
}

static void test_the_book_is_whole(void **state)
{
    int status;
    (void)state;
    char *said = build_book(&status);
    if (status != 0)
        fail_msg("%s", said);
    assert_non_null(strstr(said, "formulas, all in order"));
    assert_true(file_exists("build/book/index.html"));
    free(said);
}

/* With the file edited by sed the build must fail and say `words`; afterwards the file is as before. */
static void noticed(const char *file, const char *edit, const char *words)
{
    int status;
    assert_int_equal(shell("cp -RL %.*s kept && rm -r %.*s && cp -r kept %.*s && sed -i '%s' %s && ! cmp -s %s kept/%s",
                           (int)strcspn(file, "/"), file, (int)strcspn(file, "/"), file, (int)strcspn(file, "/"), file,
                           edit, file, file, strchr(file, '/') + 1),
                     0);
    char *said = build_book(&status);
    assert_int_equal(shell("rm -r %.*s && mv kept %.*s", (int)strcspn(file, "/"), file, (int)strcspn(file, "/"), file),
                     0);
    if (status == 0)
        fail_msg("%s edited by %s was not noticed: %s", file, edit, said);
    if (!strstr(said, words))
        fail_msg("%s edited by %s: '%s' is not in: %s", file, edit, words, said);
    free(said);
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
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
