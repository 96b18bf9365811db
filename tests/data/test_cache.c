/* test_cache.c: rows come back as they were written, or rounded to float16 and nothing else; files of one kind are not
 * taken for the other; what does not fit is refused before it is written. */
#include "../../core/base/diag.h"
#include "../../core/data/cache.h"
#include "../lab/scratch.h"

#include <math.h>
#include <sys/stat.h>

enum { NUMBERS = 1001, ROWS = 5 }; /* odd, so that rows of float16 lie at odd places */

static hash_digest digest_of(int number)
{
    hash_state state;
    hash_begin(&state);
    hash_add(&state, &number, sizeof number);
    return hash_end(&state);
}

/* Numbers of all sizes that float16 has, its subnormals included, and some below. */
static void fill(float *row, int number)
{
    unsigned word = (unsigned)number * 2654435761u + 12345u;
    for (int i = 0; i < NUMBERS; i++) {
        word = word * 1664525u + 1013904223u;
        row[i] = ldexpf((float)(int)(word >> 8) / 8388608.0f - 1.0f, i % 44 - 28);
    }
}

static cache *open_cache(int key, cache_numbers numbers)
{
    hash_digest digest = digest_of(1000 + key);
    cache *c = cache_open(folder, &digest, NUMBERS, numbers);
    assert_non_null(c);
    assert_int_equal(cache_index(c), 0);
    return c;
}

static void append_rows(cache *c)
{
    float row[NUMBERS];
    for (int i = 0; i < ROWS; i++) {
        hash_digest picture = digest_of(i);
        fill(row, i);
        assert_int_equal(cache_append(c, &picture, row), 0);
    }
    assert_int_equal(cache_index(c), 0);
}

static void test_float32_rows_come_back_bit_by_bit(void **state)
{
    (void)state;
    float row[NUMBERS], room[NUMBERS];
    cache *c = open_cache(0, CACHE_FLOAT32);
    append_rows(c);
    for (int i = 0; i < ROWS; i++) {
        hash_digest picture = digest_of(i);
        fill(row, i);
        const float *got = cache_read(c, &picture, 7, NUMBERS - 7, room);
        assert_non_null(got);
        assert_memory_equal(got, row + 7, (NUMBERS - 7) * sizeof(float));
    }
    cache_close(c);
}

/* Half of the last of 11 bits; below 2^-14 the last bit stands for 2^-24. */
static double rounding_of(float value)
{
    return fmax(fabs((double)value) * 0x1p-11, 0x1p-25);
}

static void test_float16_rows_are_rounded_to_nearest(void **state)
{
    (void)state;
    float row[NUMBERS], room[NUMBERS];
    int changed = 0;
    cache *c = open_cache(1, CACHE_FLOAT16);
    append_rows(c);
    cache_close(c);
    c = open_cache(1, CACHE_FLOAT16); /* read by another program */
    for (int i = 0; i < ROWS; i++) {
        hash_digest picture = digest_of(i);
        fill(row, i);
        const float *got = cache_read(c, &picture, 3, NUMBERS - 3, room);
        assert_non_null(got);
        for (int k = 3; k < NUMBERS; k++) {
            double error = fabs((double)got[k - 3] - (double)row[k]);
            changed += error > 0;
            assert_true(error <= rounding_of(row[k]));
        }
    }
    assert_true(changed > ROWS * NUMBERS / 2); /* they were rounded indeed */
    cache_close(c);
}

static long size_of(const char *path)
{
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    return (long)found.st_size;
}

static void test_the_size_is_known_before(void **state)
{
    (void)state;
    for (int kind = CACHE_FLOAT32; kind <= CACHE_FLOAT16; kind++) {
        cache *c = open_cache(10 + kind, (cache_numbers)kind);
        long before = size_of(cache_path(c));
        assert_int_equal(cache_expect(c, ROWS), 0);
        append_rows(c);
        assert_int_equal(size_of(cache_path(c)) - before, cache_bytes(c, ROWS));
        assert_true(cache_bytes(c, 1) < (int64_t)sizeof(float) * NUMBERS / (kind + 1) + 128);
        cache_close(c);
    }
}

static void test_what_cannot_fit_is_refused(void **state)
{
    (void)state;
    cache *c = open_cache(2, CACHE_FLOAT32);
    long before = size_of(cache_path(c));
    assert_int_equal(cache_expect(c, INT64_C(1) << 50), -1);
    assert_non_null(strstr(complaint(), "are free; make room"));
    assert_non_null(strstr(complaint(), "run.features = float16"));
    complaint_clear();
    assert_int_equal(size_of(cache_path(c)), before);
    cache_close(c);
}

/* 65520 is the first that float16 rounds to infinity. */
static void test_too_large_for_float16_is_refused(void **state)
{
    (void)state;
    static const float edge[] = { 65519.0f, 65520.0f, -1e30f };
    float row[NUMBERS] = { 0 };
    cache *c = open_cache(3, CACHE_FLOAT16);
    for (int i = 0; i < 3; i++) {
        hash_digest picture = digest_of(i);
        long before = size_of(cache_path(c));
        row[NUMBERS - 1] = edge[i];
        assert_int_equal(cache_append(c, &picture, row), i == 0 ? 0 : -1);
        if (i > 0) {
            assert_non_null(strstr(complaint(), "too large for float16; set run.features = float32"));
            assert_int_equal(size_of(cache_path(c)), before);
        }
        complaint_clear();
    }
    row[NUMBERS - 1] = INFINITY; /* whoever looks for it shall find it */
    hash_digest picture = digest_of(9);
    assert_int_equal(cache_append(c, &picture, row), 0);
    assert_int_equal(cache_index(c), 0);
    assert_true(isinf(*cache_read(c, &picture, NUMBERS - 1, 1, row)));
    cache_close(c);
}

/* One key never has both kinds; a file of the other kind is begun anew rather than misread. */
static void test_the_kinds_are_not_confused(void **state)
{
    (void)state;
    cache *c = open_cache(4, CACHE_FLOAT32);
    append_rows(c);
    cache_close(c);
    c = open_cache(4, CACHE_FLOAT16);
    hash_digest picture = digest_of(0);
    assert_false(cache_has(c, &picture));
    assert_null(cache_read(c, &picture, 0, 1, NULL));
    cache_close(c);
}

static void test_damage_counts_as_missing(void **state)
{
    (void)state;
    cache *c = open_cache(5, CACHE_FLOAT16);
    append_rows(c);
    FILE *file = fopen(cache_path(c), "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 2 * (long)cache_bytes(c, 1), SEEK_SET), 0); /* in the second row */
    assert_int_equal(fputs("damage", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cache_index(c), 0);
    assert_int_equal(cache_damaged(c), 1);
    int missing = 0;
    for (int i = 0; i < ROWS; i++) {
        hash_digest picture = digest_of(i);
        missing += !cache_has(c, &picture);
    }
    assert_int_equal(missing, 1);
    cache_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_float32_rows_come_back_bit_by_bit),
        cmocka_unit_test(test_float16_rows_are_rounded_to_nearest),
        cmocka_unit_test(test_the_size_is_known_before),
        cmocka_unit_test(test_what_cannot_fit_is_refused),
        cmocka_unit_test(test_too_large_for_float16_is_refused),
        cmocka_unit_test(test_the_kinds_are_not_confused),
        cmocka_unit_test(test_damage_counts_as_missing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
