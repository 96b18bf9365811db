/* What lies beside a checkpoint: the towers by their config.json or open_clip_config.json against transformers and
 * open_clip (golden/make_clip_config.py); what contradicts is refused, what is not known is remarked. */
#include "clip_config_lab.h"
#include "truth.h"

enum { LAYERS = 2, WORDS = 5, EMBED = 24 };

static const struct program {
    const char *what, *folder, *weights, *config, *expected;
} programs[] = {
    { "towers by config.json", BESIDE_GOLDEN "huggingface/", "model.safetensors", "config.json",
      BESIDE_GOLDEN "huggingface_expected.safetensors" },
    { "towers by open_clip_config.json", BESIDE_GOLDEN "open_clip/", "open_clip_model.safetensors",
      "open_clip_config.json", BESIDE_GOLDEN "open_clip_expected.safetensors" },
};
static const struct program *const huggingface = &programs[0], *const open_clip = &programs[1];

static const char *golden_of(const struct program *p, const char *name)
{
    static char text[2][200];
    static int turn;
    turn = !turn;
    snprintf(text[turn], sizeof text[0], "%s%s", p->folder, name);
    return text[turn];
}

/* Weights and configuration with an edit, alone in the folder. */
static void lay(const struct program *p, const char *from, const char *to)
{
    beside_lay(golden_of(p, p->weights));
    beside_edit(golden_of(p, p->config), from, to);
}

/* ---- against transformers and open_clip ---- */

static const float words[WORDS + 1] = { 48, 7, 12, 3, 49, WORDS - 1 };
static int write_words(ablate_builder *b, const void *own)
{
    ablate_write(b, "tokens", 0, ablate_constant(b, own, 1, WORDS + 1));
    return 0;
}
static const ablate_module speaker = {
    .abi = ABLATE_ABI, .name = "speaker", .reads = "", .writes = "tokens", .build = write_words
};

/* Each number is the end of a chain of sums of at most 5 * 40 terms as large as the largest, with eight links a block;
 * their errors add up. */
static double tolerance(void)
{
    return 8 * (LAYERS + 1) * sqrt(5 * 40) * STAGE_EPS;
}

/* Largest difference by largest number. */
static double off_by(const weights *w, const char *name, const float *got, int64_t count)
{
    const weights_tensor *t = weights_need(w, name);
    require(t && t->count == count);
    float *wanted = take((size_t)count, sizeof *wanted, "expected values");
    require(wanted && weights_load(w, name, wanted) == 0);
    double largest = 0, worst = 0;
    for (int64_t i = 0; i < count; i++) {
        double error = fabs((double)got[i] - (double)wanted[i]);
        largest = fmax(largest, fabs((double)wanted[i]));
        worst = error <= worst ? worst : error; /* a NaN stays */
    }
    free(wanted);
    require(largest > 0.1);
    return worst / largest;
}

static double value_off(lab *l, const weights *w, const char *name, const char *value, int index)
{
    ablate_value *v = builder_value(l->builder, value, index);
    require(v);
    float *got = lab_get(l, v);
    double off = off_by(w, name, got, shape_size(&v->shape));
    free(got);
    return off;
}

typedef struct difference {
    double image, text;
} difference;

/* Of the encoder in the folder with these settings from the program's values. */
static difference compare(const struct program *p, const char *name, const char *setting)
{
    static const char *const space[] = { "block", "joint" };
    difference d = { 0, 0 };
    weights *w = weights_open(p->expected);
    require(w);
    for (int i = 0; i < 2; i++) {
        char where[40], label[40];
        lab l;
        snprintf(where, sizeof where, "clip.space=%s", space[i]);
        beside_open(&l, name, where, setting, &speaker, words);
        require(l.status == 0);
        for (int layer = 1; layer <= LAYERS; layer++) {
            snprintf(label, sizeof label, "%s.%d", space[i], layer);
            d.image = fmax(d.image, value_off(&l, w, label, "teacher", layer - 1));
        }
        d.text = value_off(&l, w, "text", "text.feature", 0);
        lab_close(&l);
    }
    weights_close(w);
    return d;
}

static void expect_same(const struct program *p, const char *name)
{
    difference d = compare(p, name, NULL);
    if (!(d.image <= tolerance() && d.text <= tolerance()))
        fail_msg("%s: error %.3g, text %.3g of the largest, expected at most %.3g", p->what, d.image, d.text,
                 tolerance());
    truth(p->what, "open_clip and transformers", fmax(d.image, d.text), tolerance(),
          "a chain of sums, eight a block; of the largest number");
    print_message("%s: picture tower %.2g, text tower %.2g, tolerance %.2g\n", p->what, d.image, d.text, tolerance());
}

/* The file given, and the folder. */
static void towers_match(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        lay(&programs[i], NULL, NULL);
        expect_same(&programs[i], programs[i].weights);
        expect_same(&programs[i], "");
        beside_expect_remark(programs[i].config);
        beside_expect_remark("picture tower gelu, 2 heads, eps 0.01; text tower ");
    }
}

/* ---- every word of the configuration counts, and for its tower alone ---- */

typedef struct edit {
    const struct program *p;
    const char *from, *to;
    bool image, text; /* which tower it changes */
} edit;

#define VISION "\"vision_config\": {"
#define TEXT   "\"text_config\": {"
static const edit edits[] = {
    { &programs[0], "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"quick_gelu\"", true, false },
    { &programs[0], "\"hidden_act\": \"gelu\",", "", true, false },
    { &programs[0], "\"hidden_act\": \"quick_gelu\"", "\"hidden_act\": \"gelu\"", false, true },
    { &programs[0], "\"num_attention_heads\": 2", "\"num_attention_heads\": 4", true, false },
    { &programs[0], "\"num_attention_heads\": 4", "\"num_attention_heads\": 2", false, true },
    { &programs[0], "\"num_attention_heads\": 4,", "", false, true },
    { &programs[0], "\"layer_norm_eps\": 0.01", "\"layer_norm_eps\": 1e-6", true, false },
    { &programs[0], "\"layer_norm_eps\": 0.01,", "", true, false },
    { &programs[0], "\"layer_norm_eps\": 0.001", "\"layer_norm_eps\": 1e-06", false, true },
    { &programs[0], VISION, "\"vision_config_dict\": {\"num_attention_heads\": 4}, " VISION, true, false },
    { &programs[0], TEXT, "\"text_config_dict\": {\"num_attention_heads\": 2}, " TEXT, false, true },
    { &programs[0], TEXT, "\"text_config_dict\": null, " TEXT, false, false },
    { &programs[0], "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"gelu_python\"", false, false },
    { &programs[0], "\"model_type\": \"clip\",", "", false, false },
    { &programs[0], "\"patch_size\": 8", "\"patch_size\": [8, 8]", false, false },
    { &programs[0], "\"image_size\": 32", "\"image_size\": 33", false, false }, /* the last pixel is not looked at */
    { &programs[1], "\"embed_dim\"", "\"quick_gelu\": true, \"embed_dim\"", true, true },
    { &programs[1], "\"embed_dim\"", "\"quick_gelu\": false, \"embed_dim\"", false, false },
    { &programs[1], "\"head_width\": 20", "\"head_width\": 10", true, false },
    { &programs[1], "\"heads\": 4", "\"heads\": 2", false, true },
    { &programs[1], "\"heads\": 4,", "", false, true },
    { &programs[1], "\"eps\": 0.01", "\"eps\": 1e-6", true, false },
    { &programs[1], "\"eps\": 0.001", "\"eps\": 1e-6", false, true },
    { &programs[1], "\"image_size\": 32", "\"image_size\": [32, 32]", false, false },
};

static void every_word_counts(void **state)
{
    (void)state;
    for (const edit *e = edits; e < edits + sizeof edits / sizeof *edits; e++) {
        lay(e->p, e->from, e->to);
        difference d = compare(e->p, e->p->weights, NULL);
        if ((d.image > 20 * tolerance()) != e->image || (d.text > 20 * tolerance()) != e->text ||
            (!e->image && d.image > tolerance()) || (!e->text && d.text > tolerance()))
            fail_msg("'%s' for '%s': picture tower off by %.2g, text tower by %.2g", e->to, e->from, d.image, d.text);
    }
}

/* A folder with a picture tower alone has its keys at the top. */
static void a_picture_towers_own_file_is_read(void **state)
{
    (void)state;
    lay(huggingface, NULL, NULL);
    beside_write("config.json", "{\"model_type\": \"clip_vision_model\", \"hidden_act\": \"gelu\", \"layer_norm_eps\": "
                                "0.01, \"num_attention_heads\": 2, \"hidden_size\": 40}");
    difference d = compare(huggingface, "", NULL);
    assert_true(d.image <= tolerance());
    beside_write("config.json", "{\"model_type\": \"clip_vision_model\", \"hidden_size\": 41}");
    beside_refused("", NULL, "config.json beside ");
}

/* ---- what is refused ---- */

typedef struct mistake {
    const struct program *p;
    const char *from, *to, *sentence;
} mistake;

static const mistake mistakes[] = {
    { &programs[0], "\"hidden_size\": 40", "\"hidden_size\": 768",
      "vision_config.hidden_size = 768, but the tensors say 40" },
    { &programs[0], "\"hidden_size\": 32", "\"hidden_size\": 64",
      "text_config.hidden_size = 64, but the tensors say 32" },
    { &programs[0], "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 12", "text_config.num_hidden_layers = 12" },
    { &programs[0], "\"intermediate_size\": 200", "\"intermediate_size\": 160", "the tensors say 200" },
    { &programs[0], "\"intermediate_size\": 96", "\"intermediate_size\": 128", "the tensors say 96" },
    { &programs[0], "\"patch_size\": 8", "\"patch_size\": 16", "vision_config.patch_size = 16" },
    { &programs[0], "\"patch_size\": 8", "\"patch_size\": [8, 16]", "vision_config.patch_size = [8,16]" },
    { &programs[0], "\"image_size\": 32", "\"image_size\": 224", "places for 4 x 4 patches of 8 pixels" },
    { &programs[0], "\"vocab_size\": 50", "\"vocab_size\": 49408", "text_config.vocab_size = 49408" },
    { &programs[0], "\"max_position_embeddings\": 77", "\"max_position_embeddings\": 248", "the tensors say 77" },
    { &programs[0], "\"projection_dim\": 24", "\"projection_dim\": 512", "says projection_dim = 512" },
    { &programs[0], "\"num_attention_heads\": 2", "\"num_attention_heads\": 3",
      "3 heads in the picture tower, which do not" },
    { &programs[0], "\"num_attention_heads\": 2,", "", "12 heads in the picture tower, which do not" },
    { &programs[0], "\"num_attention_heads\": 2", "\"num_attention_heads\": \"two\"", "a whole number from 1" },
    { &programs[0], "\"layer_norm_eps\": 0.01", "\"layer_norm_eps\": -1", "a number between 0 and 1" },
    { &programs[0], "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"gelu_pytorch_tanh\"",
      "vision_config.hidden_act = gelu_pytorch_tanh" },
    { &programs[0], "\"hidden_act\": \"quick_gelu\"", "\"hidden_act\": \"silu\"", "text_config.hidden_act = silu" },
    { &programs[0], "\"model_type\": \"clip\"", "\"model_type\": \"siglip\"", "says model_type = siglip" },
    { &programs[0], "\"model_type\": \"clip\"", "\"model_type\": \"clipseg\"", "says model_type = clipseg" },
    { &programs[1], "\"width\": 40", "\"width\": 768", "vision_cfg.width = 768, but the tensors say 40" },
    { &programs[1], "\"layers\": 2", "\"layers\": [3, 4, 6, 3]", "vision_cfg.layers = [3,4,6,3]" },
    { &programs[1], "\"mlp_ratio\": 4.3637", "\"mlp_ratio\": 4",
      "vision_cfg.mlp_ratio = 4, but the tensors say 174 of 40" },
    { &programs[1], "\"embed_dim\": 24", "\"embed_dim\": 32", "model_cfg.embed_dim = 32" },
    { &programs[1], "\"context_length\": 77", "\"context_length\": 64", "text_cfg.context_length = 64" },
    { &programs[1], "\"head_width\": 20", "\"head_width\": 15", "that does not divide the width 40" },
    { &programs[1], "\"head_width\": 20,", "", "head_width = 64, but that does not divide" },
    { &programs[1], "\"head_width\": 20", "\"timm_model_name\": \"eva02_base\", \"head_width\": 20",
      "timm_model_name = eva02_base" },
    { &programs[1], "\"head_width\": 20", "\"no_ln_pre\": true, \"head_width\": 20", "no_ln_pre = true" },
    { &programs[1], "\"head_width\": 20", "\"pool_type\": \"avg\", \"head_width\": 20", "pool_type = avg" },
    { &programs[1], "\"heads\": 4", "\"hf_model_name\": \"roberta-base\", \"heads\": 4",
      "hf_model_name = roberta-base" },
    { &programs[1], "\"heads\": 4", "\"no_causal_mask\": true, \"heads\": 4", "no_causal_mask = true" },
    { &programs[1], "\"heads\": 4", "\"act_kwargs\": {\"approximate\": \"tanh\"}, \"heads\": 4", "act_kwargs = {" },
    { &programs[1], "\"vision_cfg\"", "\"vision\"", "vision_cfg = nothing" },
    { &programs[1], "\"embed_dim\"", "\"quick_gelu\": \"yes\", \"embed_dim\"", "true or false is meant" },
};

static void contradictions_are_refused(void **state)
{
    (void)state;
    for (const mistake *m = mistakes; m < mistakes + sizeof mistakes / sizeof *mistakes; m++) {
        lay(m->p, m->from, m->to);
        beside_refused(m->p->weights, NULL, m->sentence);
        lay(m->p, m->from, m->to);
        beside_refused("", NULL, m->p->config);
    }
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "", "{", "[]", "{\"vision_config\": {", "{} x", "<!DOCTYPE html>", "version https"
    };
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof damaged / sizeof *damaged; k++) {
            beside_lay(golden_of(&programs[i], programs[i].weights));
            beside_write(programs[i].config, damaged[k]);
            beside_refused(programs[i].weights, NULL, "is not a JSON object");
        }
    beside_lay(golden_of(huggingface, huggingface->weights));
    assert_int_equal(symlink("/nowhere/config.json", beside_path("config.json")), 0);
    beside_refused("", NULL, "config.json: cannot read");
}

static void settings_that_disagree_are_refused(void **state)
{
    (void)state;
    static const char *const agree[] = { "clip.head_width=20", "clip.text_head_width=8", "clip.activation=auto" };
    lay(huggingface, NULL, NULL);
    beside_refused("", "clip.activation=quickgelu", "clip.activation = quickgelu, but config.json beside ");
    beside_refused("", "clip.activation=gelu", "has quickgelu in the text tower");
    beside_refused("", "clip.head_width=10", "clip.head_width = 10, but config.json beside ");
    beside_refused("", "clip.text_head_width=16", "has 4 heads of 8 channels in the text tower");
    for (size_t i = 0; i < sizeof agree / sizeof *agree; i++) {
        difference d = compare(huggingface, "", agree[i]);
        assert_true(d.image <= tolerance() && d.text <= tolerance());
    }
    lay(open_clip, NULL, NULL);
    beside_refused(open_clip->weights, "clip.activation=quickgelu", "but open_clip_config.json beside ");
    assert_true(compare(open_clip, "", "clip.activation=gelu").image <= tolerance());
}

/* The heads of an encoder that clip.arch names are known too. */
static void named_encoders_have_their_heads(void **state)
{
    (void)state;
    beside_lay("modules/clip/nano.safetensors");
    beside_refused("nano.safetensors", "clip.head_width=64", "clip.head_width = 64, but the metadata of ");
    beside_write("config.json", "{\"vision_config\": {\"num_attention_heads\": 2}}");
    beside_refused("nano.safetensors", "clip.arch=nano",
                   "clip.arch = nano has 4 heads in the picture tower, but config.json");
}

/* ---- which file is read ---- */

static void the_form_of_the_weights_chooses_the_file(void **state)
{
    (void)state;
    lay(open_clip, NULL, NULL);
    beside_write("config.json", "{\"model_type\": \"bert\"}");
    assert_true(compare(open_clip, open_clip->weights, NULL).image <= tolerance());
    lay(huggingface, NULL, NULL);
    beside_write("open_clip_config.json", "{\"model_cfg\": {\"vision_cfg\": {\"width\": 7}}}");
    assert_true(compare(huggingface, "", NULL).image <= tolerance());
    /* without its own, the other's counts: the same model in open_clip's words, and one that cannot be */
    unlink(beside_path("config.json"));
    beside_refused("", NULL, "open_clip_config.json beside ");
    lay(open_clip, NULL, NULL);
    unlink(beside_path("open_clip_config.json"));
    beside_write("config.json", "{\"vision_config\": {\"hidden_act\": \"gelu\", \"num_attention_heads\": 2, "
                                "\"layer_norm_eps\": 0.01}, \"text_config\": {\"num_attention_heads\": 4}}");
    assert_true(compare(open_clip, open_clip->weights, NULL).image <= tolerance());
    beside_write("config.json", "{\"architecture\": \"vit_base\"}");
    compare(open_clip, open_clip->weights, "clip.head_width=8");
    beside_expect_remark("config.json beside ");
    beside_expect_remark("is of another kind of model and is not looked at");
}

/* Weights in parts: the configuration lies beside the index. */
static void an_index_has_its_configuration_too(void **state)
{
    (void)state;
    char command[200];
    beside_lay("tests/golden/clip/huggingface_safetensors/model.safetensors.index.json");
    snprintf(command, sizeof command, "cp tests/golden/clip/huggingface_safetensors/*.safetensors '%s'", beside_folder);
    assert_int_equal(system(command), 0);
    for (int i = 0; i < 2; i++) {
        lab l;
        beside_write("config.json", "{\"model_type\": \"clip\", \"vision_config\": {\"num_attention_heads\": 2, "
                                    "\"hidden_act\": \"gelu\"}, \"text_config\": {\"num_attention_heads\": 1}}");
        beside_open(&l, i ? "" : "model.safetensors.index.json", NULL, NULL, NULL, NULL);
        require(l.status == 0);
        beside_expect_remark("picture tower gelu, 2 heads, eps 1e-05; text tower quickgelu, 1 heads");
        lab_close(&l);
        beside_write("config.json", "{\"vision_config\": {\"hidden_size\": 33}}");
        beside_refused(i ? "" : "model.safetensors.index.json", NULL, "the tensors say 32");
    }
}

/* ---- what is remarked ---- */

static void what_is_not_known_is_remarked(void **state)
{
    (void)state;
    beside_lay(golden_of(huggingface, huggingface->weights));
    beside_refused("", NULL, "heads of 64 channels do not divide the width 40 of the picture tower");
    difference d = compare(huggingface, "", "clip.head_width=8");
    assert_true(d.image > 20 * tolerance() && d.text > 20 * tolerance());
    beside_expect_remark("nothing says the activation of ");
    beside_expect_remark("nothing says the heads of the text tower of ");
    assert_false(beside_remarked("heads of the picture tower"));
    beside_lay("modules/clip/nano.safetensors");
    lab l;
    beside_open(&l, "nano.safetensors", NULL, NULL, NULL, NULL);
    require(l.status == 0);
    assert_false(beside_remarked("nothing says")); /* its metadata and its sizes do */
    lab_close(&l);
    lay(huggingface, NULL, NULL);
    compare(huggingface, "", NULL);
    assert_false(beside_remarked("nothing says"));
    assert_false(beside_remarked("but here"));
}

static void other_pictures_are_remarked(void **state)
{
    (void)state;
    lay(open_clip, NULL, NULL);
    compare(open_clip, "", NULL);
    assert_int_equal(beside_remarks, 1); /* what was read */
    lay(open_clip, "0.48145466", "0.5");
    compare(open_clip, "", NULL);
    beside_expect_remark("says mean = [0.5,0.4578275,0.40821073], but these pictures come in with 0.48145466");
    lay(open_clip, "bicubic", "bilinear");
    compare(open_clip, "", NULL);
    beside_expect_remark("resized by 'bilinear', but here input.resample = bicubic");
    lay(huggingface, NULL, NULL);
    beside_edit(golden_of(huggingface, "preprocessor_config.json"), NULL, NULL);
    compare(huggingface, "", NULL);
    beside_expect_remark("preprocessor_config.json beside ");
    beside_expect_remark("says mean = [0.5,0.5,0.5]");
    beside_expect_remark("says std = [0.5,0.5,0.5]");
    beside_expect_remark("resized by 'bilinear'");
}

/* ---- provenance ---- */

static int files_of(const char *name, char hash[65])
{
    run_record record = { 0 };
    hash_digest digest;
    weights_store *s = weights_store_new();
    require(s);
    weights_store_note(s, beside_path(name), "config.json:vision_config.hidden_act");
    require(!complaint() && weights_store_describe(s, &record) == 0);
    digest = weights_store_digest(s);
    hash_print(&digest, hash);
    int count = record.weight_count;
    run_record_free(&record);
    weights_store_free(s);
    return count;
}

static void the_configuration_is_part_of_a_runs_identity(void **state)
{
    (void)state;
    char with[65], edited[65], without[65];
    lay(huggingface, NULL, NULL);
    assert_int_equal(files_of("", with), 2);
    lay(huggingface, "0.01", "0.02");
    assert_int_equal(files_of("", edited), 2);
    unlink(beside_path("config.json"));
    assert_int_equal(files_of("", without), 1);
    assert_string_not_equal(with, edited);
    assert_string_not_equal(with, without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(towers_match),
        cmocka_unit_test(every_word_counts),
        cmocka_unit_test(a_picture_towers_own_file_is_read),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(settings_that_disagree_are_refused),
        cmocka_unit_test(named_encoders_have_their_heads),
        cmocka_unit_test(the_form_of_the_weights_chooses_the_file),
        cmocka_unit_test(an_index_has_its_configuration_too),
        cmocka_unit_test(what_is_not_known_is_remarked),
        cmocka_unit_test(other_pictures_are_remarked),
        cmocka_unit_test(the_configuration_is_part_of_a_runs_identity),
    };
    return cmocka_run_group_tests(tests, beside_begin, beside_end);
}
