/* The encoder against PyTorch in float64 (golden/make_clip.py), with weights made by formula; and what it refuses. */
#include "../lab/clip_lab.h"
#include "../lab/scratch.h"

enum { WIDTH = 128, EMBED = 128, CONTEXT = 32, VOCABULARY = 40, GRID = 16, PATCH = 8, TENSORS = 200 };

/* ---- a weights file by formula: tensor number i is offset + scale * stage_number(i, k), in float32 ---- */

typedef struct shelf {
    weights_entry entry[TENSORS];
    int count;
    char name[TENSORS][80];
} shelf;
static char good[96], odd[96], mute[96];
static shelf all;

static void add(shelf *s, double scale, double offset, ablate_shape shape, const char *prefix, const char *name)
{
    weights_entry *e = &s->entry[s->count];
    int64_t n = 1;
    assert_true(s->count < TENSORS);
    for (int i = 0; i < shape.rank; i++)
        n *= shape.dim[i];
    float *data = take((size_t)n, sizeof *data, "a tensor");
    assert_non_null(data);
    for (int64_t k = 0; k < n; k++) {
        float scaled = (float)stage_number((unsigned)s->count + 1, (unsigned)k) * (float)scale;
        data[k] = scaled + (float)offset;
    }
    snprintf(s->name[s->count], sizeof s->name[0], "%s%s", prefix, name);
    *e = (weights_entry){ s->name[s->count], shape, data, WEIGHTS_F32 };
    s->count++;
}
#define ADD(scale, offset, prefix, name, ...) add(&all, scale, offset, ABLATE_SHAPE(__VA_ARGS__), prefix, name)

static void add_norm(const char *prefix, const char *name)
{
    char full[80];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    ADD(0.2, 1, full, ".weight", WIDTH);
    ADD(0.1, 0, full, ".bias", WIDTH);
}

static void add_block(const char *tower, int index)
{
    char p[64];
    snprintf(p, sizeof p, "%s.resblocks.%d.", tower, index);
    add_norm(p, "ln_1");
    ADD(0.15, 0, p, "attn.in_proj_weight", 3 * WIDTH, WIDTH);
    ADD(0.1, 0, p, "attn.in_proj_bias", 3 * WIDTH);
    ADD(0.1, 0, p, "attn.out_proj.weight", WIDTH, WIDTH);
    ADD(0.1, 0, p, "attn.out_proj.bias", WIDTH);
    add_norm(p, "ln_2");
    ADD(0.1, 0, p, "mlp.c_fc.weight", 4 * WIDTH, WIDTH);
    ADD(0.1, 0, p, "mlp.c_fc.bias", 4 * WIDTH);
    ADD(0.05, 0, p, "mlp.c_proj.weight", WIDTH, 4 * WIDTH);
    ADD(0.1, 0, p, "mlp.c_proj.bias", WIDTH);
}

static int write_files(void **state)
{
    (void)state;
    const weights_pair notes[] = { { "vocabulary", "<pad> <start> <end> \"x\" . object y damaged" } };
    if (make_folder(state) < 0)
        return -1;
    snprintf(good, sizeof good, "%s/good.safetensors", folder);
    snprintf(mute, sizeof mute, "%s/mute.safetensors", folder);
    snprintf(odd, sizeof odd, "%s/odd.safetensors", folder);
    ADD(0.1, 0, "visual.", "conv1.weight", WIDTH, 3, PATCH, PATCH);
    ADD(0.3, 0, "visual.", "class_embedding", WIDTH);
    ADD(0.3, 0, "visual.", "positional_embedding", 1 + GRID * GRID, WIDTH);
    add_norm("visual.", "ln_pre");
    add_norm("visual.", "ln_post");
    ADD(0.15, 0, "visual.", "proj", WIDTH, EMBED);
    for (int i = 0; i < 6; i++)
        add_block("visual.transformer", i);
    int image_only = all.count;
    ADD(0.3, 0, "", "token_embedding.weight", VOCABULARY, WIDTH);
    ADD(0.3, 0, "", "positional_embedding", CONTEXT, WIDTH);
    add_norm("", "ln_final");
    ADD(0.15, 0, "", "text_projection", WIDTH, EMBED);
    for (int i = 0; i < 4; i++)
        add_block("transformer", i);
    require(weights_write(good, all.entry, all.count, notes, 1) == 0);
    require(weights_write(mute, all.entry, image_only, NULL, 0) == 0);
    all.entry[2].shape.dim[0]--; /* positions for no square grid of patches */
    require(weights_write(odd, all.entry, image_only, NULL, 0) == 0);
    all.entry[2].shape.dim[0]++;
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    for (int i = 0; i < all.count; i++)
        free((void *)(uintptr_t)all.entry[i].data);
    return remove_folder(state);
}

/* ---- against PyTorch ---- */

/* The next golden number: its name, its index, its value. False at the end. */
static bool read_golden(FILE *f, char name[80], long *at, double *value)
{
    char index[24], number[40];
    if (fscanf(f, "%79s %23s %39s", name, index, number) != 3)
        return false;
    *at = strtol(index, NULL, 10);
    char *end;
    *value = strtod(number, &end);
    return *end == 0;
}

/* Compares with the golden numbers of that name. A number is the end of a chain of sums, at most 512 terms long, of
 * numbers as large as the largest; errors of the chain's links add up. */
static void expect_golden(const char *name, const float *got, int64_t n, int links)
{
    FILE *f = fopen("tests/golden/clip.txt", "r");
    char read[80], largest_name[96];
    long at, seen = 0;
    double value, largest = 0;
    assert_non_null(f);
    snprintf(largest_name, sizeof largest_name, "%s.largest", name);
    while (read_golden(f, read, &at, &value))
        if (strcmp(read, largest_name) == 0)
            largest = value;
    rewind(f);
    assert_true(largest > 0.1);
    while (read_golden(f, read, &at, &value))
        if (strcmp(read, name) == 0) {
            assert_true(at >= 0 && at < n);
            stage_near((double)got[at], value, links * sqrt(512) * STAGE_EPS * largest, name, at);
            seen++;
        }
    fclose(f);
    assert_true(seen > 5);
}

static void compare_teacher(int size, const char *mode, const char *space)
{
    char resample[40], where[40], name[60];
    snprintf(resample, sizeof resample, "clip.resample=%s", mode);
    snprintf(where, sizeof where, "clip.space=%s", space);
    lab l;
    lab_open(&l, size, weights_setting(good), resample, where, NULL);
    require(l.status == 0);
    assert_null(builder_value(l.builder, "teacher", 3));
    for (int i = 0; i < 3; i++) { /* thirds of the depth: layers 2, 4, 6 */
        ablate_value *value = builder_value(l.builder, "teacher", i);
        require(value);
        assert_int_equal(value->shape.dim[1], 1 + size / PATCH * (size / PATCH));
        float *got = lab_get(&l, value);
        snprintf(name, sizeof name, "%s.%d.%s.%d", space, size, mode, 2 * i + 2);
        expect_golden(name, got, shape_size(&value->shape), 8 * (2 * i + 3));
        free(got);
    }
    lab_close(&l);
}

static void test_layers_match(void **state)
{
    (void)state;
    compare_teacher(128, "bilinear", "joint");
    compare_teacher(128, "bilinear", "block");
}

static void test_other_sizes_match(void **state)
{
    (void)state;
    compare_teacher(96, "bilinear", "joint");
    compare_teacher(96, "bicubic", "block");
}

/* Calls the text tower as a module does: the words, then two tokens after the end that no one should see. */
static int speak(ablate_builder *b, const void *words)
{
    ablate_value *any = ablate_read(b, "teacher", 0);
    ablate_value *tokens = ablate_call_service(b, "text.tokens", words, any);
    ablate_shape shape = ablate_shape_of(b, tokens);
    float rows[2 * WIDTH];
    for (int k = 0; k < 2 * WIDTH; k++)
        rows[k] = all.entry[all.count - 5 - 4 * 12].data[k % WIDTH]; /* the token embedding's row 0 */
    tokens = ablate_op(b, "concat", "axis=0", tokens, ablate_constant(b, rows, 2, WIDTH));
    tokens = ablate_op(b, "reshape", ablate_text(b, "dims=\"1,%d,%d\"", (int)shape.dim[0] + 2, WIDTH), tokens);
    ablate_value *end = ablate_constant(b, &(float){ (float)shape.dim[0] - 1 }, 1);
    ablate_write(b, "spoken", 0, ablate_call_service(b, "text.encode", NULL, tokens, end));
    return 0;
}
static const ablate_module speaker = {
    .abi = ABLATE_ABI, .name = "speaker", .reads = "teacher text.tokens text.encode", .writes = "spoken", .build = speak
};

static void test_text_matches(void **state)
{
    (void)state;
    lab l;
    lab_open(&l, 128, weights_setting(good), NULL);
    require(l.status == 0);
    assert_string_equal(all.entry[all.count - 5 - 4 * 12].name, "token_embedding.weight");
    require(builder_compose(l.builder, &speaker, "damaged object") == 0);
    ablate_value *value = builder_value(l.builder, "spoken", 0);
    require(value);
    float *got = lab_get(&l, value);
    expect_golden("text", got, EMBED, 8 * 5);
    free(got);
    lab_close(&l);
}

static void test_projection_service_is_the_joint_space(void **state)
{
    (void)state;
    lab joint, block;
    lab_open(&joint, 128, weights_setting(good), "clip.layers=3", NULL);
    lab_open(&block, 128, weights_setting(good), "clip.layers=3", "clip.space=block", NULL);
    require(joint.status == 0 && block.status == 0);
    ablate_value *tokens = builder_value(block.builder, "teacher", 0),
                 *expected = builder_value(joint.builder, "teacher", 0);
    ablate_builder *face = builder_face(block.builder);
    ablate_value *value = ablate_call_service(face, "image.project", NULL, tokens);
    require(value && !complaint());
    float *a = lab_get(&block, value), *b = lab_get(&joint, expected);
    assert_memory_equal(a, b, (size_t)shape_size(&value->shape) * sizeof(float));
    free(a);
    free(b);
    lab_close(&joint);
    lab_close(&block);
}

/* Weights whose sizes are those of an encoder that is known have its heads, by whatever arch they are read. */
static void test_a_known_kind_has_its_heads(void **state)
{
    (void)state;
    lab named, any;
    lab_open(&named, 128, weights_setting(good), "clip.layers=6", NULL);
    lab_open(&any, 128, weights_setting(good), "clip.layers=6", "clip.arch=any", NULL);
    require(named.status == 0 && any.status == 0);
    ablate_value *value = builder_value(named.builder, "teacher", 0);
    float *expected = lab_get(&named, value), *got = lab_get(&any, builder_value(any.builder, "teacher", 0));
    assert_memory_equal(got, expected, (size_t)shape_size(&value->shape) * sizeof(float));
    free(expected);
    free(got);
    lab_close(&named);
    lab_close(&any);
}

/* ---- training from scratch ---- */

static void test_parameters_have_openais_names(void **state)
{
    (void)state;
    lab l;
    lab_open(&l, 128, "clip.train=yes", NULL);
    require(l.status == 0);
    int found = 0;
    for (int i = 0; i < l.parameters->entries; i++) {
        assert_memory_equal(l.parameters->entry[i].name, "clip.", 5);
        const char *name = l.parameters->entry[i].name + 5;
        for (int k = 0; k < all.count; k++)
            if (strcmp(all.name[k], name) == 0) {
                assert_true(shape_same(&all.entry[k].shape, &l.parameters->entry[i].shape));
                found++;
            }
    }
    assert_int_equal(found, l.parameters->entries);
    assert_int_equal(found, 8 + 6 * 12);
    lab_close(&l);
}

/* Training that goes on from a file begins with the file's encoder, at another size of picture too. */
static void test_training_goes_on_from_a_file(void **state)
{
    (void)state;
    for (int size = 64; size <= 128; size += 64) {
        lab frozen, tuned;
        lab_open(&frozen, size, weights_setting(good), NULL);
        lab_open(&tuned, size, weights_setting(good), "clip.train=yes", NULL);
        require(frozen.status == 0 && tuned.status == 0);
        assert_int_equal(frozen.parameters->entries, 0);
        assert_int_equal(tuned.parameters->entries, 8 + 6 * 12);
        ablate_value *a = builder_value(frozen.builder, "teacher", -1),
                     *b = builder_value(tuned.builder, "teacher", -1);
        float *expected = lab_get(&frozen, a), *got = lab_get(&tuned, b);
        assert_memory_equal(got, expected, (size_t)shape_size(&a->shape) * sizeof(float));
        free(expected);
        free(got);
        lab_close(&frozen);
        lab_close(&tuned);
    }
}

/* ---- refusals ---- */

static void expect_refusal(const char *words, const char *one, const char *two)
{
    lab l;
    lab_open(&l, 128, one, two, NULL);
    assert_int_equal(l.status, -1);
    assert_non_null(complaint());
    if (!strstr(complaint(), words))
        fail_msg("the complaint is '%s', expected '%s'", complaint(), words);
    lab_close(&l);
}

static void test_refusals(void **state)
{
    (void)state;
    expect_refusal("set clip.arch = nano", weights_setting(good), "clip.arch=ViT-B/16");
    expect_refusal("256 positions, not those of", weights_setting(odd), "clip.layers=2");
    expect_refusal("clip.weights is empty", "clip.layers=2", NULL);
    expect_refusal("/tmp/none.safetensors", weights_setting("/tmp/none.safetensors"), NULL);
    expect_refusal("numbers from 1 to 6", weights_setting(good), "clip.layers=2 7");
    expect_refusal("numbers from 1 to 6", weights_setting(good), "clip.layers=0");
    expect_refusal("numbers from 1 to 6", weights_setting(good), "clip.layers=2,4");
    expect_refusal("numbers from 1 to 6", weights_setting(good), "clip.layers=99999999999999999999");
    expect_refusal("ascending", weights_setting(good), "clip.layers=4 2");
    expect_refusal("ascending", weights_setting(good), "clip.layers=2 2");
}

static void refuse_words(const char *path, const char *words, const char *sentence)
{
    lab l;
    lab_open(&l, 128, weights_setting(path), NULL);
    require(l.status == 0);
    assert_int_equal(builder_compose(l.builder, &speaker, words), -1);
    assert_non_null(complaint());
    if (!strstr(complaint(), sentence))
        fail_msg("the complaint is '%s', expected '%s'", complaint(), sentence);
    lab_close(&l);
}

static void test_words_refused(void **state)
{
    (void)state;
    static const char many[] = "y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y";
    refuse_words(good, "damaged bottle", "no word 'bottle'");
    refuse_words(good, many, "too long");
    refuse_words(mute, "object", "text.tokens"); /* an encoder without text tower offers none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers_match),
        cmocka_unit_test(test_other_sizes_match),
        cmocka_unit_test(test_text_matches),
        cmocka_unit_test(test_projection_service_is_the_joint_space),
        cmocka_unit_test(test_a_known_kind_has_its_heads),
        cmocka_unit_test(test_parameters_have_openais_names),
        cmocka_unit_test(test_training_goes_on_from_a_file),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_words_refused),
    };
    return cmocka_run_group_tests(tests, write_files, remove_files);
}
