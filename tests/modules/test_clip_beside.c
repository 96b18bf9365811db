/* What contradicts itself beside a checkpoint is refused in one sentence, and what is not known, or is otherwise here,
 * is remarked. The golden encoders are those of test_clip_config.c. */
#include "../lab/clip_config_lab.h"

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
    assert_int_equal(symlink("/nowhere/config.json", below("config.json")), 0);
    beside_refused("", NULL, "config.json: cannot read");
}

static void settings_that_disagree_are_refused(void **state)
{
    (void)state;
    static const char *const agree[] = { "clip.head_width=20", "clip.text_head=8", "clip.activation=auto" };
    lay(huggingface, NULL, NULL);
    beside_refused("", "clip.activation=quickgelu", "clip.activation = quickgelu, but config.json beside ");
    beside_refused("", "clip.activation=gelu", "has quickgelu in the text tower");
    beside_refused("", "clip.head_width=10", "clip.head_width = 10, but config.json beside ");
    beside_refused("", "clip.text_head=16", "has 4 heads of 8 channels in the text tower");
    for (size_t i = 0; i < sizeof agree / sizeof *agree; i++) {
        difference d = beside_compare(huggingface, "", agree[i]);
        assert_true(d.image <= beside_tolerance() && d.text <= beside_tolerance());
    }
    lay(open_clip, NULL, NULL);
    beside_refused(open_clip->weights, "clip.activation=quickgelu", "but open_clip_config.json beside ");
    assert_true(beside_compare(open_clip, "", "clip.activation=gelu").image <= beside_tolerance());
}

/* The heads of an encoder that clip.arch names are known too. */
static void named_encoders_have_their_heads(void **state)
{
    (void)state;
    beside_lay("modules/encoders/clip/nano.safetensors");
    beside_refused("nano.safetensors", "clip.head_width=64", "clip.head_width = 64, but the metadata of ");
    lab l;
    beside_open(&l, "nano.safetensors", "clip.arch=nano", "clip.head_width=64", NULL, NULL);
    require(l.status == 0);
    beside_expect_remark("clip.head_width = 64 is not used: the picture tower of clip.arch = nano has heads of 32");
    lab_close(&l);
    beside_write("config.json", "{\"vision_config\": {\"num_attention_heads\": 2}}");
    beside_refused("nano.safetensors", "clip.arch=nano",
                   "clip.arch = nano has 4 heads in the picture tower, but config.json");
}

/* ---- what is remarked ---- */

static void what_is_not_known_is_remarked(void **state)
{
    (void)state;
    beside_lay(golden_of(huggingface, huggingface->weights));
    beside_refused("", NULL, "heads of 64 channels do not divide the width 40 of the picture tower");
    difference d = beside_compare(huggingface, "", "clip.head_width=8");
    assert_true(d.image > 20 * beside_tolerance() && d.text > 20 * beside_tolerance());
    beside_expect_remark("nothing says the activation of ");
    beside_expect_remark("nothing says the heads of the text tower of ");
    assert_false(beside_remarked("heads of the picture tower"));
    beside_lay("modules/encoders/clip/nano.safetensors");
    lab l;
    beside_open(&l, "nano.safetensors", NULL, NULL, NULL, NULL);
    require(l.status == 0);
    assert_false(beside_remarked("nothing says")); /* its metadata and its sizes do */
    lab_close(&l);
    lay(huggingface, NULL, NULL);
    beside_compare(huggingface, "", NULL);
    assert_false(beside_remarked("nothing says"));
    assert_false(beside_remarked("but here"));
}

static void sizes_of_pictures_are_remarked(void **state)
{
    (void)state;
    lab l;
    lay(huggingface, NULL, NULL);
    for (int size = 32; size <= 40; size += 4) { /* 36: the same patches */
        beside_remarks = 0;
        lab_prepare(&l, size);
        builder_listen(l.builder, &(builder_talk){ NULL, beside_hear, beside_chosen });
        snprintf(beside_size, sizeof beside_size, "%d", size);
        lab_set(&l, "clip.arch=any");
        lab_set(&l, "clip.layers=1 2");
        lab_set(&l, weights_setting(folder));
        lab_compose(&l);
        require(l.status == 0);
        assert_int_equal(beside_remarked("was trained on pictures of 32 pixels, here input.size = 40"), size == 40);
        lab_close(&l);
    }
    snprintf(beside_size, sizeof beside_size, "32");
}

static void other_pictures_are_remarked(void **state)
{
    (void)state;
    lay(open_clip, NULL, NULL);
    beside_compare(open_clip, "", NULL);
    assert_int_equal(beside_remarks, 1); /* what was read */
    lay(open_clip, "0.48145466", "0.5");
    beside_compare(open_clip, "", NULL);
    beside_expect_remark("says mean = [0.5,0.4578275,0.40821073], but these pictures come in with 0.48145466");
    lay(open_clip, "bicubic", "bilinear");
    beside_compare(open_clip, "", NULL);
    beside_expect_remark("resized by 'bilinear', but here input.resample = bicubic");
    lay(huggingface, NULL, NULL);
    beside_edit(golden_of(huggingface, "preprocessor_config.json"), NULL, NULL);
    beside_compare(huggingface, "", NULL);
    beside_expect_remark("preprocessor_config.json beside ");
    beside_expect_remark("says mean = [0.5,0.5,0.5]");
    beside_expect_remark("says std = [0.5,0.5,0.5]");
    beside_expect_remark("resized by 'bilinear'");
    beside_edit(golden_of(huggingface, "preprocessor_config.json"), "\"do_normalize\": true",
                "\"do_normalize\": false");
    beside_compare(huggingface, "", NULL);
    beside_expect_remark("says do_normalize = false");
    beside_edit(golden_of(huggingface, "preprocessor_config.json"), "0.00392156862745098", "0.0078");
    beside_compare(huggingface, "", NULL);
    beside_expect_remark("says rescale_factor = 0.0078");
    beside_write("preprocessor_config.json", "{\"image_mean\": [");
    beside_refused("", NULL, "preprocessor_config.json: this file beside the weights is not a JSON object");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contradictions_are_refused),         cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(settings_that_disagree_are_refused), cmocka_unit_test(named_encoders_have_their_heads),
        cmocka_unit_test(what_is_not_known_is_remarked),      cmocka_unit_test(sizes_of_pictures_are_remarked),
        cmocka_unit_test(other_pictures_are_remarked),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
