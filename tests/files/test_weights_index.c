/* Weights that are spread over files with an index, and folders: what is read, and one sentence for each mistake. */
#include "../../core/base/file.h"
#include "../../core/files/weights.h"
#include "../lab/pickle_write.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static const float numbers[6] = { 0, 1, 2, 3, 4, 5 };

static const char *beside(const char *name)
{
    static char at[96];
    snprintf(at, sizeof at, "%s/%s", folder, name);
    return at;
}

static void write_index(const char *json)
{
    write_bytes(json, strlen(json));
}

/* Two files: a.safetensors with "one" and "two", b.bin, of PyTorch's kind, with "three". */
static void write_parts(void)
{
    static archive made;
    static pickle code;
    const weights_entry entries[] = { { "one", { 1, { 2 } }, numbers, WEIGHTS_F32 },
                                      { "two", { 0, { 0 } }, numbers + 5, WEIGHTS_F32 } };
    const tensor_words three = { "Float", "0", 6, 0, 2, { 3, 2 }, { 1, 3 }, false, false };
    assert_int_equal(weights_write(beside("a.safetensors"), entries, 2, NULL, 0), 0);
    memset(&made, 0, sizeof made);
    code.size = 0;
    pickle_code(&code, "\x80\x02}");
    pickle_text(&code, "three");
    pickle_tensor(&code, &three);
    pickle_code(&code, "s.");
    add_member(&made, "b/data.pkl", code.byte, code.size, 0);
    add_member(&made, "b/data/0", (const uint8_t *)numbers, sizeof numbers, 0);
    save_archive(&made, beside("b.bin"));
}

#define GOOD                                                                                                           \
    "{\"metadata\": {\"total_size\": 48}, \"weight_map\": {\"two\": \"a.safetensors\", \"three\": \"b.bin\", "         \
    "\"one\": \"a.safetensors\"}}"

static void expect(const weights *w, const char *name, int64_t count, const float *wanted)
{
    float out[6];
    if (weights_load(w, name, out) < 0)
        fail_msg("%s", complaint());
    assert_int_equal(weights_find(w, name)->count, count);
    assert_memory_equal(out, wanted, sizeof(float) * (size_t)count);
}

static void tensors_come_from_their_files(void **state)
{
    (void)state;
    write_parts();
    write_index(GOOD);
    for (int form = 0; form < 2; form++) { /* the index itself; its folder */
        weights *w = weights_open(form ? folder : own_file);
        if (!w)
            fail_msg("%s", complaint());
        assert_string_equal(weights_path(w), own_file);
        assert_int_equal(weights_count(w), 3);
        assert_string_equal(weights_at(w, 1)->name, "three");
        expect(w, "one", 2, numbers);
        expect(w, "two", 1, numbers + 5);
        expect(w, "three", 6, (float[]){ 0, 3, 1, 4, 2, 5 });
        weights_close(w);
    }
}

static void mistakes_are_one_sentence(void **state)
{
    static const char *const mistakes[][2] = {
        { "{\"weight_map\": {\"one\": \"c.safetensors\"}}", "c.safetensors: cannot read" },
        { "{\"weight_map\": {\"four\": \"a.safetensors\"}}", "'four' should be in" },
        { "{\"weight_map\": {\"one\": \"a.safetensors\", \"one\": \"a.safetensors\"}}", "'one' is there twice" },
        { "{\"weight_map\": {\"one\": \"../a.safetensors\"}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": \"/etc/passwd\"}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": \"..\"}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": \"\"}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": 7}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": {}}}", "no name of a file beside the index" },
        { "{\"weight_map\": {\"one\": \"model.safetensors.index.json\"}}", "it is an index itself" },
        { "{\"weight_map\": {}}         ", "neither weights nor an index" },
        { "{\"weight_map\": [1, 2, 3]}  ", "neither weights nor an index" },
        { "{\"model_type\": \"clip\"}   ", "neither weights nor an index" },
        { "{\"weight_map\": {\"one\": \"a.safe", "neither weights nor an index" },
    };
    (void)state;
    write_parts();
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        write_index(mistakes[i][0]);
        assert_null(weights_open(own_file));
        expect_complaint_of(folder, mistakes[i][1]);
    }
}

static void damage_of_a_part_is_told(void **state)
{
    float out[6];
    (void)state;
    write_parts();
    write_index(GOOD);
    file_map map;
    assert_int_equal(file_map_open(beside("b.bin"), &map), 0);
    uint8_t *copy = malloc(map.size);
    assert_non_null(copy);
    size_t size = map.size, at = 0;
    memcpy(copy, map.data, size);
    file_map_close(&map);
    while (memcmp(copy + at, numbers, sizeof numbers) != 0)
        at++;
    copy[at] ^= 1;
    save_bytes(beside("b.bin"), copy, size);
    weights *w = weights_open(own_file);
    assert_non_null(w);
    assert_int_equal(weights_load(w, "one", out), 0);
    assert_int_equal(weights_load(w, "three", out), -1);
    expect_complaint_of(folder, "b.bin: the numbers of 'three' are damaged");
    weights_close(w);
    save_bytes(beside("b.bin"), copy, size / 2);
    assert_null(weights_open(own_file));
    expect_complaint_of(folder, "b.bin: not a whole PyTorch archive");
    free(copy);
}

/* What is kept under the hash of the weights must not survive a change of any of their files. */
static void the_digest_is_of_all_files(void **state)
{
    hash_digest digest[3];
    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        const weights_entry other[] = { { "one", { 1, { 2 } }, numbers + 1, WEIGHTS_F32 },
                                        { "two", { 0, { 0 } }, numbers, WEIGHTS_F32 } };
        write_parts();
        write_index(GOOD);
        if (turn == 2)
            assert_int_equal(weights_write(beside("a.safetensors"), other, 2, NULL, 0), 0);
        weights *w = weights_open(own_file);
        assert_non_null(w);
        assert_int_equal(weights_digest(w, &digest[turn]), 0);
        weights_close(w);
    }
    assert_memory_equal(&digest[0], &digest[1], sizeof digest[0]);
    assert_memory_not_equal(&digest[0], &digest[2], sizeof digest[0]);
}

static void a_folder_without_weights_says_so(void **state)
{
    (void)state;
    unlink(own_file);
    assert_null(weights_open(folder));
    expect_complaint_of(folder, "a folder without model.safetensors");
    write_parts();
    assert_int_equal(rename(beside("b.bin"), own_file), 0); /* any format under any name: told by its bytes */
    weights *w = weights_open(folder);
    assert_non_null(w);
    expect(w, "three", 6, (float[]){ 0, 3, 1, 4, 2, 5 });
    weights_close(w);
}

static void move(const char *from, const char *to)
{
    char old[96];
    snprintf(old, sizeof old, "%s", beside(from));
    assert_int_equal(rename(old, beside(to)), 0);
}

/* A word before a usual name, as open_clip's folders have it; not one of two. */
static void a_folder_with_a_longer_name_is_read(void **state)
{
    (void)state;
    static const char *const longer[] = { "open_clip_pytorch_model.bin", "open_clip_model.safetensors" };
    write_parts();
    for (int i = 0; i < 2; i++) { /* with both, safetensors */
        move(i ? "a.safetensors" : "b.bin", longer[i]);
        unlink(own_file);
        weights *w = weights_open(folder);
        assert_non_null(w);
        assert_string_equal(weights_path(w) + strlen(folder) + 1, longer[i]);
        weights_close(w);
    }
    write_parts();
    unlink(own_file);
    move("a.safetensors", "other_model.safetensors");
    assert_null(weights_open(folder));
    expect_complaint_of(folder, "a folder with several files '*_model.safetensors'");
    unlink(beside("other_model.safetensors"));
    unlink(beside(longer[0]));
    unlink(beside(longer[1]));
}

static int remove_parts(void **state)
{
    unlink(beside("a.safetensors"));
    unlink(beside("b.bin"));
    return remove_folder(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(tensors_come_from_their_files),    TEST(mistakes_are_one_sentence),
        TEST(damage_of_a_part_is_told),         TEST(the_digest_is_of_all_files),
        TEST(a_folder_without_weights_says_so), TEST(a_folder_with_a_longer_name_is_read),
    };
    use_file("model.safetensors.index.json");
    return cmocka_run_group_tests_name("weights with an index", tests, make_folder, remove_parts);
}
