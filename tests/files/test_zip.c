/* Archives: members come out as they went in, in pieces of any size, and nothing that a file says of itself is
 * believed. */
#include "../../core/files/zip.h"
#include "../lab/npz_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static archive made;
static file_map map;
static zip opened;
static const zip_words words = { "archive of a test", "member", "write it again" };

static void open_made(int expected)
{
    save_archive(&made, own_file);
    assert_int_equal(file_map_open(own_file, &map), 0);
    assert_int_equal(zip_open(&opened, own_file, &map, words), expected);
}

static void close_made(void)
{
    zip_close(&opened);
    file_map_close(&map);
    memset(&made, 0, sizeof made);
}

enum { LONG = 100000 };
static uint8_t long_data[LONG];

static void make_two(int zip64, int method)
{
    memset(&made, 0, sizeof made);
    made.zip64 = zip64;
    for (int i = 0; i < LONG; i++)
        long_data[i] = (uint8_t)(i / 3 * 7);
    add_member(&made, "short", (const uint8_t *)"eleven byte", 11, method);
    add_member(&made, "folder/long", long_data, LONG, method);
}

/* Read in pieces of that many bytes. */
static void comes_out(const zip_entry *entry, const uint8_t *expected, size_t size, size_t piece)
{
    static uint8_t out[LONG];
    zip_stream s;
    assert_int_equal(entry->unpacked, size);
    assert_int_equal(zip_stream_open(&s, &opened, entry, entry->name), 0);
    for (size_t at = 0; at < size; at += piece)
        assert_int_equal(zip_stream_read(&s, out + at, size - at < piece ? size - at : piece), 0);
    assert_int_equal(zip_stream_read(&s, out, 0), 0);
    assert_int_equal(zip_stream_finish(&s), 0);
    zip_stream_close(&s);
    assert_memory_equal(out, expected, size);
}

static void test_members_come_out(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) {
        make_two(how % 2, how / 2 ? 8 : 0);
        open_made(0);
        assert_int_equal(opened.entries, 2);
        assert_string_equal(opened.entry[0].name, "short");
        assert_string_equal(opened.entry[1].name, "folder/long");
        assert_int_equal(opened.entry[1].deflated, how / 2);
        for (size_t piece = 1; piece <= LONG; piece = piece * 17 + 1) {
            comes_out(&opened.entry[0], (const uint8_t *)"eleven byte", 11, piece);
            comes_out(&opened.entry[1], long_data, LONG, piece < 3 ? 999 : piece);
        }
        close_made();
    }
}

static void test_no_members(void **state)
{
    (void)state;
    memset(&made, 0, sizeof made);
    open_made(0);
    assert_int_equal(opened.entries, 0);
    close_made();
    zip_close(&(zip){ 0 });
}

static void stream_fails(zip_entry *entry, size_t ask, const char *what)
{
    static uint8_t out[LONG + 10];
    zip_stream s;
    assert_int_equal(zip_stream_open(&s, &opened, entry, "its name"), 0);
    assert_true(zip_stream_read(&s, out, ask) < 0 || zip_stream_finish(&s) < 0);
    zip_stream_close(&s);
    char expected[100];
    snprintf(expected, sizeof expected, "member 'its name' is damaged: %s; write it again", what);
    expect_complaint_of(own_file, expected);
}

static void test_what_is_read_must_be_all(void **state)
{
    (void)state;
    for (int method = 0; method <= 8; method += 8) {
        make_two(0, method);
        open_made(0);
        stream_fails(&opened.entry[1], LONG - 1, "more bytes follow its last element");
        stream_fails(&opened.entry[1], LONG + 1, "its data end too soon or cannot be unpacked");
        opened.entry[1].checksum ^= 1;
        stream_fails(&opened.entry[1], LONG, "its checksum is wrong");
        close_made();
    }
    make_two(0, 8);
    open_made(0);
    opened.entry[1].unpacked -= 5; /* the directory says less than there is */
    stream_fails(&opened.entry[1], LONG, "its data are longer than said");
    close_made();
}

static void refused(const char *what)
{
    complaint_clear();
    open_made(-1);
    char expected[200];
    snprintf(expected, sizeof expected, "not a whole archive of a test: %s; write it again", what);
    expect_complaint_of(own_file, expected);
    close_made();
}

static void test_lies_of_the_directory(void **state)
{
    (void)state;
    make_two(0, 0);
    made.member[1].packed = made.member[1].unpacked = 1 << 20;
    refused("a member reaches beyond the end of the file");
    make_two(0, 0);
    made.member[1].unpacked++;
    refused("a member's size is impossible");
    make_two(0, 8);
    made.member[1].unpacked = UINT32_MAX / 2; /* more than deflate can pack so tightly */
    refused("a member's size is impossible");
    make_two(0, 0);
    made.member[1].offset += 2;
    refused("a member's header is missing");
    make_two(1, 0);
    made.member[1].offset = UINT32_MAX - 1;
    refused("a member's header is missing");
    make_two(0, 0);
    made.member[0].method = 12;
    open_made(-1);
    expect_complaint_of(own_file, "'short' is compressed in another way than deflate; ");
    close_made();
}

static void bytes_refused(const char *bytes, size_t size, const char *what)
{
    write_bytes(bytes, size);
    assert_int_equal(file_map_open(own_file, &map), 0);
    assert_int_equal(zip_open(&opened, own_file, &map, words), -1);
    expect_complaint_of(own_file, what);
    close_made();
}

static void test_what_is_no_archive(void **state)
{
    (void)state;
    bytes_refused("", 0, "it is empty");
    bytes_refused("PK\3\4", 4, "it has no zip directory at its end");
    bytes_refused("some text that is longer than the record at an end", 50, "it has no zip directory at its end");
    bytes_refused("\x93NUMPY\1\0and more than is needed", 32, "it is a single array (npy)");
}

/* Cut anywhere or with any byte changed, it is refused in a sentence, or read within its bounds. */
static void test_every_byte(void **state)
{
    (void)state;
    static uint8_t whole[ARCHIVE_MOST], out[64];
    for (int zip64 = 0; zip64 < 2; zip64++) {
        memset(&made, 0, sizeof made);
        made.zip64 = zip64;
        add_member(&made, "a", (const uint8_t *)"some bytes", 10, 8);
        add_member(&made, "b", (const uint8_t *)"others", 6, 0);
        finish_archive(&made);
        size_t size = made.size;
        memcpy(whole, made.byte, size);
        for (size_t at = 0; at < 2 * size; at++) {
            size_t length = at < size ? at : size;
            if (at >= size)
                whole[at - size] ^= 0x81;
            const file_map part = { whole, length };
            complaint_clear();
            int status = zip_open(&opened, "x", &part, words);
            assert_int_equal(status == 0, complaint() == NULL);
            for (int64_t i = 0; status == 0 && i < opened.entries; i++) {
                zip_stream s;
                if (zip_stream_open(&s, &opened, &opened.entry[i], "m") == 0 && opened.entry[i].unpacked < sizeof out)
                    (void)(zip_stream_read(&s, out, opened.entry[i].unpacked) == 0 && zip_stream_finish(&s) == 0);
                zip_stream_close(&s);
            }
            zip_close(&opened);
            if (at >= size)
                whole[at - size] ^= 0x81;
        }
    }
    complaint_clear();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, start)
    const struct CMUnitTest tests[] = {
        TEST(members_come_out),      TEST(no_members),         TEST(what_is_read_must_be_all),
        TEST(lies_of_the_directory), TEST(what_is_no_archive), TEST(every_byte),
    };
    use_file("x.zip");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
