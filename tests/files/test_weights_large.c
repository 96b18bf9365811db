/* Weights files that would fill the memory if they were believed or copied: five gigabytes, and archives that are small
 * until they are unpacked. */
#include "../../core/files/weights.h"
#include "../lab/pickle_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <fcntl.h>
#include <math.h>
#include <sys/resource.h>

enum { MEGABYTE = 1 << 20 };
static const int64_t large = 1310720000; /* float32: 5 GB */

/* Most bytes of memory that this process ever held. */
static int64_t peak(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return (int64_t)usage.ru_maxrss * 1024;
}

/* A file with a hole: a tensor of 5 GB and, behind it, one of four numbers. */
static bool write_large(void)
{
    static const float small[4] = { 1, 2, 3, 4 };
    char header[300];
    long long end = (long long)large * 4;
    int n = snprintf(header + 8, sizeof header - 8,
                     "{\"large\":{\"dtype\":\"F32\",\"shape\":[%lld],\"data_offsets\":[0,%lld]},"
                     "\"small\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[%lld,%lld]}}",
                     (long long)large, end, end, end + 16);
    memset(header, 0, 8);
    header[0] = (char)(n & 255);
    header[1] = (char)(n >> 8);
    int file = open(own_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0 && pwrite(file, header, (size_t)n + 8, 0) == n + 8);
    bool room = pwrite(file, small, sizeof small, n + 8 + end) == sizeof small;
    assert_int_equal(close(file), 0);
    return room;
}

static void five_gigabytes_are_not_copied(void **state)
{
    (void)state;
    float numbers[4] = { 0 };
    if (!write_large()) /* a file system without holes, or too small */
        skip();
    int64_t before = peak();
    weights *w = weights_open(own_file);
    if (!w)
        fail_msg("%s", complaint());
    assert_int_equal(weights_find(w, "large")->count, large);
    assert_int_equal(weights_load(w, "small", numbers), 0);
    assert_true(numbers[0] == 1 && numbers[3] == 4);
    weights_close(w);
    assert_in_range(peak() - before, 0, 64 * MEGABYTE);
}

/* ---- archives ---- */

static archive made;
static pickle code;

/* An archive whose pickle is made of `n` zeros that were packed, said to be `said` bytes. */
static void write_bomb(size_t n, uint32_t said)
{
    static const uint8_t zeros[MEGABYTE];
    memset(&made, 0, sizeof made);
    add_member(&made, "x/data.pkl", zeros, n, 8);
    made.member[0].unpacked = said;
    finish_archive(&made);
    write_bytes(made.byte, made.size);
}

static void what_unpacks_to_more_is_refused(void **state)
{
    (void)state;
    int64_t before = peak();
    write_bomb(MEGABYTE, MEGABYTE);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "'x/data.pkl' is compressed");
    write_bomb(MEGABYTE, UINT32_MAX - 1);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "a member's size is impossible");
    assert_in_range(peak() - before, 0, 64 * MEGABYTE);
}

static const tensor_words eight = { "Half", "0", 8, 0, 1, { 8 }, { 1 }, false, false };

/* Dictionary of `n` tensors a, b, ..., all of the same eight halves. */
static void write_state(int n, const uint16_t half[8])
{
    memset(&made, 0, sizeof made);
    code.size = 0;
    pickle_code(&code, "\x80\x02}");
    for (int i = 0; i < n; i++) {
        pickle_text(&code, (char[]){ (char)('a' + i), 0 });
        pickle_tensor(&code, &eight);
        pickle_code(&code, "s");
    }
    pickle_code(&code, ".");
    add_member(&made, "x/data.pkl", code.byte, code.size, 0);
    add_member(&made, "x/data/0", (const uint8_t *)half, 16, 0);
    finish_archive(&made);
    write_bytes(made.byte, made.size);
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    uint16_t half[8] = { 0x3C00, 0x3C00, 0x3C00, 0x7E00, 0x3C00, 0x3C00, 0x3C00, 0x3C00 };
    float out[8];
    for (int i = 0; i < 2; i++) {
        half[3] = i ? 0xFC00 : 0x7E00;
        write_state(1, half);
        weights *w = weights_open(own_file);
        assert_non_null(w);
        assert_int_equal(weights_load(w, "a", out), -1);
        expect_complaint_of(own_file, i ? "'a' holds an infinity at element 3" : "'a' holds a NaN at element 3");
        weights_close(w);
    }
}

/* Tied weights are one storage under several names. */
static void a_storage_may_have_several_names(void **state)
{
    (void)state;
    static const uint16_t half[8] = { 0x3C00, 0x4000 };
    float out[8];
    write_state(20, half);
    weights *w = weights_open(own_file);
    assert_non_null(w);
    assert_int_equal(weights_count(w), 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(weights_load(w, (char[]){ (char)('a' + i), 0 }, out), 0);
        assert_true(out[0] == 1 && out[1] == 2 && out[7] == 0);
    }
    weights_close(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(five_gigabytes_are_not_copied),
        TEST(what_unpacks_to_more_is_refused),
        TEST(numbers_that_are_none_are_refused),
        TEST(a_storage_may_have_several_names),
    };
    use_file("x.pt");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
