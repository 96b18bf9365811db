/* The engine by itself: a stranger's program of one page learns a curve with it; what the library needs of others; what
 * it says of mistakes. */
/* units: graph/engine */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/engine.h"

enum { LINE = 512 };

static const char *built(const char *name)
{
    static char path[LINE - 8];
    snprintf(path, sizeof path, "%s/%s", getenv("ABLATE_BUILD"), name);
    return path;
}

static FILE *listen(const char *command)
{
    FILE *said = popen(command, "r"); /* NOLINT(cert-env33-c): the test's own words */
    assert_non_null(said);
    return said;
}

/* ---- a program of one page ---- */

static void test_program_is_short_and_knows_one_header(void **state)
{
    (void)state;
    FILE *source = fopen("tests/whole/engine_small.c", "r");
    char line[LINE];
    int lines = 0, ours = 0;
    assert_non_null(source);
    for (; fgets(line, sizeof line, source); lines++) {
        bool include = strncmp(line, "#include \"", 10) == 0;
        assert_true(!include || strcmp(line, "#include \"engine.h\"\n") == 0);
        ours += include;
    }
    fclose(source);
    assert_int_equal(ours, 1);
    assert_in_range(lines, 10, 40);
}

static void test_program_learns_its_curve(void **state)
{
    (void)state;
    FILE *said = listen(built("tests/engine_small"));
    char line[LINE], last[LINE] = "";
    double error, before = INFINITY, worst = INFINITY;
    int step, steps = 0;
    while (fgets(line, sizeof line, said)) {
        if (sscanf(line, "step %d: mean square error %lf", &step, &error) == 2) {
            assert_true(error < before / 2);
            before = error;
            steps++;
        }
        snprintf(last, sizeof last, "%s", line);
    }
    assert_int_equal(pclose(said), 0);
    assert_int_equal(steps, 5);
    assert_int_equal(sscanf(last, "the curve is off by %lf at most", &worst), 1);
    assert_true(worst < 0.01);
}

/* ---- what the library needs ---- */

static bool is_defined(const char *symbol, char *const *own, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(own[i], symbol) == 0)
            return true;
    return false;
}

/* Beside its own symbols those of the C library, of its mathematics, and of the loops of threads that the compiler
 * makes; a build for sanitizers has theirs. */
static void test_library_needs_nothing_else(void **state)
{
    (void)state;
    static const char *const libraries[] = { "libc.so.6", "libm.so.6", "libgomp.so.1" };
    void *library[3];
    char command[LINE], line[LINE], symbol[LINE], kind, *own[4096];
    int count = 0, needed = 0;
    for (int i = 0; i < 3; i++)
        assert_non_null(library[i] = dlopen(libraries[i], RTLD_NOW));
    snprintf(command, sizeof command, "nm %s", built("libablate-engine.a"));
    FILE *said = listen(command);
    while (fgets(line, sizeof line, said))
        if (sscanf(line, "%*x %c %511s", &kind, symbol) == 2 && strchr("TDBRVWC", kind) && count < 4096)
            own[count++] = strdup(symbol);
    assert_int_equal(pclose(said), 0);
    assert_in_range(count, 100, 4095);
    said = listen(command);
    while (fgets(line, sizeof line, said)) {
        if (sscanf(line, " U %511s", symbol) != 1 || is_defined(symbol, own, count))
            continue;
        bool known = strcmp(symbol, "_GLOBAL_OFFSET_TABLE_") == 0 || strncmp(symbol, "__asan_", 7) == 0 ||
                     strncmp(symbol, "__ubsan_", 8) == 0;
        for (int i = 0; i < 3; i++)
            known = known || dlsym(library[i], symbol);
        if (!known)
            fail_msg("libablate-engine.a needs '%s', which is not its own nor the C library's", symbol);
        needed++;
    }
    assert_int_equal(pclose(said), 0);
    assert_true(needed > 10);
    for (int i = 0; i < count; i++)
        free(own[i]);
}

/* ---- what it computes and what it says ---- */

typedef struct line_fit { /* y = w x, two points */
    engine *engine;
    ablate_value *x, *y, *w, *out;
} line_fit;

static line_fit fit_open(const char *adam, uint64_t steps)
{
    line_fit f = { .engine = engine_open("cpu", 1, 7) };
    if (!f.engine)
        fail_msg("%s", engine_trouble());
    ablate_builder *b = engine_builder(f.engine);
    f.x = engine_input(f.engine, "x", 2, 1);
    f.y = engine_input(f.engine, "y", 2, 1);
    f.w = ablate_param(b, "w", "ones", 1, 1);
    f.out = ablate_op(b, "matmul", NULL, f.x, f.w);
    ablate_loss(b, "error",
                ablate_op(b, "sum", "all=1", ablate_op(b, "square", NULL, ablate_op(b, "sub", NULL, f.out, f.y))), 2);
    engine_ready(f.engine, adam, steps);
    return f;
}

static void test_numbers_by_hand(void **state)
{
    (void)state;
    const float x[] = { 1, 2 }, y[] = { 3, 5 }, two[] = { 2 };
    float out[2], w[1], slope[1];
    double loss = 0;
    line_fit f = fit_open("rate=0.5", 0);
    engine_put(f.engine, f.x, x);
    engine_put(f.engine, f.y, y);
    engine_get(f.engine, f.out, out);
    assert_true(out[0] == 1 && out[1] == 2);
    assert_int_equal(engine_step(f.engine, &loss), 0);
    assert_true(loss == 2 * (4 + 9)); /* twice the squares of 1 - 3 and 2 - 5 */
    engine_gradient(f.engine, f.w, slope);
    assert_true(slope[0] == 2 * (2 * -2 * 1 + 2 * -3 * 2));
    engine_get(f.engine, f.w, w);
    assert_true(fabsf(w[0] - 1.5f) < 1e-6f); /* Adam's first step is its rate, down the slope */
    engine_put(f.engine, f.w, two);
    engine_get(f.engine, f.out, out);
    assert_true(out[0] == 2 && out[1] == 4);
    assert_null(engine_trouble());
    engine_close(f.engine);
}

/* Without moments a step is the rate, down the slope: of seven, the last, being beyond four fifths of 5.6, a tenth. */
static void test_the_rate_drops(void **state)
{
    (void)state;
    enum { STEPS = 7 };
    const float x[] = { 1, 2 }, y[] = { 30, 50 };
    float before = 1, w[1];
    line_fit f = fit_open("rate=0.5 beta1=0 beta2=0 schedule=step", STEPS);
    engine_put(f.engine, f.x, x);
    engine_put(f.engine, f.y, y);
    for (int step = 0; step < STEPS; step++) {
        assert_int_equal(engine_step(f.engine, NULL), 0);
        engine_get(f.engine, f.w, w);
        assert_true(fabsf(w[0] - before - (step < 6 ? 0.5f : 0.05f)) < 4e-6f); /* a few roundings of numbers up to 4 */
        before = w[0];
    }
    assert_null(engine_trouble());
    engine_close(f.engine);
}

static void expect(const char *words)
{
    if (!engine_trouble() || !strstr(engine_trouble(), words))
        fail_msg("'%s' should say '%s'", engine_trouble() ? engine_trouble() : "nothing", words);
    engine_trouble_clear();
}

static void test_mistakes(void **state)
{
    (void)state;
    float numbers[2] = { 1, NAN };
    double loss;
    assert_null(engine_open("abacus", 0, 1));
    expect("device 'abacus'");
    line_fit f = fit_open("speed=3", 0);
    expect("speed");
    assert_int_equal(engine_step(f.engine, &loss), -1);
    expect("before engine_ready");
    engine_ready(f.engine, "schedule=cosine", 0);
    expect("how many steps");
    engine_close(f.engine);
    f = fit_open(NULL, 0);
    assert_int_equal(engine_step(f.engine, &loss), -1);
    expect("input 'x' has no numbers yet");
    engine_put(f.engine, f.x, numbers);
    engine_put(f.engine, f.y, numbers);
    assert_int_equal(engine_step(f.engine, &loss), -1);
    expect("not finite");
    assert_int_equal(engine_get(f.engine, f.w, numbers), 0);
    assert_true(numbers[0] == 1); /* as it was */
    assert_int_equal(engine_put(f.engine, f.out, numbers), -1);
    expect("neither an input nor a parameter");
    assert_int_equal(engine_gradient(f.engine, f.x, numbers), -1);
    expect("no parameter");
    ablate_value *late = ablate_op(engine_builder(f.engine), "square", NULL, f.out);
    assert_int_equal(engine_get(f.engine, late, numbers), -1);
    expect("not in the graph when engine_ready");
    assert_int_equal(engine_ready(f.engine, NULL, 0), -1);
    expect("called twice");
    ablate_op(engine_builder(f.engine), "square", NULL, ablate_op(engine_builder(f.engine), "wheel", NULL, f.x));
    expect("test_engine.c:"); /* where the call stands */
    engine_close(f.engine);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    float numbers[2] = { 1, 2 };
    double loss;
    assert_null(engine_open(NULL, 0, 1));
    expect("a device's name");
    assert_null(engine_open("cpu", -5, 1));
    expect("threads");
    assert_int_equal(engine_ready(NULL, NULL, 0), -1);
    expect("engine_ready is given no engine");
    assert_int_equal(engine_step(NULL, &loss), -1);
    expect("engine_step is given no engine");
    line_fit f = fit_open(NULL, 0);
    assert_int_equal(engine_put(f.engine, NULL, numbers), -1);
    expect("engine_put is given NULL");
    assert_int_equal(engine_get(f.engine, f.out, NULL), -1);
    expect("engine_get is given NULL");
    assert_int_equal(engine_gradient(f.engine, f.w, numbers), -1);
    expect("no step was taken yet");
    ablate_loss(engine_builder(f.engine), "late", ablate_op(engine_builder(f.engine), "sum", "all=1", f.out), 1);
    assert_int_equal(engine_step(f.engine, &loss), -1);
    expect("added after engine_ready");
    engine_input(f.engine, "z", 2, 1);
    expect("'z' comes after engine_ready");
    engine_close(f.engine);
}

static void test_nothing_to_learn(void **state)
{
    (void)state;
    engine *e = engine_open("cpu", 1, 7);
    assert_int_equal(engine_ready(e, NULL, 0), -1);
    expect("the graph is empty");
    ablate_value *x = engine_input(e, "x", 2, 1);
    engine_input(e, "x", 2, 1);
    expect("'x' is there already");
    ablate_loss(engine_builder(e), "error", ablate_op(engine_builder(e), "sum", "all=1", x), 1);
    assert_int_equal(engine_ready(e, NULL, 0), -1);
    expect("no parameter that could lower it");
    engine_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program_is_short_and_knows_one_header),
        cmocka_unit_test(test_program_learns_its_curve),
        cmocka_unit_test(test_library_needs_nothing_else),
        cmocka_unit_test(test_numbers_by_hand),
        cmocka_unit_test(test_the_rate_drops),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_nothing_to_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
