/* The house: scripts/rooms finds nothing in this tree, and finds each kind of fault that it is there for in a copy of
 * it. */
#include "../lab/program.h"

static int make_copy(void **state)
{
    if (make_folder(state) < 0)
        return -1;
    return shell(
        "mkdir $in/scripts $in/b && cp -r core modules $in && cp scripts/rooms $in/scripts && cp -r %s/obj $in/b",
        build_place());
}

static void test_this_house_stands(void **state)
{
    (void)state;
    must_work("scripts/rooms %s", build_place());
}

/* After `fault`, a command in the copy, the script fails with these words. */
static void found(const char *fault, const char *words)
{
    must_work("cd $in && %s", fault);
    assert_int_not_equal(shell("$in/scripts/rooms b"), 0);
    if (!strstr(said, words))
        fail_msg("'%s' is not in: %s", words, said);
}

static void test_an_arrow_down_is_found(void **state)
{
    (void)state;
    found("cp core/base/arena.c kept && echo '#include \"../graph/graph.h\"' >>core/base/arena.c",
          "core/base/arena.c:");
    assert_non_null(strstr(said, "reaches from base into the later room graph"));
    found("mv kept core/base/arena.c && echo '#include \"../core/graph/graph.h\"' >>modules/moe.c", "modules/moe.c:");
    found("sed -i '$d' modules/moe.c && mkdir core/attic", "core/attic/: core/README.md does not list it");
    must_work("rmdir $in/core/attic && $in/scripts/rooms b");
}

static void test_a_call_down_and_a_circle_are_found(void **state)
{
    (void)state;
    found("touch core/base/zero.c core/graph/zero.c && "
          "echo 'int zero_graph(void); int zero_base(void); int zero_base(void) { return zero_graph(); }' | "
          "cc -c -x c - -o b/obj/core/base/zero.o && "
          "echo 'int zero_graph(void); int zero_base(void); int zero_graph(void) { return zero_base(); }' | "
          "cc -c -x c - -o b/obj/core/graph/zero.o",
          "base/zero: reaches from base into the later room graph");
    assert_non_null(strstr(said, "a circle of units"));
    assert_non_null(strstr(said, "graph/zero"));
}

/* What an older house left in the folder is counted and not believed: an object older than its source or than a header
 * of it, or of which a header is gone. */
static void test_objects_of_an_older_house_are_left_out(void **state)
{
    (void)state;
    must_work(
        "cd $in && rm core/base/zero.c core/graph/zero.c && mkdir -p b/emulated/core/device && for i in one two; do "
        "touch core/device/cuda_$i.cu core/device/cuda_$i.h && "
        "printf 'b/cuda_'$i'.o: core/device/cuda_%%s.cu \\\\\n core/device/cuda_%%s.h\n' $i $i "
        ">b/emulated/core/device/cuda_$i.d; done && object() { "
        "echo \"int one(void); int two(void); int $1(void) { return $2(); }\" | "
        "cc -c -x c - -o b/emulated/core/device/cuda_$1.o; } && object one two && object two one");
    found("true", "core, CUDA: a circle of units");
    static const char *const older[] = { "touch -d '1 hour ago' b/emulated/core/device/cuda_one.o",
                                         "touch b/emulated/core/device/cuda_one.o && sleep 0.02 && "
                                         "touch core/device/cuda_one.h",
                                         "touch b/emulated/core/device/cuda_one.o && rm core/device/cuda_one.h" };
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        must_work("cd $in && %s && scripts/rooms b", older[i]);
        expect_words(said, "objects in b are older than their sources and were not looked at; build again");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_house_stands),
        cmocka_unit_test(test_an_arrow_down_is_found),
        cmocka_unit_test(test_a_call_down_and_a_circle_are_found),
        cmocka_unit_test(test_objects_of_an_older_house_are_left_out),
    };
    return cmocka_run_group_tests(tests, make_copy, remove_folder);
}
