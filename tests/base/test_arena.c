/* Arenas: what is taken is zeroed, aligned, apart from everything else, and stays where it is until the end. */
#include "../../core/base/arena.h"
#include "../lab/scratch.h"

enum { PIECES = 3000 };

static void test_pieces_stay_apart(void **state)
{
    (void)state;
    arena *a = arena_new();
    unsigned char *piece[PIECES];
    size_t size[PIECES];
    assert_non_null(a);
    for (int i = 0; i < PIECES; i++) {
        size[i] = (size_t)(i * 7919 % 601);
        piece[i] = arena_take(a, size[i]);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % 16, 0);
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], 0);
        memset(piece[i], i % 255 + 1, size[i]);
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], i % 255 + 1);
    arena_free(a);
}

/* A piece larger than a chunk, and one that fits a chunk exactly, with small ones between. */
static void test_large_pieces(void **state)
{
    (void)state;
    static const size_t sizes[] = { 24, 1 << 20, 40, 64 * 1024, 64 * 1024 + 1, 1, 3 << 20 };
    enum { COUNT = sizeof sizes / sizeof *sizes };
    arena *a = arena_new();
    unsigned char *piece[COUNT];
    assert_non_null(a);
    for (int i = 0; i < COUNT; i++) {
        piece[i] = arena_take(a, sizes[i]);
        assert_non_null(piece[i]);
        assert_int_equal(piece[i][0] | piece[i][sizes[i] - 1], 0);
        memset(piece[i], i + 1, sizes[i]);
    }
    for (int i = 0; i < COUNT; i++)
        assert_true(piece[i][0] == i + 1 && piece[i][sizes[i] - 1] == i + 1 && piece[i][sizes[i] / 2] == i + 1);
    arena_free(a);
}

static void test_texts(void **state)
{
    (void)state;
    arena *a = arena_new();
    char from[] = "letters", *text = arena_text(a, from), *none = arena_text(a, "");
    assert_non_null(text);
    from[0] = 'L';
    assert_string_equal(text, "letters");
    assert_string_equal(none, "");
    assert_ptr_not_equal(text, none);
    arena_free(a);
    arena_free(NULL);
}

static void test_no_memory(void **state)
{
    (void)state;
    arena *a = arena_new();
    char *before = arena_text(a, "kept");
    assert_null(arena_take(a, (size_t)1 << 62));
    assert_non_null(strstr(complaint(), "for an arena"));
    complaint_clear();
    assert_null(arena_take(a, SIZE_MAX)); /* rounded up, it would be none */
    assert_non_null(complaint());
    complaint_clear();
    assert_string_equal(before, "kept");
    assert_string_equal(arena_text(a, "and on"), "and on");
    arena_free(a);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, start)
    const struct CMUnitTest tests[] = { TEST(pieces_stay_apart), TEST(large_pieces), TEST(texts), TEST(no_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
