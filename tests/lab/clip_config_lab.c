#include "clip_config_lab.h"

#include "words.h"

static char beside_heard[BESIDE_REMARKS][400];

int beside_remarks;

void beside_lay(const char *golden)
{
    char command[100], from[300], here[200];
    snprintf(command, sizeof command, "rm -rf '%s'/*", folder);
    assert_int_equal(system(command), 0);
    require(getcwd(here, sizeof here));
    snprintf(from, sizeof from, "%s/%s", here, golden);
    assert_int_equal(symlink(from, below("%s", strrchr(golden, '/') + 1)), 0);
}

void beside_write(const char *name, const char *text)
{
    FILE *f = fopen(below("%s", name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

void beside_edit(const char *golden, const char *from, const char *to)
{
    char *text = read_text(golden), edited[BESIDE_TEXT];
    char *at = from ? strstr(text, from) : text;
    require(at);
    size_t gone = from ? strlen(from) : 0;
    snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to ? to : "", at + gone);
    free(text);
    beside_write(strrchr(golden, '/') + 1, edited);
}

void beside_hear(void *owner, const char *sentence)
{
    (void)owner;
    require(beside_remarks < BESIDE_REMARKS);
    snprintf(beside_heard[beside_remarks++], sizeof beside_heard[0], "%s", sentence);
}

char beside_size[8] = "32";

const char *beside_chosen(void *owner, const char *setting)
{
    static const char *const answers[][2] = { { "input.size", beside_size },
                                              { "input.statistics", "openai" },
                                              { "input.resample", "bicubic" },
                                              { "input.mean", "0.48145466 0.4578275 0.40821073" },
                                              { "input.std", "0.26862954 0.26130258 0.27577711" } };
    (void)owner;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(answers[i][0], setting) == 0)
            return answers[i][1];
    return NULL;
}

bool beside_remarked(const char *words)
{
    for (int i = 0; i < beside_remarks; i++)
        if (strstr(beside_heard[i], words))
            return true;
    return false;
}

void beside_expect_remark(const char *words)
{
    if (!beside_remarked(words))
        fail_msg("%d remarks, the first '%s'; expected '%s'", beside_remarks, beside_remarks ? beside_heard[0] : "",
                 words);
}

void beside_open(lab *l, const char *name, const char *one, const char *two, const ablate_module *first,
                 const void *own)
{
    static const builder_talk talk = { NULL, beside_hear, beside_chosen };
    beside_remarks = 0;
    lab_prepare(l, 32);
    builder_listen(l->builder, &talk);
    lab_set(l, "clip.arch=any");
    lab_set(l, "clip.layers=1 2");
    lab_set(l, weights_setting(below("%s", name)));
    if (one)
        lab_set(l, one);
    if (two)
        lab_set(l, two);
    if (first)
        require(builder_compose(l->builder, first, own) == 0);
    lab_compose(l);
}

void beside_refused(const char *name, const char *setting, const char *words)
{
    lab l;
    beside_open(&l, name, setting, NULL, NULL, NULL);
    assert_int_equal(l.status, -1);
    expect_complaint(words);
    lab_close(&l);
}

/* ---- the golden encoders ---- */

const struct program programs[2] = {
    { "towers by config.json", BESIDE_GOLDEN "huggingface/", "model.safetensors", "config.json",
      BESIDE_GOLDEN "huggingface_expected.safetensors" },
    { "towers by open_clip_config.json", BESIDE_GOLDEN "open_clip/", "open_clip_model.safetensors",
      "open_clip_config.json", BESIDE_GOLDEN "open_clip_expected.safetensors" },
};

const struct program *const huggingface = &programs[0], *const open_clip = &programs[1];

const char *golden_of(const struct program *p, const char *name)
{
    static char text[2][200];
    static int turn;
    turn = !turn;
    snprintf(text[turn], sizeof text[0], "%s%s", p->folder, name);
    return text[turn];
}

void lay(const struct program *p, const char *from, const char *to)
{
    beside_lay(golden_of(p, p->weights));
    beside_edit(golden_of(p, p->config), from, to);
}

/* ---- against transformers and open_clip ---- */

static const float beside_caption[WORDS + 1] = { 48, 7, 12, 3, 49, WORDS - 1 };

static int write_words(ablate_builder *b, const void *own)
{
    ablate_write(b, "tokens", 0, ablate_constant(b, own, 1, WORDS + 1));
    return 0;
}

const ablate_module speaker = {
    .abi = ABLATE_ABI, .name = "speaker", .reads = "", .writes = "tokens", .build = write_words
};

double beside_tolerance(void)
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

difference beside_compare(const struct program *p, const char *name, const char *setting)
{
    static const char *const space[] = { "block", "joint" };
    difference d = { 0, 0 };
    weights *w = weights_open(p->expected);
    require(w);
    for (int i = 0; i < 2; i++) {
        char where[40], label[40];
        lab l;
        snprintf(where, sizeof where, "clip.space=%s", space[i]);
        beside_open(&l, name, where, setting, &speaker, beside_caption);
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
