/* The symmetric contrastive loss against plain double-precision C, and its probe on cases made by hand. */
#include "../lab/paper_stage.h"

enum { PAIRS = 6, WIDTH = 5 };
static const float *scale;        /* logit scale of the case being built */
static ablate_value *features[3]; /* of the class token; of the texts; of the patches, or NULL */

static int write_features(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_shape scalar = { 0, { 0 } };
    ablate_write(b, "image.feature", 0, features[0]);
    if (features[2])
        ablate_write(b, "image.feature", 1, features[2]);
    ablate_write(b, "text.feature", 0, features[1]);
    ablate_write(b, "logit.scale", 0, b->api->constant(b, __FILE__, __LINE__, scalar, scale));
    return 0;
}
static const ablate_module writer = { .abi = ABLATE_ABI,
                                      .name = "writer",
                                      .reads = "",
                                      .writes = "image.feature text.feature logit.scale",
                                      .build = write_features };

typedef struct answer {
    double loss, retrieval;
} answer;

/* Loss and probe of the module for features (PAIRS, WIDTH) of pictures and of texts. `twice`: the encoder writes a
 * second feature of the pictures, the texts' own. */
static answer ask(bool training, bool twice, const float *image, const float *text, float logit_scale)
{
    const ablate_shape shape = { 2, { PAIRS, WIDTH } };
    const device *where = stage_device();
    constants *frozen = constants_new(where);
    parameters *none = parameters_new();
    graph *g = graph_new(none);
    builder_host host = { 0 };
    builder *b = builder_new(g, &host, training);
    complaint_clear();
    require(frozen && g && b);
    scale = &logit_scale;
    require(features[0] = builder_input(b, "pictures", &shape));
    require(features[1] = builder_input(b, "texts", &shape));
    features[2] = twice ? features[1] : NULL;
    const ablate_module *module = module_load("contrast", NULL);
    require(module && builder_compose(b, &writer, NULL) == 0 && builder_compose(b, module, NULL) == 0);
    assert_int_equal(g->losses, training ? 1 + twice : 0);
    assert_int_equal(g->probes, 1);
    ablate_value *wanted[2] = { g->probe[0].value, training ? g->loss[0].value : g->probe[0].value };
    program_request request = { .graph = g,
                                .device = where,
                                .constants = frozen,
                                .wanted = wanted,
                                .wanted_count = 2,
                                .given = features,
                                .given_count = 2 };
    program *run = program_new(&request);
    float retrieval = NAN, loss = NAN;
    require(run && program_put(run, features[0], image) == 0 && program_put(run, features[1], text) == 0);
    require(program_run(run, 0) == 0 && program_get(run, wanted[0], &retrieval) == 0);
    require(program_get(run, wanted[1], &loss) == 0);
    answer got = { training ? g->loss[0].weight * (double)loss : 0, (double)retrieval };
    program_free(run);
    builder_free(b);
    graph_free(g);
    parameters_free(none);
    constants_free(frozen);
    return got;
}

static double cosine(const float *a, const float *b)
{
    double dot = 0, aa = 0, bb = 0;
    for (int k = 0; k < WIDTH; k++) {
        dot += (double)a[k] * (double)b[k];
        aa += (double)a[k] * (double)a[k];
        bb += (double)b[k] * (double)b[k];
    }
    return dot / sqrt(aa * bb);
}

/* Mean over i of -log(exp(s u_i v_i) / sum_j exp(s u_i v_j)). */
static double one_way(const float *u, const float *v, double s)
{
    double sum = 0;
    for (int i = 0; i < PAIRS; i++) {
        double all = 0;
        for (int j = 0; j < PAIRS; j++)
            all += exp(s * cosine(u + i * WIDTH, v + j * WIDTH));
        sum += log(all) - s * cosine(u + i * WIDTH, v + i * WIDTH);
    }
    return sum / PAIRS;
}

static void draw(unsigned stream, float *out)
{
    for (unsigned k = 0; k < PAIRS * WIDTH; k++)
        out[k] = 3 * (float)stage_number(stream, k);
}

static void test_loss_matches(void **state)
{
    (void)state;
    static const double scales[] = { 0, 2.65926, 4.6, 7 /* more than log 100: counts as that */ };
    float u[PAIRS * WIDTH], v[PAIRS * WIDTH];
    draw(1, u);
    draw(2, v);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        double s = exp(fmin(scales[i], log(100)));
        double expected = 0.5 * (one_way(u, v, s) + one_way(v, u, s));
        /* A cosine is wrong by some 2 WIDTH roundings, a logit by s times that; so is a difference of two */
        double tolerance = 2 * s * (2 * WIDTH + 8) * STAGE_EPS + 8 * STAGE_EPS * fabs(expected);
        stage_near(ask(true, false, u, v, (float)scales[i]).loss, expected, tolerance, "loss", (int64_t)i);
    }
}

static void test_retrieval_by_hand(void **state)
{
    (void)state;
    float u[PAIRS * WIDTH], v[PAIRS * WIDTH];
    draw(3, u);
    memcpy(v, u, sizeof u);
    stage_near(ask(true, false, u, v, 3).retrieval, 1, 0, "all found", 0);
    stage_near(ask(false, false, u, v, 3).retrieval, 1, 0, "all found when scoring", 0);
    for (int i = 0; i < PAIRS; i++) /* each text is that of the next picture */
        memcpy(v + i * WIDTH, u + (i + 1) % PAIRS * WIDTH, WIDTH * sizeof *v);
    stage_near(ask(true, false, u, v, 3).retrieval, 0, 0, "none found", 0);
    memcpy(v, u, sizeof u);
    memcpy(v, u + WIDTH, WIDTH * sizeof *v); /* texts 0 and 1 are those of pictures 1 and 0 */
    memcpy(v + WIDTH, u, WIDTH * sizeof *v);
    stage_near(ask(true, false, u, v, 3).retrieval, (PAIRS - 2.0) / PAIRS, 2 * STAGE_EPS, "two swapped", 0);
}

/* Each of two features has its own loss, of half the weight; the probe is the first one's. */
static void test_two_features_share_the_weight(void **state)
{
    (void)state;
    float u[PAIRS * WIDTH], v[PAIRS * WIDTH];
    draw(4, u);
    draw(5, v);
    answer one = ask(true, false, u, v, 2), two = ask(true, true, u, v, 2);
    stage_near(two.loss, one.loss / 2, 0, "loss of the first", 0);
    stage_near(two.retrieval, one.retrieval, 0, "probe", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_loss_matches), cmocka_unit_test(test_retrieval_by_hand),
                                        cmocka_unit_test(test_two_features_share_the_weight) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
