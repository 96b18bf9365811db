/* The reader of archives of arrays: all types, orders, versions and compressions, and files that lie. */
/* units: npz_number */
#include "../../core/base/diag.h"
#include "../../core/files/npz.h"
#include "../lab/npz_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

static archive made;

static const char *saved(void)
{
    const char *path = below("case.npz");
    save_archive(&made, path);
    return path;
}

static void begin(int zip64, int version)
{
    memset(&made, 0, sizeof made);
    made.zip64 = zip64;
    made.version = version;
}

/* Opens the archive made so far and reads array "a" (3, 2) as doubles, which must be `wanted`. */
static void assert_read(const double wanted[6])
{
    npz *file = npz_open(saved());
    npz_array array;
    double value[6];
    assert_non_null(file);
    assert_int_equal(npz_find(file, "a", &array), 1);
    assert_int_equal(array.rank, 2);
    assert_int_equal(array.dim[0], 3);
    assert_int_equal(array.count, 6);
    assert_int_equal(npz_read_double(file, &array, value), 0);
    for (int i = 0; i < 6; i++)
        assert_true(value[i] == wanted[i] || (isnan(value[i]) && isnan(wanted[i])));
    float narrow[6];
    if (npz_fits_float(&array)) {
        assert_int_equal(npz_read_float(file, &array, narrow), 0);
        for (int i = 0; i < 6; i++)
            assert_true((double)narrow[i] == wanted[i] || (isnan(narrow[i]) && isnan(wanted[i])));
    }
    npz_close(file);
    assert_null(complaint());
}

static void reverse(uint8_t *data, size_t n, size_t size)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < size / 2; k++) {
            uint8_t byte = data[i * size + k];
            data[i * size + k] = data[i * size + size - 1 - k];
            data[i * size + size - 1 - k] = byte;
        }
}

/* In every compression, version, byte order and form of zip. */
static void assert_type(const char *type, const void *data, size_t size, const double wanted[6])
{
    for (int form = 0; form < 24; form++) {
        uint8_t copy[64];
        char word[8];
        bool big = form & 1;
        memcpy(copy, data, 6 * size);
        if (big)
            reverse(copy, 6, size);
        snprintf(word, sizeof word, "%c%s", size == 1 ? '|' : big ? '>' : '<', type);
        begin(form >> 1 & 1, 1 + form / 8);
        add_array(&made, "a", word, "(3, 2)", 0, copy, 6 * size, form & 4 ? 8 : 0);
        assert_read(wanted);
    }
}

static void test_types(void **state)
{
    (void)state;
    assert_type("f4", (float[]){ 1, -2, 0.5f, 1e30f, 0, 3 }, 4, (double[]){ 1, -2, 0.5, (double)1e30f, 0, 3 });
    assert_type("f8", (double[]){ 0.1, -2, 1e300, 1e-300, 0, 3 }, 8, (double[]){ 0.1, -2, 1e300, 1e-300, 0, 3 });
    assert_type("u1", (uint8_t[]){ 0, 1, 2, 127, 128, 255 }, 1, (double[]){ 0, 1, 2, 127, 128, 255 });
    assert_type("b1", (uint8_t[]){ 0, 1, 1, 0, 0, 1 }, 1, (double[]){ 0, 1, 1, 0, 0, 1 });
    assert_type("i1", (int8_t[]){ 0, 1, -1, 127, -128, 5 }, 1, (double[]){ 0, 1, -1, 127, -128, 5 });
    assert_type("u2", (uint16_t[]){ 0, 1, 2, 256, 65535, 7 }, 2, (double[]){ 0, 1, 2, 256, 65535, 7 });
    assert_type("i2", (int16_t[]){ 0, 1, -2, 256, -32768, 7 }, 2, (double[]){ 0, 1, -2, 256, -32768, 7 });
    assert_type("u4", (uint32_t[]){ 0, 1, 2, 1u << 31, UINT32_MAX, 7 }, 4,
                (double[]){ 0, 1, 2, 0x1p31, 0x1p32 - 1, 7 });
    assert_type("i4", (int32_t[]){ 0, 1, -2, INT32_MIN, INT32_MAX, 7 }, 4,
                (double[]){ 0, 1, -2, -0x1p31, 0x1p31 - 1, 7 });
    assert_type("i8", (int64_t[]){ 0, 1, -2, 1LL << 40, -(1LL << 52), 7 }, 8,
                (double[]){ 0, 1, -2, 0x1p40, -0x1p52, 7 });
    assert_type("u8", (uint64_t[]){ 0, 1, 2, 1ULL << 40, 1ULL << 52, 7 }, 8, (double[]){ 0, 1, 2, 0x1p40, 0x1p52, 7 });
    /* Half precision: 1, -2, the greatest, the least normal, the least of all, infinity; then NaN and 1/3 rounded. */
    assert_type("f2", (uint16_t[]){ 0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x7C00 }, 2,
                (double[]){ 1, -2, 65504, 0x1p-14, 0x1p-24, (double)INFINITY });
    assert_type("f2", (uint16_t[]){ 0x7E00, 0x3555, 0x8000, 0xFC00, 0x83FF, 0x0000 }, 2,
                (double[]){ (double)NAN, 1365.0 / 4096, -0.0, -(double)INFINITY, -1023 * 0x1p-24, 0 });
}

/* Column-major (3, 2): the file holds column 0, then column 1. */
static void test_fortran_order(void **state)
{
    (void)state;
    begin(0, 1);
    add_array(&made, "a", "<f4", "(3, 2)", 1, (float[]){ 1, 3, 5, 2, 4, 6 }, 24, 8);
    assert_read((double[]){ 1, 2, 3, 4, 5, 6 });
    begin(0, 1);
    add_array(&made, "a", "<i2", "(2, 3, 2)", 1, (int16_t[]){ 0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11 }, 24, 0);
    npz *file = npz_open(saved());
    npz_array array;
    float value[12];
    assert_int_equal(npz_find(file, "a", &array), 1);
    assert_int_equal(npz_read_float(file, &array, value), 0);
    for (int i = 0; i < 12; i++)
        assert_true(value[i] == (float)i);
    npz_close(file);
}

/* More than a block of 4096, so that blocks join rightly. */
static void test_long_array(void **state)
{
    (void)state;
    enum { N = 20001 };
    static double data[N], value[N];
    for (int i = 0; i < N; i++)
        data[i] = i / 7.0;
    for (int method = 0; method <= 8; method += 8) {
        begin(0, 1);
        add_array(&made, "a", "<f8", "(20001,)", 0, data, sizeof data, method);
        npz *file = npz_open(saved());
        npz_array array;
        assert_int_equal(npz_find(file, "a", &array), 1);
        assert_int_equal(npz_read_double(file, &array, value), 0);
        assert_memory_equal(value, data, sizeof data);
        npz_close(file);
    }
}

static void test_text(void **state)
{
    (void)state;
    const uint32_t wide[] = { 'a', 'b', 0, 0xFC, 0x20AC, 0x1F600, 'z', 0, 0 };
    uint32_t big[9];
    memcpy(big, wide, sizeof big);
    reverse((uint8_t *)big, 9, 4);
    begin(0, 1);
    add_array(&made, "little", "<U3", "(3,)", 0, wide, sizeof wide, 8);
    add_array(&made, "big", ">U3", "(3,)", 0, big, sizeof big, 0);
    add_array(&made, "bytes", "|S4", "(2,)", 0, "one\0four", 8, 0);
    add_array(&made, "number", "<f4", "()", 0, (float[]){ 2 }, 4, 0);
    npz *file = npz_open(saved());
    npz_array array;
    const char *const names[] = { "little", "big" };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(npz_find(file, names[i], &array), 1);
        char **text = npz_read_text(file, &array);
        assert_string_equal(text[0], "ab");
        assert_string_equal(text[1], "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80");
        assert_string_equal(text[2], "z");
        free(text);
    }
    double value[2];
    assert_int_equal(npz_read_double(file, &array, value), -1);
    expect_complaint("array 'big' holds text where numbers are needed");
    assert_int_equal(npz_find(file, "bytes", &array), 1);
    char **text = npz_read_text(file, &array);
    assert_string_equal(text[0], "one");
    assert_string_equal(text[1], "four");
    free(text);
    assert_int_equal(npz_find(file, "number", &array), 1);
    assert_int_equal(array.rank, 0);
    assert_int_equal(npz_read_double(file, &array, value), 0);
    assert_true(value[0] == 2);
    assert_null(npz_read_text(file, &array));
    expect_complaint("holds numbers where text is needed");
    char list[40];
    npz_list(file, list, sizeof list);
    assert_string_equal(list, "little, big, bytes, number");
    assert_int_equal(npz_find(file, "none", &array), 0);
    npz_close(file);
}

/* What a file with this header and so many bytes of zeros is refused with. */
static void assert_header_refused(const char *header, size_t bytes, const char *words)
{
    static uint8_t npy[4096];
    const uint8_t zeros[256] = { 0 };
    npz_array array;
    begin(0, 1);
    add_member(&made, "a.npy", npy, make_npy(npy, 1, header, zeros, bytes), 0);
    npz *file = npz_open(saved());
    assert_non_null(file);
    assert_int_equal(npz_find(file, "a", &array), -1);
    expect_complaint(words);
    npz_close(file);
}

static void test_bad_headers(void **state)
{
    (void)state;
    assert_header_refused("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n", 16, "(Python objects)");
    assert_header_refused("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }\n", 16, "has type '<c8'");
    assert_header_refused("{'descr': '<f3', 'fortran_order': False, 'shape': (2,), }\n", 6, "has type '<f3'");
    assert_header_refused("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }\n", 8, "is not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 9, "9 bytes are there");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n", 8, "3 elements of 4 bytes");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }\n", 8, "is not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }\n", 8,
                          "not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 0,
                          "not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n", 4, "not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }\n", 8, "not read");
    assert_header_refused("{'descr': '<f4', 'fortran_order': False, }\n", 8, "not read");
    assert_header_refused("{'descr': '<f4', 'shape': (2,), 'shape': (2,), 'fortran_order': False}\n", 8, "not read");
    assert_header_refused("{'descr': '<f4", 8, "not read");
    assert_header_refused("", 0, "not read");
}

static void test_great_numbers_are_refused(void **state)
{
    (void)state;
    begin(0, 1);
    add_array(&made, "a", "<i8", "(2,)", 0, (int64_t[]){ 1, (1LL << 53) + 1 }, 16, 0);
    npz *file = npz_open(saved());
    npz_array array;
    double value[2];
    assert_int_equal(npz_find(file, "a", &array), 1);
    assert_int_equal(npz_read_double(file, &array, value), -1);
    expect_complaint("which is beyond 2^53");
    npz_close(file);
}

/* Reads everything of a file that may be damaged. Returns whether all of it was as it was written. */
static bool reads_whole(const uint8_t *data, size_t size)
{
    const char *path = below("damaged.npz");
    save_bytes(path, data, size);
    npz_array array;
    double value[6] = { 0 };
    npz *file = npz_open(path);
    bool whole =
        file && npz_find(file, "a", &array) == 1 && array.count == 6 && npz_read_double(file, &array, value) == 0;
    for (int i = 0; i < 6; i++)
        whole = whole && value[i] == i + 1;
    whole = whole && npz_find(file, "t", &array) == 1 && array.kind == 'S' && array.count == 1;
    char **text = whole ? npz_read_text(file, &array) : NULL;
    whole = text && !strcmp(text[0], "word");
    free(text);
    npz_close(file);
    complaint_clear();
    return whole;
}

static void make_small(int method, int zip64)
{
    begin(zip64, 1);
    add_array(&made, "a", "<f8", "(6,)", 0, (double[]){ 1, 2, 3, 4, 5, 6 }, 48, method);
    add_array(&made, "t", "|S4", "(1,)", 0, "word", 4, method);
    finish_archive(&made);
}

/* Cut anywhere, the file is refused. */
static void test_truncations(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) {
        make_small(form & 1 ? 8 : 0, form >> 1);
        assert_true(reads_whole(made.byte, made.size));
        for (size_t size = 0; size < made.size; size++)
            assert_false(reads_whole(made.byte, size));
    }
}

/* A changed byte is noticed, or changes nothing that is read (times, versions): the elements never come out wrong. */
static void test_changed_bytes(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) {
        make_small(form & 1 ? 8 : 0, form >> 1);
        for (size_t at = 0; at < made.size; at++)
            for (int change = 1; change < 256; change += 254) {
                made.byte[at] ^= (uint8_t)change;
                const char *path = below("damaged.npz");
                save_bytes(path, made.byte, made.size);
                npz_array array;
                double value[6];
                npz *file = npz_open(path);
                if (file && npz_find(file, "a", &array) == 1 && array.count == 6 && array.kind == 'f' &&
                    array.size == 8 && npz_read_double(file, &array, value) == 0)
                    for (int i = 0; i < 6; i++)
                        assert_true(value[i] == i + 1);
                npz_close(file);
                complaint_clear();
                made.byte[at] ^= (uint8_t)change;
            }
    }
}

/* A member that claims to unpack to more than deflate can make is refused before memory is taken. */
static void test_bomb(void **state)
{
    (void)state;
    begin(0, 1);
    add_array(&made, "a", "<f8", "(6,)", 0, (double[]){ 1, 2, 3, 4, 5, 6 }, 48, 8);
    made.member[0].unpacked = 4000000000u;
    assert_null(npz_open(saved()));
    expect_complaint("size is impossible");
}

static void test_not_archives(void **state)
{
    (void)state;
    assert_null(npz_open(below("missing.npz")));
    expect_complaint("missing.npz: cannot read");
    save_bytes(below("other.npz"), (const uint8_t *)"", 0);
    assert_null(npz_open(below("other.npz")));
    expect_complaint("it is empty");
    save_bytes(below("other.npz"), (const uint8_t *)"hello, this is no archive of any kind at all", 44);
    assert_null(npz_open(below("other.npz")));
    expect_complaint("no zip directory");
    uint8_t npy[128];
    save_bytes(below("other.npz"), npy,
               make_npy(npy, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "........", 8));
    assert_null(npz_open(below("other.npz")));
    expect_complaint("it is a single array (npy)");
    begin(0, 1);
    add_array(&made, "a", "<f4", "(1,)", 0, (float[]){ 1 }, 4, 0);
    made.member[0].method = 12; /* bzip2 */
    assert_null(npz_open(saved()));
    expect_complaint("'a.npy' is compressed in another way than deflate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),       cmocka_unit_test(test_fortran_order),
        cmocka_unit_test(test_long_array),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_bad_headers), cmocka_unit_test(test_great_numbers_are_refused),
        cmocka_unit_test(test_truncations), cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_bomb),        cmocka_unit_test(test_not_archives),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
