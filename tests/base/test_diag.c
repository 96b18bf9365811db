/* Complaints: the first one of a thread stays, in one line that can be shown; and memory that says what it was for. */
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <pthread.h>

static void test_the_first_one_stays(void **state)
{
    (void)state;
    assert_null(complaint());
    assert_int_equal(complain("%s is %d; make it %d", "it", 3, 4), -1);
    assert_int_equal(complain("nobody hears this"), -1);
    assert_int_equal(complain_at("x.ini", 7, "nor this"), -1);
    assert_string_equal(complaint(), "it is 3; make it 4");
    complaint_clear();
    assert_null(complaint());
    complain("the next");
    assert_string_equal(complaint(), "the next");
}

static void test_places(void **state)
{
    (void)state;
    assert_int_equal(complain_at("experiments/x.ini", 12, "'%s' is unknown", "a.b"), -1);
    expect_sentence("experiments/x.ini:12: 'a.b' is unknown");
    complain_at(NULL, 12, "no place");
    expect_sentence("no place");
    complain_at("", 3, "typed"); /* a line that is in no file */
    expect_sentence(":3: typed");
}

/* What a stranger's name holds neither ends the line nor steers a terminal. */
static void test_what_cannot_be_shown(void **state)
{
    (void)state;
    complain("'%s' is not there", "a\nb\x1b[2J\xff\xc3\xa9");
    expect_sentence("'a\\nb\\x1B[2J\\xFF\xc3\xa9' is not there");
    complain_at("x\ny.ini", 1, "here");
    expect_sentence("x\\ny.ini:1: here");
}

/* Of whatever length: it is cut, at its end, and nothing beyond is written. */
static void test_long_ones_are_cut(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 1);
    assert_non_null(text);
    for (int shown = 0; shown < 2; shown++) {
        memset(text, shown ? 'x' : '\n', LENGTH);
        text[LENGTH] = 0;
        complain("begins: %s", text);
        assert_int_equal(strncmp(complaint(), shown ? "begins: xxx" : "begins: \\n\\n", 11), 0);
        assert_true(strlen(complaint()) > 400 && strlen(complaint()) < 10000);
        assert_null(strchr(complaint(), '\n'));
        complaint_clear();
        complain_at(text, 1, "ends");
        assert_non_null(complaint());
        complaint_clear();
    }
    free(text);
}

static void *other_thread(void *said)
{
    *(const char **)said = complaint() ? "that of another thread" : NULL;
    complain("there");
    return NULL;
}

static void test_each_thread_has_its_own(void **state)
{
    (void)state;
    pthread_t thread;
    const char *heard = "";
    complain("here");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, &heard), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_null(heard);
    expect_sentence("here");
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_null(take(SIZE_MAX / 4 + 2, 4, "the moon")); /* the product would wrap round to four bytes */
    expect_complaint("bytes for the moon; ");
    assert_null(take_zeroed((size_t)1 << 62, 4, "stars"));
    expect_complaint("out of memory: 4611686018427387904 x 4 bytes for stars");
    void *kept = take(1, 8, "what stays");
    assert_non_null(kept);
    memcpy(kept, "letters", 8);
    assert_null(take_again(kept, SIZE_MAX, SIZE_MAX, "more"));
    expect_complaint("bytes for more");
    assert_string_equal(kept, "letters");
    free(kept);
}

static void test_memory(void **state)
{
    (void)state;
    void *nothing = take(0, 8, "nothing"), *zero = take_zeroed(8, 0, "nothing");
    assert_true(nothing && zero && nothing != zero);
    free(zero);
    unsigned char *grown = take_again(nothing, 1000, 1, "growing");
    assert_non_null(grown);
    memset(grown, 7, 1000);
    grown = take_again(grown, 100, 1000, "growing");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(grown[i], 7);
    free(grown);
    unsigned char *clean = take_zeroed(50, 20, "clean");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(clean[i], 0);
    free(clean);
    char *text = take_text("%s-%03d%%", "a", 5);
    assert_string_equal(text, "a-005%");
    free(text);
    assert_null(complaint());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, start)
    const struct CMUnitTest tests[] = {
        TEST(the_first_one_stays),
        TEST(places),
        TEST(what_cannot_be_shown),
        TEST(long_ones_are_cut),
        TEST(no_memory),
        TEST(each_thread_has_its_own),
        TEST(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
