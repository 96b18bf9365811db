/* `ablate features`: a row, a picture and numbers in; every value of the board, by name, out; mistakes are sentences.
 */
#include "../lab/module_build.h"

#include "../../core/base/file.h"
#include "../../core/cli/verbs.h"
#include "../../core/files/weights.h"
#include <math.h>

#define PICTURE "tests/golden/images/rgb8.png"
static const char row[] = "[row one]\nmodel = clip\n[input]\nsize = 45\nstatistics = openai\n"
                          "[clip]\narch = any\nhead_width = 16\nweights = tests/golden/clip/openai.pt\n";
static char file[80], out[80];

static int begin(void **state)
{
    if (make_folder(state) < 0)
        return -1;
    snprintf(file, sizeof file, "%s/row.ini", folder);
    snprintf(out, sizeof out, "%s/out.safetensors", folder);
    FILE *f = fopen(file, "w");
    return f && fputs(row, f) >= 0 && fclose(f) == 0 ? 0 : -1;
}

/* The verb with these arguments, ended by NULL. */
static int run_verb(const char *first, ...)
{
    char *argv[20] = { (char[]){ "features" } };
    int argc = 1;
    va_list rest;
    complaint_clear();
    unlink(out);
    va_start(rest, first);
    for (const char *text = first; text; text = va_arg(rest, const char *))
        argv[argc++] = (char *)(uintptr_t)text;
    va_end(rest);
    return verbs_run(argc, argv);
}

#define FULL file, "--picture", PICTURE, "--out", out
static void refused(const char *words, int status)
{
    assert_int_equal(status, -1);
    expect_complaint(words);
    assert_false(file_exists(out));
}

static void expect_shape(const weights *w, const char *name, ablate_shape shape)
{
    const weights_tensor *t = weights_find(w, name);
    if (!t) {
        fail_msg("there is no '%s'", name);
        return;
    }
    assert_int_equal(t->shape.rank, shape.rank);
    for (int i = 0; i < shape.rank; i++)
        assert_int_equal(t->shape.dim[i], shape.dim[i]);
}

static void test_every_value_is_written(void **state)
{
    (void)state;
    float tokens[6];
    assert_int_equal(run_verb(FULL, "--input", "tokens=48,7,12,3,49,4", NULL), 0);
    weights *w = weights_open(out);
    assert_non_null(w);
    assert_int_equal(weights_count(w), 9);
    expect_shape(w, "image.0", (ablate_shape){ 4, { 1, 3, 45, 45 } });
    expect_shape(w, "teacher.2", (ablate_shape){ 3, { 1, 26, 24 } });
    expect_shape(w, "image.feature.0", (ablate_shape){ 2, { 1, 24 } });
    expect_shape(w, "text.feature.0", (ablate_shape){ 2, { 1, 24 } });
    assert_int_equal(weights_load(w, "tokens.0", tokens), 0);
    assert_true(tokens[0] == 48 && tokens[4] == 49 && tokens[5] == 4);
    assert_string_equal(weights_note(w, "row"), "one");
    weights_close(w);
}

/* What a module remarks lies beside the values. */
static void test_remarks_are_kept(void **state)
{
    (void)state;
    static const char *const words[] = { "config.json beside ", "/tests/golden/clip_config/huggingface",
                                         "picture tower gelu, 2 heads", "text tower quickgelu, 4 heads",
                                         "mean = [0.5,0.5,0.5]" };
    char set[400];
    assert_int_equal(run_verb(FULL, "--set", "clip.weights=tests/golden/clip_config/huggingface", "--set",
                              "clip.head_width=0", "--set", "clip.layers=1 2", NULL),
                     0);
    weights *w = weights_open(out);
    assert_non_null(w);
    const char *remarks = weights_note(w, "remarks");
    assert_non_null(remarks);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_non_null(strstr(remarks, words[i]));
    assert_non_null(strstr(remarks, "here input.size = 45"));
    weights_close(w);
    snprintf(set, sizeof set, "clip.weights=%s/none", folder);
    refused("none: cannot read", run_verb(FULL, "--set", set, NULL));
}

/* What is written is the picture's: another one has other features, the same one the same bytes. */
static void test_values_are_of_the_picture(void **state)
{
    (void)state;
    float value[3][26 * 24];
    static const char *const pictures[] = { PICTURE, PICTURE, "tests/golden/images/wide.png" };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(run_verb(file, "--picture", pictures[i], "--out", out, NULL), 0);
        weights *w = weights_open(out);
        assert_non_null(w);
        assert_int_equal(weights_load(w, "teacher.1", value[i]), 0);
        weights_close(w);
    }
    assert_memory_equal(value[0], value[1], sizeof value[0]);
    assert_memory_not_equal(value[0], value[2], sizeof value[0]);
}

static void test_mistakes_are_sentences(void **state)
{
    (void)state;
    refused("name an experiment file", run_verb(file, "--out", out, NULL));
    refused("none.png: cannot read", run_verb(file, "--picture", "none.png", "--out", out, NULL));
    refused("no row 'two'", run_verb(FULL, "--row", "two", NULL));
    refused("must be NAME=NUMBERS", run_verb(FULL, "--input", "tokens", NULL));
    refused("is no list of at most", run_verb(FULL, "--input", "tokens=1,x", NULL));
    refused("is no list of at most", run_verb(FULL, "--input", "tokens=1,,2", NULL));
    refused("is no list of at most", run_verb(FULL, "--input", "tokens=1,nan", NULL));
    refused("--input tokenz: no module of row 'one' reads that", run_verb(FULL, "--input", "tokenz=1,2", NULL));
    refused("'text.feature.0' holds nan", run_verb(FULL, "--input", "tokens=48,7,12,3,99,4", NULL));
    refused("clip.arch = nano, but", run_verb(FULL, "--set", "clip.arch=nano", NULL));
    refused("/dev/null/x", run_verb(file, "--picture", PICTURE, "--out", "/dev/null/x", NULL));
}

/* ---- weights that are not whole ---- */

static uint8_t bytes[1 << 19];
static size_t size;

static void read_golden(const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "tests/golden/clip/%s", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size = fread(bytes, 1, sizeof bytes, f);
    assert_true(size > 100000 && size < sizeof bytes);
    assert_int_equal(fclose(f), 0);
}

/* What has become of the golden file is refused, beginning with its path. */
static void weights_refused(const char *words)
{
    char path[80], set[100];
    snprintf(path, sizeof path, "%s/damaged", folder);
    snprintf(set, sizeof set, "clip.weights=%s", path);
    FILE *f = fopen(path, "wb");
    assert_true(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
    assert_int_equal(run_verb(FULL, "--set", set, NULL), -1);
    const char *why = complaint() ? complaint() : "";
    if (!strstr(why, path) || strchr(why, '\n'))
        fail_msg("'%s' should be one sentence that names %s", why, path);
    refused(words, -1);
}

static void test_damaged_archives_are_refused(void **state)
{
    (void)state;
    read_golden("openai.pt");
    size /= 2;
    weights_refused("not a whole PyTorch archive");
    read_golden("openai.pt");
    bytes[0] = 'Q';
    weights_refused("not a safetensors file");
    read_golden("open_clip.pt");
    for (size_t i = size / 4; i < size / 2; i += 100)
        bytes[i] ^= 1;
    weights_refused("the checksum of");
}

static void test_damaged_safetensors_are_refused(void **state)
{
    (void)state;
    read_golden("open_clip.safetensors");
    size -= 4;
    weights_refused("truncated");
    read_golden("open_clip.safetensors");
    bytes[3] = 1; /* a header of 16 MB */
    weights_refused("truncated: the header should have");
    read_golden("open_clip.safetensors");
    for (size_t i = size - 4000; i + 4 <= size; i += 4)
        memcpy(bytes + i, &(float){ NAN }, 4);
    weights_refused("holds a NaN at element");
    read_golden("open_clip.safetensors");
    for (uint8_t *at = bytes; (at = memmem(at, size - (size_t)(at - bytes), "\"F32\"", 5));)
        at[1] = 'I';
    weights_refused("holds I32 numbers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_value_is_written),       cmocka_unit_test(test_remarks_are_kept),
        cmocka_unit_test(test_values_are_of_the_picture),    cmocka_unit_test(test_mistakes_are_sentences),
        cmocka_unit_test(test_damaged_archives_are_refused), cmocka_unit_test(test_damaged_safetensors_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
