/* Encoders made of convolutions against torchvision and timm in float64 (golden/make_convnets.py), with weights made by
 * formula and pictures of odd sizes; what becomes of their stages; and which files they refuse. */
#include "../lab/clip_lab.h"
#include "../lab/program.h"
#include "../lab/truth.h"

enum { TENSORS = 1024, NETWORKS = 5, STAGES = 7, SAMPLES = 10, NAME = 64 };

typedef struct golden_stage {
    double largest, value[SAMPLES];
    long at[SAMPLES];
    int samples;
} golden_stage;
typedef struct network {
    char module[NAME], arch[NAME], names[NAME];
    int size;
    char name[TENSORS][2 * NAME];
    ablate_shape shape[TENSORS];
    int tensors;
    golden_stage stage[STAGES];
    int stages;
} network;

static network *all; /* [NETWORKS] */
static int networks;

/* ---- the golden file ---- */

static void add_tensor(network *n, const char *name, const char *part, ablate_shape shape)
{
    assert_true(n->tensors < TENSORS);
    snprintf(n->name[n->tensors], sizeof n->name[0], "%s.%s", name, part);
    n->shape[n->tensors++] = shape;
}

static ablate_shape row_of(long count)
{
    return ABLATE_SHAPE(count);
}

/* "conv NAME O I KH KW", "bias NAME O I KH KW", "norm NAME C" */
static void read_tensor(network *n, const char *kind, const char *name, char *rest)
{
    static const char *const parts[] = { "weight", "bias", "running_mean", "running_var" };
    long size[4] = { 0 };
    for (int i = 0; i < 4; i++)
        size[i] = strtol(rest, &rest, 10);
    if (strcmp(kind, "norm") != 0)
        add_tensor(n, name, "weight", ABLATE_SHAPE(size[0], size[1], size[2], size[3]));
    if (strcmp(kind, "bias") == 0)
        add_tensor(n, name, "bias", row_of(size[0]));
    for (int i = 0; strcmp(kind, "norm") == 0 && i < 4; i++)
        add_tensor(n, name, parts[i], row_of(size[0]));
}

/* "stage I largest VALUE", "stage I INDEX VALUE" */
static void read_stage(network *n, const char *which, const char *at, const char *value)
{
    long index = strtol(which, NULL, 10);
    assert_true(index >= 0 && index < STAGES);
    golden_stage *s = &n->stage[index];
    n->stages = (int)index + 1;
    if (strcmp(at, "largest") == 0) {
        s->largest = strtod(value, NULL);
        return;
    }
    assert_true(s->samples < SAMPLES);
    s->at[s->samples] = strtol(at, NULL, 10);
    s->value[s->samples++] = strtod(value, NULL);
}

static void read_golden(void)
{
    char line[200], word[4][NAME];
    FILE *f = fopen("tests/golden/convnets.txt", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        int used = 0, more = 0;
        assert_int_equal(sscanf(line, "%63s %63s%n %63s %63s%n", word[0], word[1], &used, word[2], word[3], &more) >= 2,
                         1);
        if (strcmp(word[0], "network") == 0) {
            network *n = &all[networks++];
            assert_true(networks <= NETWORKS);
            snprintf(n->module, NAME, "%s", word[1]);
            snprintf(n->arch, NAME, "%s", word[2]);
            snprintf(n->names, NAME, "%s", word[3]);
            n->size = (int)strtol(line + more, NULL, 10);
        } else if (strcmp(word[0], "stage") == 0)
            read_stage(&all[networks - 1], word[1], word[2], word[3]);
        else
            read_tensor(&all[networks - 1], word[0], word[1], line + used);
    }
    fclose(f);
    assert_int_equal(networks, NETWORKS);
}

/* ---- a weights file by formula: each tensor has a stream of its own, by its name ---- */

static unsigned stream_of(const char *name) /* FNV-1a of 32 bits */
{
    uint32_t value = 2166136261u;
    for (; *name; name++)
        value = (value ^ (uint8_t)*name) * 16777619u;
    return value;
}

static float *numbers_of(const char *name, const ablate_shape *shape)
{
    int64_t count = shape_size(shape);
    float *out = take((size_t)count, sizeof *out, "a tensor"), scale = 0.2f, offset = 0;
    const char *part = strrchr(name, '.') + 1;
    require(out);
    if (shape->rank == 4)
        scale = (float)sqrt(6.0 / (double)(shape->dim[1] * shape->dim[2] * shape->dim[3]));
    else if (strcmp(part, "running_var") == 0)
        scale = 0.5f, offset = 2;
    else if (strcmp(part, "weight") == 0)
        offset = 1;
    unsigned stream = stream_of(name);
    for (int64_t k = 0; k < count; k++) {
        float scaled = (float)stage_number(stream, (unsigned)k) * scale;
        out[k] = scaled + offset;
    }
    return out;
}

typedef struct change { /* of a file: tensors left out, added, misshapen; what stands before all names */
    const char *without, *with, *bent, *before;
    const char *file; /* its name; NULL: "x.safetensors" */
} change;

static const char *write_network(const network *n, change c)
{
    static char path[200];
    static weights_entry entry[TENSORS + 1];
    static char name[TENSORS + 1][3 * NAME];
    int count = 0;
    for (int i = 0; i < n->tensors; i++) {
        if (c.without && strncmp(n->name[i], c.without, strlen(c.without)) == 0)
            continue;
        weights_entry *e = &entry[count];
        snprintf(name[count], sizeof name[0], "%s%s", c.before ? c.before : "", n->name[i]);
        *e = (weights_entry){ name[count], n->shape[i], numbers_of(n->name[i], &n->shape[i]), WEIGHTS_F32 };
        if (c.bent && strcmp(n->name[i], c.bent) == 0)
            e->shape.dim[0]--;
        count++;
    }
    if (c.with) {
        snprintf(name[count], sizeof name[0], "%s%s", c.before ? c.before : "", c.with);
        float *one = take_zeroed(1, sizeof *one, "a tensor");
        entry[count] = (weights_entry){ name[count], row_of(1), one, WEIGHTS_F32 };
        count++;
    }
    snprintf(path, sizeof path, "%s/%s", folder, c.file ? c.file : "x.safetensors");
    require(weights_write(path, entry, count, NULL, 0) == 0);
    for (int i = 0; i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    return path;
}

/* The encoder with those weights, which sees the picture as it comes; `more`: settings, ended by NULL. */
static void open_network(lab *l, const network *n, int size, const char *path, const char *const *more)
{
    char text[300];
    lab_prepare(l, size);
    l->module = n->module;
    snprintf(text, sizeof text, "%s.weights=%s", n->module, path);
    lab_set(l, text);
    snprintf(text, sizeof text, "%s.statistics=input", n->module);
    lab_set(l, text);
    for (; more && *more; more++) {
        snprintf(text, sizeof text, "%s.%s", n->module, *more);
        lab_set(l, text);
    }
    lab_compose(l);
}

static const network *network_of(const char *names)
{
    for (int i = 0; i < networks; i++)
        if (strcmp(all[i].names, names) == 0)
            return &all[i];
    fail_msg("there is no network with the names of %s", names);
    return all;
}

/* ---- against PyTorch ---- */

/* A number is the end of a chain of sums whose terms' errors cancel as random ones do, so that a link adds about one
 * epsilon of the largest number; the longest chain of these networks has 60 links. */
static void expect_stage(const network *n, int i, const float *got, int64_t count)
{
    const golden_stage *s = &n->stage[i];
    double tolerance = 60 * STAGE_EPS * s->largest, worst = 0;
    char part[3 * NAME];
    snprintf(part, sizeof part, "%s %s", n->module, n->arch);
    assert_true(s->largest > 0.1 && s->samples == SAMPLES && 60 * STAGE_EPS < 1e-5);
    for (int k = 0; k < s->samples; k++) {
        assert_true(s->at[k] < count);
        stage_near((double)got[s->at[k]], s->value[k], tolerance, part, s->at[k]);
        worst = fmax(worst, fabs((double)got[s->at[k]] - s->value[k]));
    }
    bool torchvision = strcmp(n->names, "torchvision") == 0;
    truth(part, torchvision ? "torchvision in float64" : "timm in float64", worst, tolerance, "60 links of a chain");
}

static void compare_network(const network *n)
{
    bool resnet = strcmp(n->module, "resnet") == 0, timm = strcmp(n->names, "timm") == 0;
    const char *file = timm ? "tf_efficientnet.safetensors" : NULL;
    const char *const more[] = { resnet ? "stages=1 2 3 4" : "stages=1 2 3 4 5 6 7", NULL };
    lab l;
    open_network(&l, n, n->size, write_network(n, (change){ .file = file }), more);
    require(l.status == 0);
    for (int i = 0; i < n->stages; i++) {
        ablate_value *value = builder_value(l.builder, "stage", i);
        require(value);
        float *got = lab_get(&l, value);
        expect_stage(n, i, got, shape_size(&value->shape));
        free(got);
    }
    lab_close(&l);
}

static void every_stage_is_pytorchs(void **state)
{
    (void)state;
    for (int i = 0; i < networks; i++)
        compare_network(&all[i]);
}

/* ---- what becomes of the stages ---- */

static void stages_become_layers(void **state)
{
    (void)state;
    static const char *const more[] = { "stages=2 5 7", "width=24", "grid=4", NULL };
    const network *n = network_of("lukemelas");
    lab l;
    open_network(&l, n, 64, write_network(n, (change){ 0 }), more);
    require(l.status == 0);
    static const int side[] = { 16, 4, 2 }, channels[] = { 24, 112, 320 };
    for (int i = 0; i < 3; i++) {
        ablate_shape map = builder_value(l.builder, "stage", i)->shape,
                     teacher = builder_value(l.builder, "teacher", i)->shape;
        assert_int_equal(map.dim[1], side[i]);
        assert_int_equal(map.dim[3], channels[i]);
        assert_int_equal(teacher.dim[1], 1 + 4 * 4);
        assert_int_equal(teacher.dim[2], 24);
    }
    assert_null(builder_value(l.builder, "stage", 3));
    lab_close(&l);
}

/* A stage that keeps its grid is its map as it is, behind the mean of all places. */
static void stages_keep_their_grids(void **state)
{
    (void)state;
    static const char *const more[] = { "stages=2 3 5", "width=0", "own_grid=yes", NULL };
    const network *n = network_of("lukemelas");
    lab l;
    open_network(&l, n, 32, write_network(n, (change){ 0 }), more);
    require(l.status == 0);
    for (int i = 0; i < 3; i++) {
        ablate_value *map = builder_value(l.builder, "stage", i), *tokens = builder_value(l.builder, "teacher", i);
        float *x = lab_get(&l, map), *y = lab_get(&l, tokens);
        int64_t c = map->shape.dim[3], places = map->shape.dim[1] * map->shape.dim[2];
        assert_int_equal(map->shape.dim[1], i == 0 ? 8 : i == 1 ? 4 : 2);
        assert_int_equal(tokens->shape.dim[1], 1 + places);
        assert_int_equal(tokens->shape.dim[2], c);
        assert_memory_equal(y + c, x, (size_t)(places * c) * sizeof *x);
        for (int64_t k = 0; k < c; k++) {
            double mean = 0;
            for (int64_t p = 0; p < places; p++)
                mean += (double)x[p * c + k] / (double)places;
            stage_near((double)y[k], mean, 64 * STAGE_EPS * 10, "class token", k);
        }
        free(x);
        free(y);
    }
    lab_close(&l);
}

/* With the corners in one place, token t of 4 along a side of 16 lies at t x 15 / 3, of one of 2 at t / 3. */
static void stages_are_fitted_by_their_corners(void **state)
{
    (void)state;
    static const char *const more[] = { "stages=2 5 7", "width=0", "grid=4", "fit=corners", NULL };
    const network *n = network_of("lukemelas");
    lab l;
    open_network(&l, n, 64, write_network(n, (change){ 0 }), more);
    require(l.status == 0);
    for (int i = 0; i < 3; i++) {
        ablate_value *map = builder_value(l.builder, "stage", i), *tokens = builder_value(l.builder, "teacher", i);
        float *x = lab_get(&l, map), *y = lab_get(&l, tokens);
        int64_t c = map->shape.dim[3], side = map->shape.dim[1];
        for (int64_t t = 0; t < 16; t++) {
            int64_t place[2] = { t / 4, t % 4 };
            double down = (double)(place[0] * (side - 1)) / 3, across = (double)(place[1] * (side - 1)) / 3;
            int64_t row = (int64_t)fmin(floor(down), (double)side - 2);
            int64_t column = (int64_t)fmin(floor(across), (double)side - 2);
            double below = down - (double)row, right = across - (double)column;
            for (int64_t k = 0; k < c; k++) {
                const float *at = x + (row * side + column) * c + k, *under = at + side * c;
                double above = (1 - right) * (double)at[0] + right * (double)at[c];
                double want = (1 - below) * above + below * ((1 - right) * (double)under[0] + right * (double)under[c]);
                double size =
                    fabs((double)at[0]) + fabs((double)at[c]) + fabs((double)under[0]) + fabs((double)under[c]);
                stage_near((double)y[(1 + t) * c + k], want, 4 * STAGE_EPS * size, "a fitted stage", k);
            }
        }
        free(x);
        free(y);
    }
    lab_close(&l);
}

/* Without a projection tokens are means of the map's places, and the class token is the mean of the tokens. */
static void tokens_are_means(void **state)
{
    (void)state;
    static const char *const more[] = { "stages=3", "width=0", "grid=2", NULL };
    const network *n = network_of("lukemelas");
    lab l;
    open_network(&l, n, 32, write_network(n, (change){ 0 }), more);
    require(l.status == 0);
    ablate_value *map = builder_value(l.builder, "stage", 0), *tokens = builder_value(l.builder, "teacher", 0);
    float *x = lab_get(&l, map), *y = lab_get(&l, tokens);
    int64_t c = map->shape.dim[3];
    assert_int_equal(map->shape.dim[1], 4);
    for (int64_t k = 0; k < c; k++) {
        double all_places = 0, first = 0;
        for (int64_t i = 0; i < 16; i++) {
            all_places += (double)x[i * c + k] / 16;
            first += i / 4 < 2 && i % 4 < 2 ? (double)x[i * c + k] / 4 : 0;
        }
        stage_near((double)y[k], all_places, 16 * STAGE_EPS * 10, "class token", k);
        stage_near((double)y[c + k], first, 4 * STAGE_EPS * 10, "token", k);
    }
    free(x);
    free(y);
    lab_close(&l);
}

/* The same seed gives the same projection, another another. */
static void projections_have_a_seed(void **state)
{
    (void)state;
    static const char *const seeds[] = { "seed=1", "seed=1", "seed=2" };
    const network *n = network_of("lukemelas");
    const char *path = write_network(n, (change){ 0 });
    float *got[3];
    int64_t count = 0;
    for (int i = 0; i < 3; i++) {
        const char *const more[] = { "stages=3", "width=8", seeds[i], NULL };
        lab l;
        open_network(&l, n, 32, path, more);
        require(l.status == 0);
        ablate_value *tokens = builder_value(l.builder, "teacher", 0);
        count = shape_size(&tokens->shape);
        got[i] = lab_get(&l, tokens);
        lab_close(&l);
    }
    assert_memory_equal(got[0], got[1], (size_t)count * sizeof(float));
    assert_memory_not_equal(got[0], got[2], (size_t)count * sizeof(float));
    for (int i = 0; i < 3; i++)
        free(got[i]);
}

/* Adds to the sums of each channel and of its square what layer `layer` of training picture `number` has. */
enum { TOKENS = 16, WIDTH = 16, TRAINED = 3 };
static void add_tokens(const char *layer, int number, double sum[WIDTH], double square[WIDTH])
{
    float x[1 + TOKENS][WIDTH];
    must_work("$ablate features $in/a.ini --picture $in/one/mini-bottle/train/good/00%d.png --cache $in/cache --out "
              "$in/features.safetensors",
              number);
    weights *w = weights_open(below("features.safetensors"));
    require(w);
    require(weights_load(w, layer, &x[0][0]) == 0);
    for (int t = 1; t <= TOKENS; t++)
        for (int k = 0; k < WIDTH; k++) {
            sum[k] += (double)x[t][k];
            square[k] += (double)(x[t][k] * x[t][k]);
        }
    weights_close(w);
}

/* Behind `standardise`, over all training pictures, each channel of the tokens has mean 0 and deviation 1. */
static void channels_are_standardised(void **state)
{
    (void)state;
    const char *path = write_network(network_of("lukemelas"), (change){ 0 });
    must_work("$ablate data mini --export $in/drawn --set mini.train=3 --set mini.good=1 --set mini.each=1 && mkdir "
              "$in/one && mv $in/drawn/mini-bottle $in/one");
    must_work("printf '[row a]\\nmodel = efficientnet standardise\\n[efficientnet]\\nweights = %s\\nwidth = "
              "16\\n[run]\\nbatch = 1\\ndata = folder:one\\n[input]\\nsize = 64\\n' >$in/a.ini",
              path);
    for (int i = 0; i < 3; i++) {
        double sum[WIDTH] = { 0 }, square[WIDTH] = { 0 };
        char layer[20];
        snprintf(layer, sizeof layer, "teacher.%d", i);
        for (int number = 0; number < TRAINED; number++)
            add_tokens(layer, number, sum, square);
        for (int k = 0; k < WIDTH; k++) {
            /* means of 16 x 3 numbers around 1: 48 epsilon at most, and what the line adds */
            stage_near(sum[k] / (TOKENS * TRAINED), 0, 1e-5, layer, k);
            stage_near(square[k] / (TOKENS * TRAINED), 1, 1e-5, layer, k);
        }
    }
}

/* ---- files ---- */

static void expect_refused(const network *n, change c, const char *const *more, const char *words)
{
    lab l;
    open_network(&l, n, 32, write_network(n, c), more);
    assert_int_equal(l.status, -1);
    assert_non_null(complaint());
    if (!strstr(complaint(), words))
        fail_msg("'%s' is not in: %s", words, complaint());
    lab_close(&l);
}

static void odd_files_are_refused(void **state)
{
    (void)state;
    const network *lite = network_of("lukemelas"), *resnet = &all[3];
    assert_string_equal(resnet->arch, "resnet18");
    expect_refused(lite, (change){ .without = "_blocks.15._bn2.weight" }, NULL, "_blocks.15._bn2.weight");
    expect_refused(lite, (change){ .with = "_blocks.3._extra" }, NULL, "has '_blocks.3._extra', which a lite0");
    expect_refused(lite, (change){ .bent = "_blocks.9._bn1.bias" }, NULL, "'_blocks.9._bn1.bias' of");
    expect_refused(lite, (change){ .without = "_blocks.15" }, NULL, "is none of lite0 to lite4 and b0 to b7");
    expect_refused(lite, (change){ .without = "_conv_stem" }, NULL, "is no EfficientNet");
    expect_refused(resnet, (change){ .without = "layer2.0.downsample.1.bias" }, NULL, "layer2.0.downsample.1.bias");
    expect_refused(resnet, (change){ .with = "layer9.0.conv1.weight" }, NULL, "layer9.0.conv1.weight");
    expect_refused(resnet, (change){ .bent = "bn1.running_var" }, NULL, "'bn1.running_var' of");
    expect_refused(resnet, (change){ .without = "layer4.1" }, NULL, "is none of resnet18");
    expect_refused(resnet, (change){ .without = "layer1" }, NULL, "is no ResNet");
}

static void other_networks_are_refused(void **state)
{
    (void)state;
    const network *lite = network_of("lukemelas"), *resnet = &all[3];
    expect_refused(lite, (change){ 0 }, (const char *const[]){ "arch=b0", NULL }, "set efficientnet.arch = lite0");
    expect_refused(lite, (change){ 0 }, (const char *const[]){ "stages=8", NULL }, "numbers from 1 to 7");
    expect_refused(lite, (change){ 0 }, (const char *const[]){ "stages=3 3", NULL }, "numbers from 1 to 7");
    expect_refused(lite, (change){ 0 }, (const char *const[]){ "stages=x", NULL }, "numbers from 1 to 7");
    expect_refused(lite, (change){ 0 }, (const char *const[]){ "fit=corners", "own_grid=yes", NULL },
                   "stages on grids of their own are not fitted; set fit = means");
    expect_refused(
        lite, (change){ 0 }, (const char *const[]){ "grid=4", "own_grid=yes", NULL },
        "efficientnet: a grid of its own for each stage, or one of 4 for all? Set grid = 0, or own_grid = no");
    expect_refused(resnet, (change){ 0 }, (const char *const[]){ "arch=resnet34", NULL }, "set resnet.arch = resnet18");
    expect_refused(resnet, (change){ 0 }, (const char *const[]){ "stages=5", NULL }, "numbers from 1 to 4");
}

/* A name before all names, and a classifier, are left out. */
static void wrapped_files_are_read(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const network *n = i ? &all[3] : network_of("lukemelas");
        lab l;
        open_network(&l, n, 32, write_network(n, (change){ .before = "module.", .with = i ? "fc.bias" : "_fc.bias" }),
                     NULL);
        require(l.status == 0);
        lab_close(&l);
    }
}

/* timm has two networks with the same names and shapes: which one it is must be known. */
static void ports_are_told_apart(void **state)
{
    (void)state;
    const network *n = network_of("timm");
    expect_refused(n, (change){ 0 }, NULL, "set efficientnet.padding");
    static const char *const chosen[][2] = { { "padding=even", NULL }, { "padding=same", NULL } };
    float *got[2];
    int64_t count = 0;
    for (int i = 0; i < 2; i++) {
        lab l;
        open_network(&l, n, 32, write_network(n, (change){ 0 }), chosen[i]);
        require(l.status == 0);
        ablate_value *map = builder_value(l.builder, "stage", 0);
        count = shape_size(&map->shape);
        got[i] = lab_get(&l, map);
        lab_close(&l);
    }
    assert_memory_not_equal(got[0], got[1], (size_t)count * sizeof(float));
    free(got[0]);
    free(got[1]);
}

static int prepare(void **state)
{
    if (make_folder(state) < 0)
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
        cmocka_unit_test(every_stage_is_pytorchs),
        cmocka_unit_test(stages_become_layers),
        cmocka_unit_test(tokens_are_means),
        cmocka_unit_test(projections_have_a_seed),
        cmocka_unit_test(channels_are_standardised),
        cmocka_unit_test(odd_files_are_refused),
        cmocka_unit_test(other_networks_are_refused),
        cmocka_unit_test(wrapped_files_are_read),
        cmocka_unit_test(ports_are_told_apart),
        cmocka_unit_test(stages_keep_their_grids),
        cmocka_unit_test(stages_are_fitted_by_their_corners),
    };
    return cmocka_run_group_tests_name("encoders of convolutions", tests, prepare, finish);
}
