/* What lies beside a checkpoint: the towers by their config.json or open_clip_config.json against transformers and
 * open_clip (golden/make_clip_config.py); what contradicts is refused, what is not known is remarked. */
#include "../lab/clip_config_lab.h"
#include "../lab/program.h"
#include "../lab/truth.h"

static void expect_same(const struct program *p, const char *name)
{
    difference d = beside_compare(p, name, NULL);
    if (!(d.image <= beside_tolerance() && d.text <= beside_tolerance()))
        fail_msg("%s: error %.3g, text %.3g of the largest, expected at most %.3g", p->what, d.image, d.text,
                 beside_tolerance());
    truth(p->what, "open_clip and transformers", fmax(d.image, d.text), beside_tolerance(),
          "a chain of sums, eight a block; of the largest number");
    print_message("%s: picture tower %.2g, text tower %.2g, tolerance %.2g\n", p->what, d.image, d.text,
                  beside_tolerance());
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
        difference d = beside_compare(e->p, e->p->weights, NULL);
        if ((d.image > 20 * beside_tolerance()) != e->image || (d.text > 20 * beside_tolerance()) != e->text ||
            (!e->image && d.image > beside_tolerance()) || (!e->text && d.text > beside_tolerance()))
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
    difference d = beside_compare(huggingface, "", NULL);
    assert_true(d.image <= beside_tolerance());
    beside_write("config.json", "{\"model_type\": \"clip_vision_model\", \"hidden_size\": 41}");
    beside_refused("", NULL, "config.json beside ");
}

/* ---- which file is read ---- */

static void the_form_of_the_weights_chooses_the_file(void **state)
{
    (void)state;
    lay(open_clip, NULL, NULL);
    beside_write("config.json", "{\"model_type\": \"bert\"}");
    assert_true(beside_compare(open_clip, open_clip->weights, NULL).image <= beside_tolerance());
    lay(huggingface, NULL, NULL);
    beside_write("open_clip_config.json", "{\"model_cfg\": {\"vision_cfg\": {\"width\": 7}}}");
    assert_true(beside_compare(huggingface, "", NULL).image <= beside_tolerance());
    /* without its own, the other's counts: the same model in open_clip's words, and one that cannot be */
    unlink(below("config.json"));
    beside_refused("", NULL, "open_clip_config.json beside ");
    lay(open_clip, NULL, NULL);
    unlink(below("open_clip_config.json"));
    beside_write("config.json", "{\"vision_config\": {\"hidden_act\": \"gelu\", \"num_attention_heads\": 2, "
                                "\"layer_norm_eps\": 0.01}, \"text_config\": {\"num_attention_heads\": 4}}");
    assert_true(beside_compare(open_clip, open_clip->weights, NULL).image <= beside_tolerance());
    beside_write("config.json", "{\"architecture\": \"vit_base\"}");
    beside_compare(open_clip, open_clip->weights, "clip.head_width=8");
    beside_expect_remark("config.json beside ");
    beside_expect_remark("is of another kind of model and is not looked at");
}

/* Weights in parts: the configuration lies beside the index. */
static void an_index_has_its_configuration_too(void **state)
{
    (void)state;
    char command[200];
    beside_lay("tests/golden/clip/huggingface_safetensors/model.safetensors.index.json");
    snprintf(command, sizeof command, "cp tests/golden/clip/huggingface_safetensors/*.safetensors '%s'", folder);
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

/* ---- provenance ---- */

static int files_of(const char *name, char hash[65])
{
    run_record record = { 0 };
    weights_store *s = weights_store_new();
    require(s);
    weights_store_note(s, below("%s", name), "config.json:vision_config.hidden_act");
    require(!complaint() && weights_store_describe(s, &record) == 0);
    run_record_identity(&record, hash);
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
    unlink(below("config.json"));
    assert_int_equal(files_of("", without), 1);
    assert_string_not_equal(with, edited);
    assert_string_not_equal(with, without);
}

/* The whole way: what was read and what differs stands in the record of a run. */
static void a_runs_record_says_it(void **state)
{
    (void)state;
    static const char *const words[] = { "picture tower gelu, 2 heads, eps 0.01", "says mean = [0.5,0.5,0.5]",
                                         "huggingface/config.json", "huggingface/preprocessor_config.json" };
    beside_lay(golden_of(huggingface, huggingface->weights));
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row base --device cpu --set clip.arch=any "
              "--set clip.weights=" BESIDE_GOLDEN "huggingface --set 'clip.layers=1 2' --set input.size=32 "
              "--set run.epochs=1 --out $in/run --cache $in/run >$in/log && cat $in/run/runs/*/*/*/metrics.json");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        expect_words(said, words[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(towers_match),
        cmocka_unit_test(every_word_counts),
        cmocka_unit_test(a_picture_towers_own_file_is_read),
        cmocka_unit_test(the_form_of_the_weights_chooses_the_file),
        cmocka_unit_test(an_index_has_its_configuration_too),
        cmocka_unit_test(the_configuration_is_part_of_a_runs_identity),
        cmocka_unit_test(a_runs_record_says_it),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
