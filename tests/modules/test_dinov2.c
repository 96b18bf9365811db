/* DINOv2's vision transformer against transformers and timm in float64 (golden/make_dinov2.py): every layer, with
 * registers and without, at grids of its own and others, under the names of each kind of file; and which files it
 * refuses. */
#include "../lab/clip_lab.h"
#include "../lab/program.h"
#include "../lab/truth.h"

enum { TENSORS = 128, NETWORKS = 8, LAYERS = 3, SAMPLES = 10, NAME = 80, WIDTH = 32 };

typedef struct golden_layer {
    double largest, value[SAMPLES];
    long at[SAMPLES];
    int samples;
} golden_layer;
typedef struct network {
    char title[NAME], form[NAME], resample[NAME];
    int size;
    char name[TENSORS][NAME];
    ablate_shape shape[TENSORS];
    int tensors;
    golden_layer layer[LAYERS];
} network;

static network *all; /* [NETWORKS] */
static int networks;

/* ---- the golden file ---- */

static void read_tensor(network *n, const char *name, char *rest)
{
    ablate_shape shape = { 0 };
    assert_true(n->tensors < TENSORS);
    for (char *end; shape.rank < ABLATE_DIMS; rest = end) {
        long size = strtol(rest, &end, 10);
        if (end == rest)
            break;
        shape.dim[shape.rank++] = size;
    }
    snprintf(n->name[n->tensors], NAME, "%s", name);
    n->shape[n->tensors++] = shape;
}

/* "I largest VALUE", "I INDEX VALUE" */
static void read_layer(network *n, long index, const char *at, double value)
{
    assert_true(index >= 0 && index < LAYERS);
    golden_layer *l = &n->layer[index];
    if (strcmp(at, "largest") == 0) {
        l->largest = value;
        return;
    }
    assert_true(l->samples < SAMPLES);
    l->at[l->samples] = strtol(at, NULL, 10);
    l->value[l->samples++] = value;
}

static void read_golden(void)
{
    char line[200], word[4][NAME];
    FILE *f = fopen("tests/golden/dinov2.txt", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        int used = 0;
        assert_true(sscanf(line, "%79s %79s%n %79s %79s", word[0], word[1], &used, word[2], word[3]) >= 3);
        network *n = &all[networks - (networks > 0)];
        if (strcmp(word[0], "network") == 0) {
            assert_true(networks < NETWORKS);
            n = &all[networks++];
            char size[NAME]; /* before it, how many registers */
            assert_int_equal(sscanf(line, "network %79s %79s %*s %79s %79s", n->title, n->form, n->resample, size), 4);
            n->size = (int)strtol(size, NULL, 10);
        } else if (strcmp(word[0], "tensor") == 0)
            read_tensor(n, word[1], line + used);
        else
            read_layer(n, strtol(word[1], NULL, 10), word[2], strtod(word[3], NULL));
    }
    fclose(f);
    assert_int_equal(networks, NETWORKS);
}

static const network *network_of(const char *title)
{
    for (int i = 0; i < networks; i++)
        if (strcmp(all[i].title, title) == 0)
            return &all[i];
    fail_msg("there is no network '%s'", title);
    return all;
}

/* ---- a weights file by formula: each tensor has a stream of its own, by its name ---- */

static unsigned stream_of(const char *name) /* FNV-1a of 32 bits */
{
    uint32_t value = 2166136261u;
    for (; *name; name++)
        value = (value ^ (uint8_t)*name) * 16777619u;
    return value;
}

static bool ends(const char *name, const char *with)
{
    size_t length = strlen(name), ending = strlen(with);
    return length >= ending && strcmp(name + length - ending, with) == 0;
}

static float *numbers_of(const char *name, const ablate_shape *shape)
{
    int64_t count = shape_size(shape);
    float *out = take((size_t)count, sizeof *out, "a tensor"), scale = 0.2f, offset = 0;
    require(out);
    if (shape->rank == 4)
        scale = (float)sqrt(6.0 / (double)(shape->dim[1] * shape->dim[2] * shape->dim[3]));
    else if (shape->rank == 3)
        scale = 0.5f;
    else if (shape->rank == 2)
        scale = (float)sqrt(3.0 / (double)shape->dim[1]);
    else if (ends(name, "gamma") || ends(name, "lambda1"))
        scale = 0.3f, offset = 0.6f;
    else if (strstr(name, "norm") && ends(name, "weight"))
        offset = 1;
    unsigned stream = stream_of(name);
    for (int64_t k = 0; k < count; k++) {
        float scaled = (float)stage_number(stream, (unsigned)k) * scale;
        out[k] = scaled + offset;
    }
    return out;
}

typedef struct change { /* of a file: tensors left out whose names begin so, one added, one cut, names' beginning */
    const char *without, *with, *bent, *before;
    int axis; /* along which it is cut */
} change;

static const char *write_network(const network *n, change c)
{
    static char path[200], name[TENSORS + 1][2 * NAME];
    static weights_entry entry[TENSORS + 1];
    int count = 0;
    for (int i = 0; i < n->tensors; i++) {
        if (c.without && strncmp(n->name[i], c.without, strlen(c.without)) == 0)
            continue;
        snprintf(name[count], sizeof name[0], "%s%s", c.before ? c.before : "", n->name[i]);
        weights_entry *e = &entry[count];
        *e = (weights_entry){ name[count], n->shape[i], numbers_of(n->name[i], &n->shape[i]), WEIGHTS_F32 };
        if (c.bent && strcmp(n->name[i], c.bent) == 0)
            e->shape.dim[c.axis]--;
        count++;
    }
    if (c.with) {
        snprintf(name[count], sizeof name[0], "%s%s", c.before ? c.before : "", c.with);
        float *one = take_zeroed(1, sizeof *one, "a tensor");
        entry[count] = (weights_entry){ name[count], { 1, { 1 } }, one, WEIGHTS_F32 };
        count++;
    }
    snprintf(path, sizeof path, "%s/x.safetensors", folder);
    require(weights_write(path, entry, count, NULL, 0) == 0);
    for (int i = 0; i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    return path;
}

/* The encoder with those weights, which sees the picture as it comes; `more`: settings, ended by NULL. */
static void open_network(lab *l, int size, const char *path, const char *const *more)
{
    static const char *const own[] = { "statistics=input", "head_width=8", "layers=2 3 4", NULL };
    char text[300];
    lab_prepare(l, size);
    l->module = "dinov2";
    snprintf(text, sizeof text, "dinov2.weights=%s", path);
    lab_set(l, text);
    for (int i = 0; own[i]; i++) {
        snprintf(text, sizeof text, "dinov2.%s", own[i]);
        lab_set(l, text);
    }
    for (; more && *more; more++) {
        snprintf(text, sizeof text, "dinov2.%s", *more);
        lab_set(l, text);
    }
    lab_compose(l);
}

/* ---- against PyTorch ---- */

/* A number is the end of a chain of sums whose terms' errors cancel as random ones do, so that a link adds about one
 * epsilon of the largest number; eight links a block, of four blocks, and two before. */
static void expect_layer(const network *n, int i, const float *got, int64_t count)
{
    const golden_layer *g = &n->layer[i];
    double tolerance = 34 * STAGE_EPS * g->largest, worst = 0;
    assert_true(g->largest > 0.1 && g->samples == SAMPLES && 34 * STAGE_EPS < 1e-5);
    for (int k = 0; k < g->samples; k++) {
        assert_true(g->at[k] < count);
        stage_near((double)got[g->at[k]], g->value[k], tolerance, n->title, g->at[k]);
        worst = fmax(worst, fabs((double)got[g->at[k]] - g->value[k]));
    }
    truth("dinov2", strcmp(n->form, "timm") == 0 ? "timm in float64" : "transformers in float64", worst, tolerance,
          "34 links of a chain");
}

static void compare_network(const network *n, const char *resample)
{
    char setting[NAME];
    int side = n->size / 14;
    lab l;
    snprintf(setting, sizeof setting, "resample=%s", resample);
    open_network(&l, n->size, write_network(n, (change){ 0 }), (const char *const[]){ setting, NULL });
    require(l.status == 0);
    for (int i = 0; i < LAYERS; i++) {
        ablate_value *value = builder_value(l.builder, "teacher", i);
        require(value);
        assert_int_equal(value->shape.dim[1], 1 + side * side);
        assert_int_equal(value->shape.dim[2], WIDTH);
        float *got = lab_get(&l, value);
        expect_layer(n, i, got, shape_size(&value->shape));
        free(got);
    }
    assert_null(builder_value(l.builder, "teacher", LAYERS));
    lab_close(&l);
}

static void every_layer_is_pytorchs(void **state)
{
    (void)state;
    for (int i = 0; i < networks; i++)
        compare_network(&all[i], all[i].resample);
}

/* What the file's registers, or their lack, say of how positions are fitted; at its own grid nothing is. */
static void positions_are_fitted_as_files_have_it(void **state)
{
    (void)state;
    compare_network(network_of("smaller"), "auto");
    compare_network(network_of("antialias"), "auto");
    compare_network(network_of("registers"), "auto");
    compare_network(network_of("native"), "antialias");
    compare_network(network_of("native"), "bicubic");
}

/* ---- files ---- */

static void expect_refused(const network *n, change c, const char *const *more, const char *words)
{
    lab l;
    open_network(&l, n->size, write_network(n, c), more);
    assert_int_equal(l.status, -1);
    assert_non_null(complaint());
    if (!strstr(complaint(), words))
        fail_msg("'%s' is not in: %s", words, complaint());
    lab_close(&l);
}

static void odd_files_are_refused(void **state)
{
    (void)state;
    const network *own = network_of("larger"), *theirs = network_of("registers"), *timm = network_of("timm");
    expect_refused(own, (change){ .without = "blocks.3.ls2" }, NULL, "blocks.3.ls2.gamma");
    expect_refused(own, (change){ .without = "blocks.2" }, NULL, "numbers from 1 to 2");
    expect_refused(own, (change){ .without = "blocks.2" }, (const char *const[]){ "layers=1 2", NULL },
                   "has 'blocks.3.attn.proj.bias', which a DINOv2 of width 32 and 2 blocks does not have");
    expect_refused(own, (change){ .with = "blocks.3.extra" }, NULL, "has 'blocks.3.extra', which a DINOv2 of width 32");
    expect_refused(own, (change){ .bent = "blocks.1.attn.qkv.bias" }, NULL, "'blocks.1.attn.qkv.bias' of");
    expect_refused(own, (change){ .bent = "pos_embed", .axis = 1 }, NULL, "has 25 rows, not those of a square of");
    expect_refused(timm, (change){ .bent = "pos_embed", .axis = 1 }, NULL, "has 24 rows, not those of a square of");
    expect_refused(own, (change){ .bent = "patch_embed.proj.weight", .axis = 1 }, NULL,
                   "are not windows of red, green");
    expect_refused(own, (change){ .bent = "patch_embed.proj.weight", .axis = 2 }, NULL, "'patch_embed.proj.weight' of");
    expect_refused(own, (change){ .without = "cls_token" }, NULL, "cls_token");
    expect_refused(own, (change){ .without = "blocks.0" }, NULL, "is no DINOv2: it has neither 'blocks.0.ls1.gamma'");
    expect_refused(theirs, (change){ .without = "encoder.layer.2.attention.attention.key.bias" }, NULL,
                   "encoder.layer.2.attention.attention.key.bias");
    expect_refused(theirs, (change){ .bent = "embeddings.register_tokens", .axis = 2 }, NULL,
                   "'embeddings.register_tokens' of");
    expect_refused(theirs, (change){ .with = "encoder.layer.4.norm1.weight" }, NULL, "encoder.layer.4");
}

/* ViT-g/14 has a gate in its feed-forward parts: other names, or timm's, whose second layer is half as wide. */
static void gated_blocks_are_refused(void **state)
{
    (void)state;
    const network *own = network_of("larger");
    network *timm = take_zeroed(1, sizeof *timm, "a network");
    require(timm);
    expect_refused(own, (change){ .without = "blocks.0.mlp.fc1", .with = "blocks.0.mlp.w12.weight" }, NULL, "SwiGLU");
    *timm = *network_of("timm");
    for (int i = 0; i < timm->tensors; i++)
        if (ends(timm->name[i], "mlp.fc2.weight"))
            timm->shape[i].dim[1] /= 2;
    expect_refused(timm, (change){ 0 }, NULL, "give a ViT-S/14, ViT-B/14 or ViT-L/14");
    free(timm);
}

static void odd_settings_are_refused(void **state)
{
    (void)state;
    const network *n = network_of("larger");
    static const char *const layers[] = { "layers=5", "layers=0", "layers=2 2", "layers=3 2", "layers=x" };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        expect_refused(n, (change){ 0 }, (const char *const[]){ layers[i], NULL }, "numbers from 1 to 4, ascending");
    expect_refused(n, (change){ 0 }, (const char *const[]){ "layers=", NULL }, "has 4 blocks, for which no layers");
    expect_refused(n, (change){ 0 }, (const char *const[]){ "head_width=64", NULL }, "heads of 64 channels do not");
    expect_refused(n, (change){ 0 }, (const char *const[]){ "size=13", NULL }, "at least one patch of 14 pixels");
    expect_refused(n, (change){ 0 }, (const char *const[]){ "weights=", NULL }, "dinov2.weights is empty");
}

/* What Hugging Face's configuration says of heads must be so. */
static void heads_are_checked(void **state)
{
    (void)state;
    const network *n = network_of("registers");
    const char *path = write_network(n, (change){ 0 });
    for (int heads = 4; heads >= 2; heads -= 2) {
        lab l;
        must_work("printf '{\"num_attention_heads\": %d}' >$in/config.json", heads);
        open_network(&l, n->size, path, NULL);
        assert_int_equal(l.status == 0, heads == 4);
        if (heads != 4)
            assert_non_null(strstr(complaint(), "says 2 heads, and dinov2.head_width = 8 makes 4; set that to 16"));
        lab_close(&l);
    }
    must_work("rm $in/config.json");
}

/* A name before all names is left out; what is trained with the encoder alone is not asked for. */
static void wrapped_files_are_read(void **state)
{
    (void)state;
    for (int i = 0; i < networks; i++) {
        lab l;
        bool theirs = strcmp(all[i].form, "huggingface") == 0;
        open_network(&l, all[i].size,
                     write_network(&all[i], (change){ .before = theirs ? "dinov2." : "teacher.backbone.",
                                                      .without = theirs ? "embeddings.mask_token" : "mask_token",
                                                      .with = theirs ? NULL : "head.bias" }),
                     NULL);
        require(l.status == 0);
        lab_close(&l);
    }
}

/* ---- pictures ---- */

/* By default the picture is seen with ImageNet's mean and deviation, whatever it came in with; `size` resizes it. */
static void pictures_are_seen_as_trained(void **state)
{
    (void)state;
    const char *path = write_network(network_of("larger"), (change){ 0 });
    must_work("$ablate data mini --export $in/drawn --set mini.train=1 --set mini.good=1 --set mini.each=1 && mkdir "
              "$in/one && mv $in/drawn/mini-bottle $in/one");
    must_work(
        "printf '[row a]\\nmodel = dinov2\\n[dinov2]\\nweights = %s\\nhead_width = 8\\nlayers = 4\\n[run]\\nbatch = "
        "1\\ndata = folder:one\\n[input]\\nsize = 48\\n' >$in/a.ini",
        path);
    static const char *const sets[] = { "--set input.statistics=imagenet --set dinov2.statistics=input",
                                        "--set input.statistics=imagenet", "--set input.statistics=openai",
                                        "--set input.statistics=openai --set dinov2.size=70" };
    enum { RUNS = sizeof sets / sizeof *sets, TOKENS = 1 + 5 * 5 };
    static float x[RUNS][TOKENS][WIDTH];
    for (int i = 0; i < RUNS; i++) {
        must_work("$ablate features $in/a.ini --picture $in/one/mini-bottle/train/good/000.png --out "
                  "$in/features.safetensors %s",
                  sets[i]);
        expect_words(said, i < RUNS - 1 ? "48 pixels are no multiple of a patch's 14: the last 6 of each side" : "");
        weights *w = weights_open(below("features.safetensors"));
        require(w);
        const weights_tensor *found = weights_need(w, "teacher.0");
        require(found);
        assert_int_equal(found->shape.dim[found->shape.rank - 2], i < RUNS - 1 ? 1 + 3 * 3 : TOKENS);
        require(weights_load(w, "teacher.0", &x[i][0][0]) == 0);
        weights_close(w);
    }
    for (int t = 0; t < 10; t++)
        for (int k = 0; k < WIDTH; k++) {
            assert_true(x[0][t][k] == x[1][t][k]);
            stage_near((double)x[2][t][k], (double)x[1][t][k], 34 * STAGE_EPS * 20, "statistics", t * WIDTH + k);
        }
    assert_memory_not_equal(x[3], x[2], sizeof x[0]);
}

static int prepare(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    all = take_zeroed(NETWORKS, sizeof *all, "networks");
    require(all);
    read_golden();
    return 0;
}

static int finish(void **state)
{
    free(all);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_is_pytorchs),  cmocka_unit_test(positions_are_fitted_as_files_have_it),
        cmocka_unit_test(odd_files_are_refused),    cmocka_unit_test(gated_blocks_are_refused),
        cmocka_unit_test(odd_settings_are_refused), cmocka_unit_test(heads_are_checked),
        cmocka_unit_test(wrapped_files_are_read),   cmocka_unit_test(pictures_are_seen_as_trained),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
