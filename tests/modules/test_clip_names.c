/* The names that training on several devices, compiling and wrapping leave: what stands before each name is left out
 * and remarked; where the names do not begin alike, a block lacks or there are two encoders, the file is refused. */
#include "../lab/clip_config_lab.h"

enum { MOST = 120, WIDTH = 32, TOKENS = 17 };
static const char *const plain[] = { "tests/golden/clip/open_clip.safetensors",
                                     "tests/golden/clip/huggingface/model.safetensors" };
enum { PLAIN = sizeof plain / sizeof *plain };

/* A copy of the file with names as `rename` makes them of each: "" leaves it out. */
typedef void renamer(const char *name, char renamed[160]);
static void copy(const char *from, renamer *rename, renamer *again)
{
    static char name[2 * MOST][160];
    static weights_entry entry[2 * MOST];
    int count = 0;
    weights *w = weights_open(from);
    require(w);
    for (int turn = 0; turn < (again ? 2 : 1); turn++)
        for (int i = 0; i < weights_count(w); i++) {
            const weights_tensor *t = weights_at(w, i);
            (turn ? again : rename)(t->name, name[count]);
            if (t->dtype == WEIGHTS_OTHER || !*name[count])
                continue;
            float *data = take((size_t)t->count, sizeof *data, t->name);
            require(data && weights_load(w, t->name, data) == 0 && count < 2 * MOST - 1);
            entry[count] = (weights_entry){ name[count], t->shape, data, WEIGHTS_F32 };
            count++;
        }
    require(weights_write(below("%s", "clip.safetensors"), entry, count, NULL, 0) == 0);
    for (int i = 0; i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    weights_close(w);
}

/* The last layer of the copy, or of a file itself; the caller frees. */
static float *features(const char *setting)
{
    lab l;
    beside_remarks = 0;
    lab_prepare(&l, 32);
    builder_listen(l.builder, &(builder_talk){ NULL, beside_hear, beside_chosen });
    lab_set(&l, "clip.arch=any");
    lab_set(&l, "clip.head_width=16");
    lab_set(&l, setting);
    lab_compose(&l);
    require(l.status == 0);
    float *got = lab_get(&l, builder_value(l.builder, "teacher", -1));
    lab_close(&l);
    return got;
}

static const char *prefix;
static void put_before(const char *name, char renamed[160])
{
    snprintf(renamed, 160, "%s%s", prefix, name);
}

static void what_stands_before_is_left_out(void **state)
{
    (void)state;
    static const char *const before[] = { "module.", "_orig_mod.",        "clip_model.",       "model.",
                                          "clip.",   "module._orig_mod.", "model.clip_model.", "student.module." };
    for (int i = 0; i < PLAIN; i++) {
        float *wanted = features(weights_setting(plain[i]));
        assert_false(beside_remarked("left out"));
        for (size_t k = 0; k < sizeof before / sizeof *before; k++) {
            char words[80];
            prefix = before[k];
            copy(plain[i], put_before, NULL);
            float *got = features(weights_setting(below("%s", "clip.safetensors")));
            assert_memory_equal(got, wanted, TOKENS * 24 * sizeof *got);
            snprintf(words, sizeof words, "begin with '%s', which is left out", prefix);
            beside_expect_remark(words);
            free(got);
        }
        free(wanted);
    }
}

static const char *which; /* only the names with this word */
static void put_before_some(const char *name, char renamed[160])
{
    snprintf(renamed, 160, "%s%s", strstr(name, which) ? prefix : "", name);
}
static void leave_out_some(const char *name, char renamed[160])
{
    snprintf(renamed, 160, "%s", strstr(name, which) ? "" : name);
}
static void keep(const char *name, char renamed[160])
{
    snprintf(renamed, 160, "%s", name);
}

static void refused(const char *words)
{
    beside_refused("clip.safetensors", "clip.head_width=16", words);
}

static void names_that_do_not_begin_alike_are_refused(void **state)
{
    (void)state;
    static const char *const words[PLAIN][3] = { { "resblocks.2.", "visual.conv1.weight", "visual.proj" },
                                                 { "layers.2.", "patch_embedding.weight", "visual_projection" } };
    prefix = "module.";
    for (int i = 0; i < PLAIN; i++) {
        which = words[i][0];
        copy(plain[i], put_before_some, NULL);
        refused("do not begin alike");
        which = words[i][1];
        copy(plain[i], put_before_some, NULL);
        refused("do not begin alike");
        which = words[i][2];
        copy(plain[i], put_before_some, NULL);
        refused("no tensor '");
    }
}

static void a_shorter_tower_is_not_taken(void **state)
{
    (void)state;
    static const char *const words[PLAIN][2] = { { "visual.transformer.resblocks.1.", "token_embedding" },
                                                 { "vision_model.encoder.layers.1.", "token_embedding" } };
    for (int i = 0; i < PLAIN; i++)
        for (int k = 0; k < 2; k++) {
            which = words[i][k];
            copy(plain[i], leave_out_some, NULL);
            refused(k ? "has tensors of 5 blocks, but only 3" : "has tensors of 4 blocks, but only 3");
        }
}

static void two_encoders_are_refused(void **state)
{
    (void)state;
    prefix = "ema.";
    for (int i = 0; i < PLAIN; i++) {
        copy(plain[i], put_before, keep);
        refused("holds 2 encoders ('");
    }
    prefix = "module.";
    copy(plain[0], put_before, keep);
    refused("('visual.conv1.weight', 'module.visual.conv1.weight')");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_before_is_left_out),
        cmocka_unit_test(names_that_do_not_begin_alike_are_refused),
        cmocka_unit_test(a_shorter_tower_is_not_taken),
        cmocka_unit_test(two_encoders_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
