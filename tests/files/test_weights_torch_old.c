/* What torch.save wrote before version 1.6: states are read; each lie is one sentence; no byte that is changed crashes.
 */
#include "../../core/files/weights.h"
#include "../lab/pickle_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static const char MARK[] = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.";
static const char VERSION[] = "\x80\2M\xe9\3.", MACHINE[] = "\x80\2}X\x0d\0\0\0little_endian\x88s.";
static const char KEYS[] = "\x80\2](X\1\0\0\0001X\1\0\0\0000e."; /* 1, then 0 */
static const float numbers[6] = { 0, 1, 2, 3, 4, 5 };
static const uint16_t halves[4] = { 0x3C00, 0xC000, 0x3555, 0 }; /* 1, -2, 1/3 rounded, 0 */
static pickle made;

static const tensor_words full = { "Float", "0", 6, 0, 2, { 2, 3 }, { 3, 1 }, false, false };
static const tensor_words view = { "Float", "0", 6, 0, 2, { 3, 2 }, { 1, 3 }, true, false };
static const tensor_words half = { "Half", "1", 4, 0, 1, { 4 }, { 1 }, false, false };

static void put_storage(int64_t count, const void *bytes, size_t n)
{
    pickle_bytes(&made, &count, sizeof count); /* as this machine has it: the least significant byte first */
    pickle_bytes(&made, bytes, n);
}

static void put_head(void)
{
    made.size = 0;
    pickle_code(&made, MARK);
    pickle_code(&made, VERSION);
    pickle_bytes(&made, MACHINE, sizeof MACHINE - 1);
}

static void put_state(void)
{
    pickle_code(&made, "\x80\2}(");
    pickle_text(&made, "full");
    pickle_tensor(&made, &full);
    pickle_text(&made, "view");
    pickle_tensor(&made, &view);
    pickle_text(&made, "half");
    pickle_tensor(&made, &half);
    pickle_code(&made, "u.");
}

static void put_numbers(void)
{
    put_storage(4, halves, sizeof halves);
    put_storage(6, numbers, sizeof numbers);
}

static void make_good(void)
{
    put_head();
    put_state();
    pickle_bytes(&made, KEYS, sizeof KEYS - 1);
    put_numbers();
}

static weights *opened(void)
{
    write_bytes(made.byte, made.size);
    return weights_open(own_file);
}

static void expect(const weights *w, const char *name, const float *right)
{
    float out[6];
    const weights_tensor *t = weights_need(w, name);
    if (!t || weights_load(w, name, out) < 0) {
        fail_msg("%s", complaint());
        return;
    }
    assert_memory_equal(out, right, sizeof(float) * (size_t)t->count);
}

static void a_state_is_read(void **state)
{
    (void)state;
    make_good();
    weights *w = opened();
    if (!w) {
        fail_msg("%s", complaint());
        return;
    }
    assert_int_equal(weights_count(w), 3);
    expect(w, "full", numbers);
    expect(w, "view", (float[]){ 0, 3, 1, 4, 2, 5 });
    expect(w, "half", (float[]){ 1, -2, 1365.0f / 4096, 0 });
    weights_close(w);
}

static void expect_refused(const char *words)
{
    assert_null(opened());
    expect_complaint_of(own_file, words);
}

static void another_head_is_refused(void **state)
{
    (void)state;
    made.size = 0;
    pickle_code(&made, MARK);
    pickle_code(&made, "\x80\2M\xe8\3.\x80\2N.");
    expect_refused("a version of torch.save that is not known");
    made.size = 0;
    pickle_code(&made, MARK);
    pickle_code(&made, VERSION);
    pickle_code(&made, "\x80\2}.");
    expect_refused("most significant byte first");
    put_head();
    pickle_code(&made, "\x80\2cos\nsystem\n)R.");
    expect_refused("asks for 'os.system'");
}

static void other_keys_are_refused(void **state)
{
#define KEYS_OF(code, words)                                                                                           \
    {                                                                                                                  \
        code, sizeof code - 1, words                                                                                   \
    }
    static const struct keys {
        const char *code;
        size_t n;
        const char *words;
    } keys[] = {
        KEYS_OF("\x80\2}.", "does not list the storages"),
        KEYS_OF("\x80\2].", "does not list the storages"),
        KEYS_OF("\x80\2](X\1\0\0\0001K\1e.", "does not list the storages"),
        KEYS_OF("\x80\2](X\1\0\0\0001X\1\0\0\0001e.", "a storage that no tensor has, or twice"),
        KEYS_OF("\x80\2](X\1\0\0\0001X\1\0\0\0007e.", "a storage that no tensor has, or twice"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        put_head();
        put_state();
        pickle_bytes(&made, keys[i].code, keys[i].n);
        put_numbers();
        expect_refused(keys[i].words);
    }
}

static void other_numbers_are_refused(void **state)
{
    (void)state;
    make_good();
    pickle_code(&made, "x");
    expect_refused("something follows its numbers");
    put_head();
    put_state();
    pickle_bytes(&made, KEYS, sizeof KEYS - 1);
    put_storage(5, halves, sizeof halves);
    put_storage(6, numbers, sizeof numbers);
    expect_refused("not as many numbers as its tensor says");
}

static void tensor_refused(tensor_words t, const char *words)
{
    put_head();
    pickle_code(&made, "\x80\2}(");
    pickle_text(&made, "full");
    pickle_tensor(&made, &full);
    pickle_text(&made, "other");
    pickle_tensor(&made, &t);
    pickle_code(&made, "u.\x80\2]");
    pickle_text(&made, "0");
    pickle_code(&made, "a.");
    put_storage(6, numbers, sizeof numbers);
    expect_refused(words);
}

static void odd_tensors_are_refused(void **state)
{
    (void)state;
    tensor_refused((tensor_words){ "Float", "0", 7, 0, 1, { 6 }, { 1 }, false, false }, "two things of one storage");
    tensor_refused((tensor_words){ "Double", "0", 3, 0, 1, { 3 }, { 1 }, false, false }, "two things of one storage");
    tensor_refused((tensor_words){ "Float", "0", INT64_MAX, 0, 1, { 6 }, { 1 }, false, false }, "is not read");
    tensor_refused((tensor_words){ "Float", "0", 6, 1, 1, { 6 }, { 1 }, false, false }, "beyond the end");
}

/* Opens what may be damaged and loads every tensor of it. */
static void survive(const uint8_t *bytes, size_t n)
{
    float out[64];
    complaint_clear();
    write_bytes(bytes, n);
    weights *w = weights_open(own_file);
    assert_true(w || complaint());
    for (int i = 0; w && i < weights_count(w); i++) {
        const weights_tensor *t = weights_at(w, i);
        assert_true(t->count <= 64);
        weights_load(w, t->name, out);
    }
    weights_close(w);
}

/* There is no checksum: a byte of a number that is changed is another number. */
static void damage_does_not_crash(void **state)
{
    (void)state;
    make_good();
    for (size_t n = 0; n < made.size; n++) {
        survive(made.byte, n);
        assert_non_null(complaint());
    }
    for (size_t at = 0; at < made.size; at++)
        for (int change = 1; change < 256; change += 42) {
            made.byte[at] ^= (uint8_t)change;
            survive(made.byte, made.size);
            made.byte[at] ^= (uint8_t)change;
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(a_state_is_read),           TEST(another_head_is_refused), TEST(other_keys_are_refused),
        TEST(other_numbers_are_refused), TEST(odd_tensors_are_refused), TEST(damage_does_not_crash),
    };
    use_file("x.pth");
    return cmocka_run_group_tests_name("weights of older PyTorch", tests, make_folder, remove_folder);
}
