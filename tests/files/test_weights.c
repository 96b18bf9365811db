/* Weights files: what is written is read; each lie of a header is one sentence. */
/* units: weights_safetensors weights_tensors weights_writer */
#include "../../core/base/file.h"
#include "../../core/files/weights_parts.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

/* A file of that header, as long as it is, and `data` bytes counting up from zero. */
static void write_header(const char *json, size_t data)
{
    uint8_t bytes[4096] = { 0 };
    size_t length = strlen(json);
    assert_true(8 + length + data <= sizeof bytes);
    bytes[0] = (uint8_t)length;
    bytes[1] = (uint8_t)(length >> 8);
    memcpy(bytes + 8, json, length);
    for (size_t i = 0; i < data; i++)
        bytes[8 + length + i] = (uint8_t)i;
    write_bytes(bytes, 8 + length + data);
}

static weights *open_good(void)
{
    weights *w = weights_open(own_file);
    if (!w)
        fail_msg("%s", complaint());
    return w;
}

static void header_refused(const char *json, size_t data, const char *words)
{
    write_header(json, data);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, words);
}

static const float numbers[6] = { 0.0f, -1.5f, 3.14159274f, 1e-3f, 65504.0f, -6.1e-5f };
static const weights_entry entries[] = {
    { "b.half", { 1, { 3 } }, numbers, WEIGHTS_F16 },     { "a.full", { 2, { 2, 3 } }, numbers, WEIGHTS_F32 },
    { "scalar", { 0, { 0 } }, numbers + 2, WEIGHTS_F32 }, { "empty", { 2, { 0, 7 } }, numbers, WEIGHTS_F32 },
    { "z.half", { 1, { 6 } }, numbers, WEIGHTS_F16 },
};
static const weights_pair notes[] = { { "command", "make \"all\"\n\\" },
                                      { "seed", "7" },
                                      { "caf\xC3\xA9", "\xE2\x82\xAC" } };
enum { ENTRIES = sizeof entries / sizeof *entries, NOTES = sizeof notes / sizeof *notes };

static void write_sample(void)
{
    if (weights_write(own_file, entries, ENTRIES, notes, NOTES) < 0)
        fail_msg("%s", complaint());
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    write_sample();
    weights *w = open_good();
    assert_int_equal(weights_count(w), ENTRIES);
    assert_string_equal(weights_path(w), own_file);
    float out[6];
    for (int i = 0; i < ENTRIES; i++) {
        const weights_tensor *t = weights_find(w, entries[i].name);
        assert_non_null(t);
        assert_int_equal(t->dtype, entries[i].dtype);
        assert_int_equal(t->shape.rank, entries[i].shape.rank);
        assert_memory_equal(t->shape.dim, entries[i].shape.dim, sizeof(int64_t) * (size_t)t->shape.rank);
        assert_int_equal(weights_load(w, t->name, out), 0);
        for (int64_t k = 0; k < t->count; k++) {
            /* Half precision keeps 11 bits, and below 2^-14 steps of 2^-24 */
            double error = fabs((double)out[k] - (double)entries[i].data[k]);
            double half = fmax(fabs((double)entries[i].data[k]) * 0x1p-11, 0x1p-25);
            assert_true(error <= (t->dtype == WEIGHTS_F16 ? half : 0.0));
        }
        /* Aligned to its own numbers, the data to 8 bytes */
        assert_int_equal((size_t)(t->data - (const uint8_t *)w->map.data) % (t->dtype == WEIGHTS_F16 ? 2 : 4), 0);
    }
    for (int i = 0; i < NOTES; i++)
        assert_string_equal(weights_note(w, notes[i].key), notes[i].text);
    assert_string_equal(weights_note_key(w, 1), "seed");
    assert_null(weights_note_key(w, NOTES));
    assert_null(weights_note(w, "nothing"));
    weights_close(w);
}

static void names_come_in_order(void **state)
{
    static const char *const order[] = { "a.full", "b.half", "empty", "scalar", "z.half" };
    (void)state;
    write_sample();
    weights *w = open_good();
    for (int i = 0; i < ENTRIES; i++)
        assert_string_equal(weights_at(w, i)->name, order[i]);
    assert_null(weights_at(w, -1));
    assert_null(weights_at(w, ENTRIES));
    weights_close(w);
}

/* The sample a tensor at a time, in the order F32, F16; `put` of its tensors. */
static weights_stream *stream_sample(int put)
{
    static const int order[ENTRIES] = { 1, 2, 3, 0, 4 };
    weights_entry sorted[ENTRIES];
    for (int i = 0; i < ENTRIES; i++) {
        sorted[i] = entries[order[i]];
        sorted[i].data = NULL;
    }
    weights_stream *s = weights_stream_open(own_file);
    assert_non_null(s);
    assert_int_equal(weights_stream_begin(s, sorted, ENTRIES, notes, NOTES), 0);
    for (int i = 0; i < put; i++)
        assert_int_equal(weights_stream_put(s, entries[order[i]].data), 0);
    return s;
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    file_map first, second;
    write_sample();
    assert_int_equal(file_map_open(own_file, &first), 0);
    uint8_t *copy = malloc(first.size);
    assert_non_null(copy);
    memcpy(copy, first.data, first.size);
    size_t size = first.size;
    file_map_close(&first);
    assert_int_equal((copy[0] + 256 * copy[1]) % 8, 0);
    for (int streamed = 0; streamed < 2; streamed++) {
        weights_stream *s = streamed ? stream_sample(ENTRIES) : NULL;
        if (s) {
            assert_int_equal(weights_stream_bytes(s), size);
            assert_int_equal(weights_stream_commit(s), 0);
        } else {
            write_sample();
        }
        assert_int_equal(file_map_open(own_file, &second), 0);
        assert_int_equal(second.size, size);
        assert_memory_equal(second.data, copy, size);
        file_map_close(&second);
    }
    free(copy);
}

static void a_stream_is_whole_or_nothing(void **state)
{
    static const float bad[3] = { 1.0f, INFINITY, 0.0f };
    (void)state;
    unlink(own_file);
    assert_int_equal(weights_stream_commit(stream_sample(ENTRIES - 1)), -1);
    expect_complaint_of(own_file, "'z.half' has no numbers");
    weights_stream *s = stream_sample(ENTRIES);
    assert_int_equal(weights_stream_put(s, numbers), -1);
    expect_complaint_of(own_file, "more tensors than were named");
    weights_stream_abandon(s);
    s = stream_sample(3);
    assert_int_equal(weights_stream_put(s, bad), -1);
    expect_complaint_of(own_file, "'b.half' holds inf at element 1");
    weights_stream_abandon(s);
    weights_stream_abandon(weights_stream_open(own_file)); /* not begun */
    assert_false(file_exists(own_file));
}

static void a_missing_tensor_is_named(void **state)
{
    (void)state;
    float out[6];
    write_sample();
    weights *w = open_good();
    assert_null(weights_find(w, "a.ful"));
    assert_null(complaint());
    assert_int_equal(weights_load(w, "a.ful", out), -1);
    expect_complaint_of(own_file, "no tensor 'a.ful' among 5; the nearest is 'a.full'");
    weights_close(w);
    write_header("{}", 0);
    w = open_good();
    assert_null(weights_need(w, "x"));
    expect_complaint_of(own_file, "the file holds none");
    weights_close(w);
}

static void every_prefix_is_refused(void **state)
{
    (void)state;
    write_sample();
    file_map map;
    assert_int_equal(file_map_open(own_file, &map), 0);
    size_t size = map.size;
    uint8_t *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, map.data, size);
    file_map_close(&map);
    for (size_t n = 0; n < size; n++) {
        write_bytes(copy, n);
        assert_null(weights_open(own_file));
        expect_complaint_of(own_file, "");
    }
    /* and a byte too many */
    uint8_t *more = calloc(1, size + 1);
    assert_non_null(more);
    memcpy(more, copy, size);
    write_bytes(more, size + 1);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "1 bytes at the end belong to no tensor");
    free(more);
    free(copy);
}

/* Each byte of the header changed in turn: a file that opens can be walked through, whatever it says. */
static void a_damaged_header_does_not_crash(void **state)
{
    (void)state;
    write_sample();
    file_map map;
    assert_int_equal(file_map_open(own_file, &map), 0);
    size_t size = map.size, header = 8 + (size_t)map.data[0] + 256 * (size_t)map.data[1];
    uint8_t *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, map.data, size);
    file_map_close(&map);
    float out[6];
    int refused = 0;
    for (size_t i = 0; i < header; i++) {
        copy[i] ^= 1;
        write_bytes(copy, size);
        copy[i] ^= 1;
        complaint_clear();
        weights *w = weights_open(own_file);
        refused += !w;
        assert_true(w || complaint());
        for (int k = 0; w && k < weights_count(w); k++) {
            assert_true(weights_at(w, k)->count <= 6);
            weights_load(w, weights_at(w, k)->name, out);
        }
        weights_close(w);
    }
    assert_true(refused > (int)header / 2);
    free(copy);
}

#define T(name, dtype, shape, from, to)                                                                                \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

static void lies_of_the_header_are_refused(void **state)
{
    static const struct {
        const char *json, *words;
        size_t data;
    } lies[] = {
        { "{" T("a", "F32", "[2]", 0, 8) "," T("b", "F32", "[2]", 4, 12) "}", "overlaps", 12 },
        { "{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 8, 12) "}", "4 bytes before 'b' belong to no tensor",
          12 },
        { "{" T("a", "F32", "[1]", 4, 8) "}", "4 bytes before 'a'", 8 },
        { "{" T("a", "F32", "[1]", 0, 4) "}", "4 bytes at the end", 8 },
        { "{" T("a", "F32", "[3]", 0, 12) "}", "truncated: 'a' ends at byte 12 of the data, which has 8", 8 },
        { "{" T("a", "F32", "[3]", 0, 8) "}", "'a' has 8 bytes, but its shape and dtype F32 need 12", 8 },
        { "{" T("a", "F16", "[2]", 0, 8) "}", "need 4", 8 },
        { "{" T("a", "F31", "[2]", 0, 8) "}", "unknown dtype 'F31'", 8 },
        { "{" T("a", "F32", "[2]", 8, 0) "}", "rising", 8 },
        { "{" T("a", "F32", "[2]", -8, 0) "}", "rising", 8 },
        { "{" T("a", "F32", "[2]", 0.5, 8) "}", "whole", 8 },
        { "{" T("a", "F32", "[2]", 0, 1e300) "}", "whole", 8 },
        { "{" T("a", "F32", "[-2]", 0, 8) "}", "size of axis 0", 8 },
        { "{" T("a", "F32", "[1,\"2\"]", 0, 8) "}", "size of axis 1", 8 },
        { "{" T("a", "F32", "2", 0, 8) "}", "no shape", 8 },
        { "{" T("a", "F32", "[1,1,1,1,2]", 0, 8) "}", "5 axes", 8 },
        { "{" T("a", "F32", "[4294967296,4294967296]", 0, 8) "}", "absurd", 8 },
        { "{" T("a", "F64", "[2305843009213693952]", 0, 8) "}", "'a'", 8 },
        { "{" T("a", "F32", "[1]", 0, 4) "," T("a", "F32", "[1]", 4, 8) "}", "'a' is there twice", 8 },
        { "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "no dtype", 4 },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "data_offsets", 4 },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":{\"x\":0,\"y\":4}}}", "data_offsets", 4 },
        { "{\"a\":7}", "not an object", 0 },
        { "{\"__metadata__\":{\"seed\":7}}", "not a list of texts", 0 },
        { "{\"__metadata__\":{},\"__metadata__\":{}}", "two sets", 0 },
        { "{\"a\":{]}", "not valid JSON", 0 },
        { "{} {}", "follows the JSON", 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        header_refused(lies[i].json, lies[i].data, lies[i].words);
}

static void what_is_no_weights_file_is_refused(void **state)
{
    static const uint8_t zeros[64];
    static const uint8_t endless[16] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, '{' };
    static const uint8_t longer[16] = { 9, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' ' };
    (void)state;
    write_bytes(zeros, sizeof zeros);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "not a safetensors file");
    write_bytes(endless, sizeof endless);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "not a safetensors file");
    write_bytes(longer, sizeof longer);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "truncated: the header should have 9 bytes");
    write_bytes("{\0\0\0", 4);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "only 4 bytes");
    write_bytes("PK\3\4", 4);
    assert_null(weights_open(own_file));
    expect_complaint_of(own_file, "not a whole PyTorch archive: it has no zip directory at its end");
    assert_null(weights_open("tests/none.safetensors"));
    assert_non_null(strstr(complaint(), "tests/none.safetensors: cannot read"));
    complaint_clear();
    assert_null(weights_open("tests"));
    assert_non_null(strstr(complaint(), "tests: a folder without model.safetensors"));
}

/* Data bytes count up from zero; 0x0706050403020100 and so on. */
static void integers_may_be_there_but_not_loaded(void **state)
{
    float out[2];
    (void)state;
    write_header("{" T("ids", "I64", "[1]", 0, 8) "," T("w", "F32", "[1]", 8, 12) "}   ", 12);
    weights *w = open_good();
    assert_int_equal(weights_load(w, "ids", out), -1);
    expect_complaint_of(own_file, "'ids' holds I64 numbers");
    assert_int_equal(weights_load(w, "w", out), 0);
    weights_close(w);
}

/* The status of loading the two numbers of a tensor of that name; the complaint remains. */
static int load_two(const char *name, const char *dtype, const void *bytes, size_t n)
{
    char json[200], file[256] = { 0 };
    float out[8];
    snprintf(json, sizeof json, "{\"%s\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}", name, dtype, n);
    size_t length = strlen(json);
    file[0] = (char)length;
    memcpy(file + 8, json, length);
    memcpy(file + 8 + length, bytes, n);
    write_bytes(file, 8 + length + n);
    weights *w = open_good();
    int status = weights_load(w, name, out);
    weights_close(w);
    return status;
}

static void tensor_refused(const char *dtype, const void *bytes, size_t n, const char *words)
{
    assert_int_equal(load_two("x", dtype, bytes, n), -1);
    expect_complaint_of(own_file, words);
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    tensor_refused("F32", (const float[]){ 1.0f, NAN }, 8, "a NaN at element 1");
    tensor_refused("F32", (const float[]){ INFINITY, 0.0f }, 8, "an infinity at element 0");
    tensor_refused("F64", (const double[]){ 0.0, -1e300 }, 16, "an infinity at element 1");
    tensor_refused("F64", (const double[]){ (double)NAN, 0.0 }, 16, "a NaN at element 0");
    tensor_refused("F16", (const uint16_t[]){ 0x7C00, 0 }, 4, "an infinity at element 0");
    tensor_refused("F16", (const uint16_t[]){ 0, 0xFE00 }, 4, "a NaN at element 1");
    tensor_refused("BF16", (const uint16_t[]){ 0, 0x7F80 }, 4, "an infinity at element 1");
}

/* A root is taken of it later, where nobody would know the file any more. */
static void negative_variances_are_refused(void **state)
{
    static const float negative[] = { 1.0f, -0.5f }, none[] = { 0.0f, -0.0f };
    (void)state;
    assert_int_equal(load_two("bn1.running_var", "F32", negative, 8), -1);
    expect_complaint_of(own_file, "'bn1.running_var' holds -0.5 at element 1, and no variance is negative");
    assert_int_equal(load_two("running_var", "F32", negative, 8), -1);
    assert_int_equal(load_two("bn1.running_var", "F32", none, 8), 0);
    assert_int_equal(load_two("bn1.running_mean", "F32", negative, 8), 0);
    assert_int_equal(load_two("overrunning_var", "F32", negative, 8), 0);
}

static void the_writer_refuses(const weights_entry *entry, int n, const char *words)
{
    unlink(own_file);
    assert_int_equal(weights_write(own_file, entry, n, NULL, 0), -1);
    expect_complaint_of(own_file, words);
    assert_false(file_exists(own_file));
}

static void nonsense_is_not_written(void **state)
{
    static const float bad[] = { 1.0f, NAN }, large[] = { 1.0f, 65520.0f };
    (void)state;
    the_writer_refuses(&(weights_entry){ "x", { 1, { 2 } }, bad, WEIGHTS_F32 }, 1, "element 1");
    the_writer_refuses(&(weights_entry){ "x", { 1, { 2 } }, large, WEIGHTS_F16 }, 1, "which F16 cannot hold");
    the_writer_refuses(&(weights_entry){ "x", { 1, { 2 } }, large, WEIGHTS_BF16 }, 1, "choose F32 or F16");
    the_writer_refuses(&(weights_entry){ "__metadata__", { 1, { 2 } }, large, WEIGHTS_F32 }, 1, "rename");
    weights_entry twice[] = { entries[0], entries[1], entries[0] };
    the_writer_refuses(twice, 3, "two tensors are called 'b.half'");
    assert_int_equal(weights_write("/dev/null/x", entries, 1, NULL, 0), -1);
    assert_non_null(strstr(complaint(), "/dev/null"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(names_come_in_order),
        TEST(the_same_input_gives_the_same_bytes),
        TEST(a_stream_is_whole_or_nothing),
        TEST(a_missing_tensor_is_named),
        TEST(every_prefix_is_refused),
        TEST(a_damaged_header_does_not_crash),
        TEST(lies_of_the_header_are_refused),
        TEST(what_is_no_weights_file_is_refused),
        TEST(integers_may_be_there_but_not_loaded),
        TEST(numbers_that_are_none_are_refused),
        TEST(negative_variances_are_refused),
        TEST(nonsense_is_not_written),
    };
    use_file("x.safetensors");
    return cmocka_run_group_tests_name("weights", tests, make_folder, remove_folder);
}
