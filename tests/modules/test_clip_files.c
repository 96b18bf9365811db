/* CLIP in every published form against open_clip and transformers (golden/make_clip_files.py): one small model in six
 * forms, pictures of many sizes, texts, and the real tokenizer's ids; and what is refused. */
#include "../../core/graph/builder_parts.h"
#include "../lab/clip_lab.h"
#include "../lab/scratch.h"
#include "../lab/truth.h"
#include "../lab/words.h"

#include "../../core/base/file.h"

enum { LAYERS = 3, WIDTH = 32, HIDDEN = 4 * WIDTH, EMBED = 24, CONTEXT = 77, VOCABULARY = 50, WORDS = 5 };
#define GOLDEN "tests/golden/clip/"
static const char *const forms[] = { GOLDEN "openai.pt",   GOLDEN "open_clip.safetensors",   GOLDEN "open_clip.pt",
                                     GOLDEN "huggingface", GOLDEN "huggingface_safetensors", GOLDEN "huggingface_bin" };
enum { FORMS = sizeof forms / sizeof *forms };

/* ---- against open_clip and transformers ---- */

typedef struct expected {
    weights *file;
    double worst; /* error / largest number */
} expected;

static expected expected_open(const char *path)
{
    expected e = { .file = weights_open(path) };
    require(e.file);
    return e;
}

/* Each number is the end of a chain of sums of at most HIDDEN terms (3 * 14 * 14 for the patches) as large as the
 * largest; its links' errors add up, and a block has eight. */
static double tolerance_of(int layer)
{
    return 8 * (layer + 1) * sqrt(3 * 14 * 14) * STAGE_EPS;
}

/* got: the numbers of N tokens; the file has row r of R for token r (N - 1) / (R - 1), rounded down. */
static void compare(expected *e, const char *name, const float *got, int64_t tokens, int64_t width, int layer)
{
    const weights_tensor *t = weights_find(e->file, name);
    require(t && t->shape.dim[t->shape.rank - 1] == width);
    float *wanted = take((size_t)t->count, sizeof *wanted, "expected values");
    require(wanted && weights_load(e->file, name, wanted) == 0);
    int64_t rows = t->count / width;
    double largest = 0, worst = 0;
    for (int64_t i = 0; i < t->count; i++) {
        int64_t token = rows > 1 ? i / width * (tokens - 1) / (rows - 1) : 0;
        double error = fabs((double)got[token * width + i % width] - (double)wanted[i]);
        largest = fmax(largest, fabs((double)wanted[i]));
        worst = error <= worst ? worst : error; /* a NaN stays */
    }
    free(wanted);
    assert_true(largest > 0.1);
    if (!(worst <= tolerance_of(layer) * largest))
        fail_msg("%s: error %.3g of the largest, expected at most %.3g", name, worst / largest, tolerance_of(layer));
    e->worst = fmax(e->worst, worst / largest);
}

/* "towers, openai.pt" */
static const char *part_of(const char *what, const char *form)
{
    static char part[160];
    snprintf(part, sizeof part, "%s, %s", what, form + strlen(GOLDEN));
    return part;
}

static void tell(const expected *e, const char *what, int layers)
{
    truth(what, "open_clip and transformers", e->worst, tolerance_of(layers),
          "a chain of sums, eight a block; of the largest number");
    print_message("%s: error %.2g of the largest number, tolerance %.2g\n", what, e->worst, tolerance_of(layers));
}

typedef struct view {
    int size;
    const char *mode, *space, *activation; /* activation: NULL is quickgelu */
} view;

static void open_view(lab *l, const char *file, const view *v)
{
    char mode[40], space[40], activation[40];
    snprintf(mode, sizeof mode, "clip.resample=%s", v->mode);
    snprintf(space, sizeof space, "clip.space=%s", v->space);
    snprintf(activation, sizeof activation, "clip.activation=%s", v->activation ? v->activation : "quickgelu");
    lab_open(l, v->size, "clip.arch=any", "clip.head_width=16", weights_setting(file), mode, space, activation, NULL);
    require(l->status == 0);
}

/* The second picture's tokens of all three layers. */
static void compare_view(expected *e, const char *file, const view *v)
{
    lab l;
    open_view(&l, file, v);
    for (int i = 0; i < LAYERS; i++) {
        char name[60];
        ablate_value *value = builder_value(l.builder, "teacher", i);
        require(value);
        int64_t tokens = value->shape.dim[1], width = value->shape.dim[2];
        float *got = lab_get(&l, value);
        snprintf(name, sizeof name, "%s.%d.%s.%d", v->space, v->size, v->mode, i + 1);
        compare(e, name, got + tokens * width, tokens, width, i + 1);
        free(got);
    }
    lab_close(&l);
}

static const view small_views[] = {
    { 32, "bilinear", "joint", NULL }, { 32, "bilinear", "block", NULL }, { 45, "bilinear", "joint", NULL },
    { 45, "bilinear", "block", NULL }, { 45, "bicubic", "joint", NULL },  { 45, "bicubic", "block", NULL },
    { 20, "bilinear", "joint", NULL }, { 8, "bilinear", "joint", NULL },
};

static void test_every_form_matches(void **state)
{
    (void)state;
    for (int form = 0; form < FORMS; form++) {
        expected e = expected_open(GOLDEN "expected.safetensors");
        for (size_t i = 0; i < sizeof small_views / sizeof *small_views; i++)
            compare_view(&e, forms[form], &small_views[i]);
        tell(&e, part_of("towers", forms[form]), LAYERS);
        weights_close(e.file);
    }
}

/* Most weights of others were trained with the exact GELU, which no tensor says. */
static void test_exact_gelu_matches(void **state)
{
    (void)state;
    expected e = expected_open(GOLDEN "gelu_expected.safetensors");
    compare_view(&e, forms[1], &(view){ 32, "bilinear", "joint", "gelu" });
    compare_view(&e, forms[1], &(view){ 32, "bilinear", "block", "gelu" });
    tell(&e, "towers, clip.activation = gelu", LAYERS);
    weights_close(e.file);
}

/* One model, one set of bits, whatever the form. */
static void test_every_form_is_the_same_model(void **state)
{
    (void)state;
    float *first = NULL;
    for (int form = 0; form < FORMS; form++) {
        lab l;
        open_view(&l, forms[form], &small_views[2]);
        ablate_value *value = builder_value(l.builder, "teacher", LAYERS - 1);
        float *got = lab_get(&l, value);
        if (first)
            assert_memory_equal(got, first, (size_t)shape_size(&value->shape) * sizeof(float));
        first ? free(got) : (void)(first = got);
        lab_close(&l);
    }
    free(first);
}

/* The paper's sizes, with the patches of 14 pixels that divide 224 and 336 and not 128, 256 and 512: as CLIP's
 * convolution does, what is left of the right and lower edge is not looked at. */
static void test_sizes_of_pictures_match(void **state)
{
    (void)state;
    static const int sizes[] = { 128, 224, 256, 336, 512 };
    expected e = expected_open(GOLDEN "vision_expected.safetensors");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        compare_view(&e, GOLDEN "vision.safetensors", &(view){ sizes[i], "bilinear", "joint", NULL });
        compare_view(&e, GOLDEN "vision.safetensors", &(view){ sizes[i], "bilinear", "block", NULL });
    }
    compare_view(&e, GOLDEN "vision.safetensors", &(view){ 512, "bicubic", "joint", NULL });
    tell(&e, "towers, 128, 224, 256, 336 and 512 pixels", LAYERS);
    weights_close(e.file);
}

/* ---- texts ---- */

typedef struct caption { /* what a data set writes: ids, then the place of the end */
    float number[CONTEXT + 1];
    int length;
} caption;

static int write_caption(ablate_builder *b, const void *own)
{
    const caption *c = own;
    ablate_write(b, "tokens", 0, ablate_constant(b, c->number, 1, c->length + 1));
    return 0;
}
static const ablate_module captioner = {
    .abi = ABLATE_ABI, .name = "captioner", .reads = "", .writes = "tokens", .build = write_caption
};

/* The golden text in `length` positions; those after its end hold `filler`, or ids that look random where that is -1.
 */
static caption caption_of(int length, int filler)
{
    caption c = { { 48, 7, 12, 3, 49 }, length };
    for (int i = WORDS; i < length; i++)
        c.number[i] = filler >= 0 ? (float)filler : (float)floor(fabs(stage_number(5, (unsigned)i)) * (VOCABULARY - 1));
    c.number[length] = WORDS - 1;
    return c;
}

static void say(const char *path, caption c, float feature[EMBED])
{
    lab l;
    lab_prepare(&l, 32);
    lab_set(&l, "clip.arch=any");
    lab_set(&l, "clip.head_width=16");
    lab_set(&l, weights_setting(path));
    require(builder_compose(l.builder, &captioner, &c) == 0);
    lab_compose(&l);
    require(l.status == 0);
    float *got = lab_get(&l, builder_value(l.builder, "text.feature", 0));
    memcpy(feature, got, EMBED * sizeof *feature);
    free(got);
    lab_close(&l);
}

static void test_text_of_every_form_matches(void **state)
{
    (void)state;
    float feature[EMBED];
    for (int form = 0; form < FORMS; form++) {
        expected e = expected_open(GOLDEN "expected.safetensors");
        say(forms[form], caption_of(CONTEXT, 0), feature);
        compare(&e, "text", feature, 1, EMBED, 2);
        say(forms[form], caption_of(WORDS, 0), feature);
        compare(&e, "text", feature, 1, EMBED, 2);
        tell(&e, part_of("text", forms[form]), 2);
        weights_close(e.file);
    }
}

/* The tower is causal: what stands after the end changes no bit, and a shorter text only the order of sums. */
static void test_text_ends_at_its_end(void **state)
{
    (void)state;
    float whole[EMBED], other[EMBED], longer[EMBED], up_to_end[EMBED];
    say(forms[0], caption_of(CONTEXT, 0), whole);
    say(forms[0], caption_of(CONTEXT, -1), other);
    say(forms[0], caption_of(WORDS + 8, -1), longer);
    say(forms[0], caption_of(WORDS, 0), up_to_end);
    assert_memory_equal(other, whole, sizeof whole);
    double largest = 0;
    for (int i = 0; i < EMBED; i++)
        largest = fmax(largest, fabs((double)whole[i]));
    for (int i = 0; i < EMBED; i++) {
        stage_near((double)longer[i], (double)whole[i], 2 * tolerance_of(2) * largest, "text and some tokens", i);
        stage_near((double)up_to_end[i], (double)whole[i], 2 * tolerance_of(2) * largest, "text up to its end", i);
    }
}

/* ---- small files made by formula ---- */

enum { MOST = 64, THIN = 4, WORDS_OPENAI = 49408 };

typedef struct shelf { /* tensors of ones, but for the token embedding, whose row i begins with i */
    weights_entry entry[MOST];
    int count;
} shelf;

static void put(shelf *s, const char *name, ablate_shape shape)
{
    int64_t n = shape_size(&shape);
    float *data = take((size_t)n, sizeof *data, name);
    require(data && s->count < MOST);
    for (int64_t i = 0; i < n; i++)
        data[i] = strstr(name, "token_embedding") ? (float)(i % THIN ? 0 : i / THIN) : 1;
    s->entry[s->count++] = (weights_entry){ name, shape, data, WEIGHTS_F32 };
}
#define PUT(s, name, ...) put(s, name, ABLATE_SHAPE(__VA_ARGS__))

static void write_shelf(shelf *s)
{
    require(weights_write(own_file, s->entry, s->count, NULL, 0) == 0);
    for (int i = 0; i < s->count; i++)
        free((void *)(uintptr_t)s->entry[i].data);
}

#define BLOCK "visual.transformer.resblocks.0."
/* An encoder of one block a tower, as thin as it gets, with OpenAI's vocabulary. */
static void put_thin(shelf *s)
{
    PUT(s, "visual.conv1.weight", THIN, 3, 8, 8);
    PUT(s, "visual.class_embedding", THIN);
    PUT(s, "visual.positional_embedding", 2, THIN);
    PUT(s, "visual.ln_pre.weight", THIN);
    PUT(s, "visual.ln_pre.bias", THIN);
    PUT(s, "visual.ln_post.weight", THIN);
    PUT(s, "visual.ln_post.bias", THIN);
    PUT(s, "visual.proj", THIN, THIN);
    PUT(s, BLOCK "ln_1.weight", THIN);
    PUT(s, BLOCK "ln_1.bias", THIN);
    PUT(s, BLOCK "attn.in_proj_weight", 3 * THIN, THIN);
    PUT(s, BLOCK "attn.in_proj_bias", 3 * THIN);
    PUT(s, BLOCK "attn.out_proj.weight", THIN, THIN);
    PUT(s, BLOCK "attn.out_proj.bias", THIN);
    PUT(s, BLOCK "ln_2.weight", THIN);
    PUT(s, BLOCK "ln_2.bias", THIN);
    PUT(s, BLOCK "mlp.c_fc.weight", 4 * THIN, THIN);
    PUT(s, BLOCK "mlp.c_fc.bias", 4 * THIN);
    PUT(s, BLOCK "mlp.c_proj.weight", THIN, 4 * THIN);
    PUT(s, BLOCK "mlp.c_proj.bias", THIN);
    PUT(s, "token_embedding.weight", WORDS_OPENAI, THIN);
    PUT(s, "positional_embedding", CONTEXT, THIN);
    PUT(s, "transformer.resblocks.0.ln_1.weight", THIN);
}

/* ---- prompts, against the real tokenizer ---- */

enum { LEARNED = 12 };

typedef struct prompt { /* a line of the golden file */
    char words[60];
    int id[8], ids, end;
} prompt;

/* "damaged object: 49406 13568 14115 49407, 15" */
static prompt read_prompt(FILE *f)
{
    prompt p = { .ids = 0 };
    char line[200];
    do
        require(fgets(line, sizeof line, f));
    while (*line == '#');
    char *colon = strchr(line, ':'), *comma = strchr(line, ',');
    require(colon && comma && colon < comma);
    snprintf(p.words, sizeof p.words, "%.*s", (int)(colon - line), line);
    for (char *at = colon + 1; at < comma && p.ids < 8;)
        p.id[p.ids++] = (int)strtol(at, &at, 10);
    p.end = (int)strtol(comma + 1, NULL, 10);
    return p;
}

/* In the text tower's stead: keeps what it is given. */
static ablate_value *heard[2];
static ablate_value *listen(ablate_builder *b, const void *own, const char *argument, int n, ablate_value *const *in)
{
    static const float ones[4 * LAYERS * THIN] = { 1 };
    (void)own, (void)argument, (void)n;
    memcpy(heard, in, sizeof heard);
    return ablate_constant(b, ones, ablate_shape_of(b, in[0]).dim[0], THIN);
}

static int offer_listener(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_write(b, "student", 0, ablate_read(b, "teacher", 0));
    ablate_offer(b, "text.encode", listen);
    return 0;
}
static const ablate_module listener = {
    .abi = ABLATE_ABI, .name = "listener", .reads = "teacher", .writes = "student text.encode", .build = offer_listener
};

static void *open_prompts(lab *l, const char *template)
{
    const ablate_module *module = module_load("cnc", NULL);
    void *filled = module ? take_zeroed(1, module->settings_size, "settings") : NULL;
    lab_open(l, 8, "clip.arch=any", "clip.head_width=4", "clip.layers=1", weights_setting(own_file), template, NULL);
    require(filled && l->status == 0 && settings_fill(&l->chosen, "cnc", module->settings, filled) == 0);
    board_find(&l->builder->board, "text.encode")->service = NULL; /* two offers of one name are refused */
    require(builder_compose(l->builder, &listener, NULL) == 0 && builder_compose(l->builder, module, filled) == 0);
    return filled;
}

/* Row `row` of what the method gave the tower: start, learned tokens, words, end where the tokenizer has it. */
static void check_prompt(const prompt *p, const float *tokens, const float *ends, int row, int64_t length)
{
    const float *at = tokens + row * length * THIN;
    assert_int_equal((int)ends[row], p->end);
    assert_int_equal(p->end, LEARNED + p->ids - 1);
    for (int i = 0; i < p->ids; i++) {
        int id = (int)at[(i ? LEARNED + i : 0) * THIN];
        if (id != p->id[i])
            fail_msg("'%s': id %d is %d, the tokenizer's is %d", p->words, i, id, p->id[i]);
    }
    for (int i = 1; i <= LEARNED; i++)
        assert_true(fabs((double)at[i * THIN]) < 1); /* drawn with a deviation of 0.02 */
}

static void test_prompts_are_the_tokenizers(void **state)
{
    (void)state;
    static const char *const templates[] = { "cnc.template=paper", "cnc.template=anomalyclip" };
    FILE *golden = fopen(GOLDEN "prompts.txt", "r");
    shelf s = { .count = 0 };
    put_thin(&s);
    write_shelf(&s);
    require(golden);
    for (int i = 0; i < 2; i++) {
        lab l;
        void *filled = open_prompts(&l, templates[i]);
        prompt normal = read_prompt(golden), abnormal = read_prompt(golden);
        float *tokens = lab_get(&l, heard[0]), *ends = lab_get(&l, heard[1]);
        assert_int_equal(heard[0]->shape.dim[0], 2);
        check_prompt(&normal, tokens, ends, 0, heard[0]->shape.dim[1]);
        check_prompt(&abnormal, tokens, ends, 1, heard[0]->shape.dim[1]);
        free(tokens);
        free(ends);
        free(filled);
        lab_close(&l);
    }
    fclose(golden);
}

/* A configuration that ends its texts otherwise has another vocabulary, and words would get the wrong ids. */
static void test_another_vocabulary_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *sentence; /* NULL: as OpenAI's */
    } cases[] = {
        { "config.json",
          "{\"vision_config\": {\"num_attention_heads\": 1}, \"text_config\": {\"num_attention_heads\": 1, "
          "\"bos_token_id\": 0, \"eos_token_id\": 2}}",
          NULL },
        { "config.json",
          "{\"vision_config\": {\"num_attention_heads\": 1}, \"text_config\": {\"num_attention_heads\": 1, "
          "\"eos_token_id\": 102}}",
          "config.json beside " },
        { "open_clip_config.json",
          "{\"model_cfg\": {\"vision_cfg\": {\"head_width\": 4}, \"text_cfg\": {\"heads\": 1, "
          "\"hf_tokenizer_name\": \"xlm-roberta-base\"}}}",
          "tokenizer 'xlm-roberta-base'" },
    };
    shelf s = { .count = 0 };
    put_thin(&s);
    write_shelf(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char beside[120];
        lab l;
        snprintf(beside, sizeof beside, "%s/%s", folder, cases[i].name);
        require(file_write_text(beside, cases[i].text) == 0);
        lab_open(&l, 8, "clip.arch=any", "clip.layers=1", weights_setting(own_file), NULL);
        require(l.status == 0);
        ablate_value *any = builder_value(l.builder, "teacher", 0);
        ablate_call_service(builder_face(l.builder), "text.tokens", "object", any);
        assert_true(cases[i].sentence ? complaint() && strstr(complaint(), cases[i].sentence) : !complaint());
        lab_close(&l);
        unlink(beside);
    }
}

/* ---- what is refused ---- */

static void refused(const char *words, const char *file, const char *arch, const char *head_width)
{
    lab l;
    lab_open(&l, 32, weights_setting(file), arch, head_width, NULL);
    assert_int_equal(l.status, -1);
    expect_complaint(words);
    lab_close(&l);
}

static void test_another_size_is_one_sentence(void **state)
{
    (void)state;
    for (int form = 0; form < FORMS; form++) {
        refused("clip.arch = ViT-L/14@336px, but", forms[form], "clip.arch=ViT-L/14@336px", NULL);
        refused("(patch 8, grid 4, width 32, 3 layers, joint 24, text width 16, 2 layers)", forms[form],
                "clip.arch=nano", NULL);
    }
    refused("patch 14, grid 24, width 32, 3 layers, joint 24, text width 0, 0 layers", GOLDEN "vision.safetensors",
            "clip.arch=ViT-L/14", NULL);
    refused("clip.head_width = 7 does not divide the widths 32 and 16", forms[0], "clip.arch=any", "clip.head_width=7");
    refused("clip.weights is empty", "", "clip.arch=any", NULL);
    refused("clip.weights is empty", "", "clip.arch=any", "clip.train=yes");
}

static void one_tensor_refused(const char *name, const char *words)
{
    shelf s = { .count = 0 };
    PUT(&s, name, 2, 2);
    write_shelf(&s);
    refused(words, own_file, "clip.arch=any", NULL);
}

static void test_other_models_are_named(void **state)
{
    (void)state;
    one_tensor_refused("bert.embeddings.word_embeddings.weight", "is no CLIP");
    one_tensor_refused("text.transformer.shared.weight", "a text tower of another family");
    one_tensor_refused("visual.attnpool.positional_embedding", "a ResNet");
    one_tensor_refused("vision_model.head.probe", "SigLIP");
    one_tensor_refused("visual.conv1.weight", "has not the 4 axes");
}

static void test_missing_tensors_are_named(void **state)
{
    (void)state;
    shelf s = { .count = 0 };
    PUT(&s, "vision_model.embeddings.patch_embedding.weight", THIN, 3, 8, 8);
    PUT(&s, "vision_model.embeddings.position_embedding.weight", 17, THIN);
    PUT(&s, "vision_model.embeddings.class_embedding", THIN);
    PUT(&s, "vision_model.pre_layrnorm.weight", THIN);
    PUT(&s, "vision_model.pre_layrnorm.bias", THIN);
    PUT(&s, "visual_projection.weight", 8, THIN);
    PUT(&s, "vision_model.encoder.layers.0.layer_norm1.weight", THIN);
    PUT(&s, "vision_model.encoder.layers.0.layer_norm1.bias", THIN);
    PUT(&s, "vision_model.encoder.layers.0.self_attn.q_proj.weight", THIN, THIN);
    PUT(&s, "vision_model.encoder.layers.0.self_attn.v_proj.weight", THIN, THIN);
    write_shelf(&s);
    refused("no tensor 'vision_model.encoder.layers.0.self_attn.k_proj.weight'", own_file, "clip.arch=any",
            "clip.head_width=4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_matches),
        cmocka_unit_test(test_exact_gelu_matches),
        cmocka_unit_test(test_every_form_is_the_same_model),
        cmocka_unit_test(test_sizes_of_pictures_match),
        cmocka_unit_test(test_text_of_every_form_matches),
        cmocka_unit_test(test_text_ends_at_its_end),
        cmocka_unit_test(test_another_vocabulary_is_refused),
        cmocka_unit_test(test_prompts_are_the_tokenizers),
        cmocka_unit_test(test_another_size_is_one_sentence),
        cmocka_unit_test(test_other_models_are_named),
        cmocka_unit_test(test_missing_tensors_are_named),
    };
    use_file("clip.safetensors");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
