/* What the runs of one command share: data opened once, pictures known by their bytes, masks and caches kept, and one
 * digest of all that a result is judged on. */
#include "../../core/data/session.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"

static session s;
static settings none;
static const input_settings input = { .size = 32 };

/* Two good pictures for training; two defective ones with masks and a good one for test. */
static int make_set(void **state)
{
    if (make_folder(state) < 0)
        return -1;
    copy_file(GOLDEN "wide.png", below("set/pin/train/good/0.png"));
    copy_file(GOLDEN "tall.png", below("set/pin/train/good/1.png"));
    copy_file(GOLDEN "wide.png", below("set/pin/test/good/0.png"));
    copy_file(GOLDEN "mask.png", below("set/pin/test/bent/0.png"));
    copy_file(GOLDEN "mask.png", below("set/pin/ground_truth/bent/0_mask.png"));
    copy_file(GOLDEN "mask_bit.png", below("set/pin/test/bent/1.png"));
    copy_file(GOLDEN "mask_bit.png", below("set/pin/ground_truth/bent/1_mask.png"));
    return session_open(&s, "cpu", 1, NULL, NULL);
}

static int close_set(void **state)
{
    session_close(&s);
    settings_free(&none);
    none = (settings){ 0 };
    return remove_folder(state);
}

static const dataset *open_spec(const char *under)
{
    char spec[200];
    snprintf(spec, sizeof spec, "folder:%s", below("%s", under));
    const dataset *d = session_data(&s, spec, &none);
    if (!d)
        fail_msg("%s", complaint());
    return d;
}

static int index_of(const dataset *d, const char *name)
{
    for (int i = 0; i < d->pictures; i++)
        if (strcmp(d->picture[i].name, name) == 0)
            return i;
    fail_msg("there is no picture '%s'", name);
    return -1;
}

/* The same list as long as spec and the module's own settings are the same. */
static void test_data_are_opened_once(void **state)
{
    (void)state;
    const dataset *d = open_spec("set");
    const picture *list = d->picture;
    assert_int_equal(d->pictures, 5);
    assert_int_equal(settings_set_text(&none, "other.key=1", "test", 1), 0); /* of nobody here */
    assert_ptr_equal(open_spec("set")->picture, list);
    must_work("cp -r $in/set $in/more && cp $in/set/pin/train/good/0.png $in/more/pin/train/good/2.png");
    assert_int_equal(open_spec("more")->pictures, 6);
    assert_int_equal(open_spec("set")->pictures, 5);
    assert_int_equal(settings_set_text(&none, "folder.classes=nut", "test", 2), 0); /* the module's */
    char spec[200];
    snprintf(spec, sizeof spec, "folder:%s", below("set"));
    assert_null(session_data(&s, spec, &none));
    expect_complaint("nut");
}

static void test_what_is_refused(void **state)
{
    (void)state;
    session other;
    assert_int_equal(session_open(&other, "nothing", 1, NULL, NULL), -1);
    expect_complaint("nothing");
    session_close(&other);
    assert_null(session_data(&s, "folder:/nowhere", &none));
    expect_complaint("/nowhere");
    char inside[200], spec[200];
    snprintf(inside, sizeof inside, "%s", below("set/pin/train/cache"));
    snprintf(spec, sizeof spec, "folder:%s", below("set"));
    assert_int_equal(session_open(&other, "cpu", 1, NULL, inside), 0);
    assert_null(session_data(&other, spec, &none)); /* rows there would be pictures the next time */
    expect_complaint("--cache");
    session_close(&other);
}

/* The same bytes under two names are one picture, others are not; and they are the same in the next session. */
static void test_pictures_are_known_by_their_bytes(void **state)
{
    (void)state;
    const dataset *d = open_spec("set");
    int trained = index_of(d, "pin/train/good/0"), tested = index_of(d, "pin/test/good/0");
    int other = index_of(d, "pin/train/good/1");
    hash_digest first = *session_identity(&s, trained), file;
    assert_int_equal(hash_file(d->picture[trained].path, &file), 0);
    assert_memory_equal(session_identity(&s, tested), &first, sizeof first);
    assert_memory_not_equal(session_identity(&s, other), &first, sizeof first);
    must_work("rm $in/set/pin/train/good/0.png"); /* it was read already */
    assert_memory_equal(session_identity(&s, trained), &first, sizeof first);
    session_close(&s);
    assert_int_equal(session_open(&s, "cpu", 1, NULL, NULL), 0);
    d = open_spec("set");
    assert_memory_equal(session_identity(&s, index_of(d, "pin/test/good/0")), &first, sizeof first);
    must_work("rm $in/set/pin/train/good/1.png");
    assert_null(session_identity(&s, index_of(d, "pin/train/good/1")));
    expect_complaint("1.png");
}

static hash_digest digest(void)
{
    hash_digest d;
    open_spec("set");
    if (session_data_digest(&s, &d) < 0)
        fail_msg("%s", complaint());
    session_close(&s);
    assert_int_equal(session_open(&s, "cpu", 1, NULL, NULL), 0);
    return d;
}

/* Whatever a result is judged on is in it: bytes of pictures and of masks, and what each counts as. */
static void test_the_digest_of_all(void **state)
{
    (void)state;
    static const char *const changes[] = { "cp $in/set/pin/train/good/1.png $in/set/pin/train/good/0.png",
                                           "cp $in/set/pin/ground_truth/bent/1_mask.png "
                                           "$in/set/pin/ground_truth/bent/0_mask.png",
                                           "mv $in/set/pin/test/good/0.png $in/set/pin/train/good/2.png && "
                                           "cp $in/set/pin/train/good/1.png $in/set/pin/test/good/0.png",
                                           "mv $in/set/pin/test/bent $in/set/pin/test/best && "
                                           "mv $in/set/pin/ground_truth/bent $in/set/pin/ground_truth/best" };
    enum { CHANGES = sizeof changes / sizeof *changes };
    hash_digest had[CHANGES + 1];
    had[0] = digest();
    for (int i = 0; i < CHANGES; i++) {
        must_work("%s", changes[i]);
        had[i + 1] = digest();
        hash_digest again = digest();
        assert_memory_equal(&again, &had[i + 1], sizeof again);
        for (int k = 0; k <= i; k++)
            assert_memory_not_equal(&had[k], &had[i + 1], sizeof again);
    }
}

static int bits(const uint8_t *mask, int size)
{
    int count = 0;
    for (int i = 0; i < size * size; i++) {
        assert_true(mask[i] <= 1);
        count += mask[i];
    }
    return count;
}

/* Of the test pictures in their order; a good one's is empty, and what was made stays until another rule. */
static void test_masks(void **state)
{
    (void)state;
    const dataset *d = open_spec("set");
    const mask_rule nearest = { IMAGE_NEAREST, 0 }, half = { IMAGE_BILINEAR, 0.5 },
                    grey = { IMAGE_BILINEAR, IMAGE_GREY };
    const uint8_t *masks = session_masks(&s, &input, nearest);
    assert_non_null(masks);
    int at = 0, marked = 0, area = input.size * input.size;
    for (int i = 0; i < d->pictures; i++) {
        if (!d->picture[i].test)
            continue;
        int found = bits(masks + at++ * area, input.size);
        assert_int_equal(found > 0, !d->picture[i].good);
        marked += found;
    }
    assert_int_equal(at, 3);
    assert_ptr_equal(session_masks(&s, &input, nearest), masks);
    masks = session_masks(&s, &input, (mask_rule){ IMAGE_BILINEAR, 0 }); /* whatever a defect touches */
    int touched = 0;
    for (int i = 0; i < 3; i++)
        touched += bits(masks + i * area, input.size);
    assert_true(touched > marked);
    const input_settings smaller = { .size = 16 };
    masks = session_masks(&s, &smaller, half);
    int fewer = 0;
    for (int i = 0; i < 3; i++)
        fewer += bits(masks + i * 16 * 16, 16);
    assert_true(fewer > 0 && 3 * fewer < marked); /* a quarter of the pixels */
    masks = session_masks(&s, &input, grey);
    int greatest = 0;
    for (int i = 0; i < 3 * area; i++)
        greatest = masks[i] > greatest ? masks[i] : greatest;
    assert_int_equal(greatest, 255);
}

/* A key has one cache for as long as the session lasts; more kinds than there may be are refused. */
static void test_caches(void **state)
{
    (void)state;
    session_close(&s);
    char place[100];
    snprintf(place, sizeof place, "%s", below("cache"));
    assert_int_equal(session_open(&s, "cpu", 1, NULL, place), 0);
    hash_digest key = { { 1 } };
    cache *first = session_cache(&s, &key, 3, CACHE_FLOAT32);
    assert_non_null(first);
    assert_ptr_equal(session_cache(&s, &key, 3, CACHE_FLOAT32), first);
    for (int i = 1; i < SESSION_CACHES; i++) {
        key.byte[1] = (uint8_t)i;
        assert_ptr_not_equal(session_cache(&s, &key, 3, CACHE_FLOAT32), first);
    }
    key.byte[2] = 1;
    assert_null(session_cache(&s, &key, 3, CACHE_FLOAT32));
    expect_complaint("more than 64 kinds of cached rows");
    key = (hash_digest){ { 1 } };
    assert_ptr_equal(session_cache(&s, &key, 3, CACHE_FLOAT32), first);
}

/* Said once, and "" where there is nothing to say. */
static void test_pictures_stored_turned(void **state)
{
    (void)state;
    open_spec("set");
    const char *words = session_turned(&s);
    assert_string_equal(words, "");
    must_work("cp tests/golden/formats/mask_turned.jpg $in/set/pin/test/good/1.jpg");
    session_close(&s);
    assert_int_equal(session_open(&s, "cpu", 1, NULL, NULL), 0);
    open_spec("set");
    words = session_turned(&s);
    assert_non_null(words);
    assert_int_equal(strncmp(words, "1 of 6 pictures ", 16), 0);
    assert_ptr_equal(session_turned(&s), words);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, make_set, close_set)
    const struct CMUnitTest tests[] = {
        TEST(data_are_opened_once),   TEST(what_is_refused), TEST(pictures_are_known_by_their_bytes),
        TEST(the_digest_of_all),      TEST(masks),           TEST(caches),
        TEST(pictures_stored_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
