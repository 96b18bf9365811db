/* Archives of arrays as they are written: what the reader finds in them is what was given, to the bit. */
#include "../../core/base/diag.h"
#include "../../core/files/npz.h"
#include "../../core/files/npz_writer.h"
#include "../lab/npz_write.h"
#include "../lab/scratch.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const float numbers[6] = { 1, -2, 0.1f, 3e38f, -0.0f, 1e-45f };
static const uint16_t halves[3] = { 0x3c00, 0x3800, 0x0001 }; /* 1, 0.5, 2^-24 */
static const int64_t wholes[2] = { -1, INT64_C(1) << 40 };
static const uint32_t words[2][3] = { { 'o', 'k', 0 }, { 0xe9, 0x4e2d, 0x1f600 } };

static void write_all(const char *path)
{
    npz_writer *w = npz_create(path);
    assert_non_null(w);
    assert_int_equal(npz_add(w, "maps", "<f4", "(1, 2, 3)", numbers, sizeof numbers), 0);
    assert_int_equal(npz_add(w, "halves", "<f2", "(3,)", halves, sizeof halves), 0);
    assert_int_equal(npz_add(w, "wholes", "<i8", "(2,)", wholes, sizeof wholes), 0);
    assert_int_equal(npz_add(w, "words", "<U3", "(2,)", words, sizeof words), 0);
    assert_int_equal(npz_add(w, "none", "<f8", "(0,)", NULL, 0), 0);
    assert_int_equal(npz_finish(w), 0);
}

static void find(const npz *file, const char *name, int rank, int64_t count, npz_array *array)
{
    assert_int_equal(npz_find(file, name, array), 1);
    assert_int_equal(array->rank, rank);
    assert_int_equal(array->count, count);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    float single[6];
    double wide[3];
    npz_array array;
    write_all(below("case.npz"));
    npz *file = npz_open(below("case.npz"));
    assert_non_null(file);
    find(file, "maps", 3, 6, &array);
    assert_int_equal(array.dim[2], 3);
    assert_int_equal(npz_read_float(file, &array, single), 0);
    assert_memory_equal(single, numbers, sizeof numbers);
    find(file, "halves", 1, 3, &array);
    assert_int_equal(npz_read_double(file, &array, wide), 0);
    assert_true(wide[0] == 1 && wide[1] == 0.5 && wide[2] == 0x1p-24);
    find(file, "wholes", 1, 2, &array);
    assert_int_equal(npz_read_double(file, &array, wide), 0);
    assert_true(wide[0] == -1 && wide[1] == 0x1p40);
    find(file, "words", 1, 2, &array);
    char **text = npz_read_text(file, &array);
    assert_non_null(text);
    assert_string_equal(text[0], "ok");
    assert_string_equal(text[1], "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
    free(text);
    find(file, "none", 1, 0, &array);
    assert_int_equal(npz_read_double(file, &array, wide), 0);
    npz_close(file);
}

static size_t read_bytes(const char *name, uint8_t *into, size_t room)
{
    FILE *from = fopen(below("%s", name), "rb");
    assert_non_null(from);
    size_t size = fread(into, 1, room, from);
    fclose(from);
    assert_true(size < room);
    return size;
}

/* No time of day and no address gets into the file; numbers begin at multiples of 64 from their member's start. */
static void test_same_arrays_same_bytes(void **state)
{
    (void)state;
    static uint8_t one[1 << 14], other[1 << 14];
    write_all(below("case.npz"));
    write_all(below("other.npz"));
    size_t size = read_bytes("case.npz", one, sizeof one);
    assert_int_equal(size, read_bytes("other.npz", other, sizeof other));
    assert_memory_equal(one, other, size);
    const uint8_t *start = memmem(one, size, "\x93NUMPY", 6), *numbers_at = memmem(one, size, numbers, sizeof numbers);
    assert_true(start && numbers_at > start && (numbers_at - start) % 64 == 0);
}

static void test_too_much_is_refused(void **state)
{
    (void)state;
    char name[80];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    npz_writer *w = npz_create(below("case.npz"));
    assert_non_null(w);
    assert_int_equal(npz_add(w, name, "<f4", "(1,)", numbers, 4), -1);
    complaint_clear();
    for (int i = 0; i < NPZ_WRITER_MOST; i++)
        assert_int_equal(npz_add(w, "a", "<f4", "(1,)", numbers, 4), 0);
    assert_int_equal(npz_add(w, "a", "<f4", "(1,)", numbers, 4), -1);
    assert_non_null(strstr(complaint(), "there are 16 already"));
    complaint_clear();
    npz_abandon(w);
    npz_abandon(NULL);
}

/* A file that may not grow looks like a full disk: the old file stays and no draft is left beside it. */
static void test_full_disk_changes_nothing(void **state)
{
    (void)state;
    static float many[1 << 12];
    struct rlimit kept, small;
    struct stat before, after;
    write_all(below("case.npz"));
    assert_int_equal(stat(below("case.npz"), &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &kept);
    small = kept;
    small.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &small);
    npz_writer *w = npz_create(below("case.npz"));
    assert_non_null(w);
    assert_int_equal(npz_add(w, "maps", "<f4", "(4096,)", many, sizeof many), 0);
    int status = npz_finish(w);
    setrlimit(RLIMIT_FSIZE, &kept);
    assert_int_equal(status, -1);
    assert_non_null(strstr(complaint(), "nothing was changed"));
    complaint_clear();
    assert_int_equal(stat(below("case.npz"), &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    unlink(below("case.npz"));
    assert_null(npz_create("/proc/ablate/case.npz"));
    assert_non_null(strstr(complaint(), "/proc/ablate"));
    complaint_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_same_arrays_same_bytes),
        cmocka_unit_test(test_too_much_is_refused),
        cmocka_unit_test(test_full_disk_changes_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
