/* SHA-256: the vectors of FIPS 180-4, coreutils' sums at every length around a block, and the same digest however the
 * bytes come. */
#include "../../core/base/hash.h"
#include "../lab/program.h"

static hash_digest digest_of(const void *data, size_t bytes)
{
    hash_state state;
    hash_begin(&state);
    hash_add(&state, data, bytes);
    return hash_end(&state);
}

static void is(hash_digest digest, const char *expected)
{
    char text[65];
    hash_print(&digest, text);
    assert_string_equal(text, expected);
}

static void test_published_vectors(void **state)
{
    (void)state;
    static const char long_one[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    static uint8_t million[1000000];
    memset(million, 'a', sizeof million);
    is(digest_of("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    is(digest_of("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is(digest_of(long_one, 56), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    is(digest_of(million, sizeof million), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Every length about which padding decides: what sha256sum says of a file of so many bytes. */
static void test_every_length(void **state)
{
    (void)state;
    enum { MOST = 130 };
    uint8_t byte[MOST];
    for (int i = 0; i < MOST; i++)
        byte[i] = (uint8_t)(i * 37 + 1);
    write_bytes(byte, MOST);
    must_work("n=0; while [ $n -le %d ]; do head -c $n %s | sha256sum; n=$((n + 1)); done", MOST, own_file);
    char *line = said;
    for (int n = 0; n <= MOST; n++, line += strcspn(line, "\n") + 1) {
        char expected[65];
        snprintf(expected, sizeof expected, "%.64s", line);
        is(digest_of(byte, (size_t)n), expected);
    }
}

static void test_in_pieces(void **state)
{
    (void)state;
    uint8_t byte[200];
    char whole[65];
    for (int i = 0; i < 200; i++)
        byte[i] = (uint8_t)(255 - i);
    hash_digest all = digest_of(byte, sizeof byte);
    hash_print(&all, whole);
    for (size_t first = 0; first <= sizeof byte; first += 7)
        for (size_t second = 0; first + second <= sizeof byte; second += 31) {
            hash_state s;
            hash_begin(&s);
            hash_add(&s, byte, first);
            hash_add(&s, byte + first, second);
            hash_add(&s, byte + first + second, sizeof byte - first - second);
            is(hash_end(&s), whole);
        }
}

/* A text's end counts, so that the same letters cut otherwise are another key. */
static void test_texts_have_ends(void **state)
{
    (void)state;
    static const char *const cuts[][2] = { { "ab", "c" }, { "a", "bc" }, { "abc", "" }, { "abc", NULL } };
    hash_digest digest[4];
    for (int i = 0; i < 4; i++) {
        hash_state s;
        hash_begin(&s);
        hash_add_text(&s, cuts[i][0]);
        hash_add_text(&s, cuts[i][1]);
        digest[i] = hash_end(&s);
    }
    assert_memory_not_equal(&digest[0], &digest[1], sizeof *digest);
    assert_memory_not_equal(&digest[0], &digest[2], sizeof *digest);
    assert_memory_equal(&digest[2], &digest[3], sizeof *digest); /* none is an empty one */
    hash_digest bytes = digest_of("abc\0", 5);
    assert_memory_equal(&digest[2], &bytes, sizeof bytes);
}

static void test_files(void **state)
{
    (void)state;
    hash_digest digest, none = digest_of("", 0), text = digest_of("some text\n", 10);
    write_bytes("some text\n", 10);
    assert_int_equal(hash_file(own_file, &digest), 0);
    assert_memory_equal(&digest, &text, sizeof digest);
    write_bytes("", 0);
    assert_int_equal(hash_file(own_file, &digest), 0);
    assert_memory_equal(&digest, &none, sizeof digest);
    assert_int_equal(hash_file(below("gone"), &digest), -1);
    expect_complaint_of(below("gone"), "cannot read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors), cmocka_unit_test(test_every_length), cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_texts_have_ends),   cmocka_unit_test(test_files),
    };
    use_file("bytes");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
