/* The module `neighbour` against NumPy in float64 (golden/make_neighbour.py): features of a few pictures, of which some
 * are trained on. A collector of the test's own computes what those give, as collect.h does for a run. */
#include "../../core/files/weights.h"
#include "../lab/paper_stage.h"
#include "../lab/truth.h"

enum { PICTURES = 6, BATCH = 2, TRAINED = PICTURES - BATCH, PATCHES = 16, SIZE = 12, LAYERS = 2 };
static const int channels[LAYERS] = { 5, 3 };

static weights *file;
static float layer[LAYERS][PICTURES * (1 + PATCHES) * 5];
static stage now;

static int begin(void **state)
{
    (void)state;
    char name[16];
    require(file = weights_open("tests/golden/neighbour.safetensors"));
    for (int i = 0; i < LAYERS; i++) {
        snprintf(name, sizeof name, "layer.%d", i);
        require(weights_load(file, name, layer[i]) == 0);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    weights_close(file);
    return 0;
}

/* ---- what the trained pictures give ---- */

typedef struct gathering { /* of one tensor */
    ablate_value *value, *which;
} gathering;
static gathering gathered[4];
static int gatherings;

/* The value for all trained pictures, a batch of them at a time in the place of the judged ones; the caller's. */
static float *give_all(ablate_value *value)
{
    const int64_t each = shape_size(&value->shape);
    float *all = take((size_t)(each * TRAINED / BATCH), sizeof *all, "a test"), *kept[LAYERS];
    for (int i = 0; i < LAYERS; i++)
        kept[i] = stage_parameter(&now, i ? "actor.teacher.1" : "actor.teacher.0");
    for (int first = 0; first < PICTURES; first += BATCH) { /* the last are the judged ones again */
        for (int i = 0; i < LAYERS; i++) {
            const int n = (1 + PATCHES) * channels[i];
            memcpy(kept[i], layer[i] + first * n, (size_t)(BATCH * n) * sizeof(float));
        }
        float *to = all + first / BATCH * each;
        if (first < TRAINED)
            stage_compute(&now, 1, &value, &to, NULL);
    }
    return all;
}

static int fetch(void *context, float *out)
{
    const gathering *g = context;
    const int64_t width = g->value->shape.dim[g->value->shape.rank - 1];
    const int64_t numbers = shape_size(&g->value->shape) * TRAINED / BATCH;
    float *all = give_all(g->value);
    if (!g->which) {
        memcpy(out, all, (size_t)numbers * sizeof *out);
    } else {
        const int64_t count = g->which->shape.dim[0];
        ablate_value *which = g->which;
        float *index = take((size_t)count, sizeof *index, "a test");
        stage_compute(&now, 1, &which, &index, NULL);
        for (int64_t k = 0; k < count; k++)
            memcpy(out + k * width, all + (int64_t)index[k] * width, (size_t)width * sizeof *out);
        free(index);
    }
    free(all);
    return 0;
}

static int collect(void *collector, const graph *g, ablate_value *made, const ablate_value *value, ablate_value *which)
{
    (void)collector, (void)g;
    assert_true(gatherings < 4);
    gathering *of = &gathered[gatherings];
    *of = (gathering){ (ablate_value *)(uintptr_t)value, which };
    made->shape.dim[0] = TRAINED;
    if (which)
        made->shape = (ablate_shape){ 2, { which->shape.dim[0], value->shape.dim[2] } };
    made->source = (value_source){ fetch, of, { { (uint8_t)++gatherings } } };
    return 0;
}

/* ---- cases ---- */

static void open_stage(const char *chosen)
{
    char words[200];
    gatherings = 0;
    stage_open(&now, false);
    now.host.collect = collect;
    for (int i = 0; i < LAYERS; i++)
        stage_give(&now, i ? "teacher.1" : "teacher.0", ABLATE_SHAPE(BATCH, 1 + PATCHES, channels[i]), NULL);
    stage_give(&now, "image.0", ABLATE_SHAPE(BATCH, 3, SIZE, SIZE), NULL);
    snprintf(words, sizeof words, "%s", chosen);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        char assignment[100];
        snprintf(assignment, sizeof assignment, "neighbour.%s", word);
        stage_set(&now, assignment);
    }
}

static void judged_features(void)
{
    for (int i = 0; i < LAYERS; i++) {
        const int n = (1 + PATCHES) * channels[i];
        memcpy(stage_parameter(&now, i ? "actor.teacher.1" : "actor.teacher.0"), layer[i] + TRAINED * n,
               (size_t)(BATCH * n) * sizeof(float));
    }
}

/* What is wrong with a distance: each of two rows by what makes its numbers, 12 units for the mean of 25 around it and
 * 4 for a length of 1, of lengths below 6; and by the difference, its sum and root, 4 units of itself. A map adds 4 for
 * its four neighbours, and the smoothing along both sides half a unit for each of 11 places. */
static void compare(const char *name, const char *what, const float *got, int64_t n, double units)
{
    char full[64];
    double *want = take((size_t)n, sizeof *want, "a test"), worst = 0;
    const double tolerance = units * STAGE_EPS * 6;
    snprintf(full, sizeof full, "%s/%s", name, what);
    const weights_tensor *t = weights_find(file, full);
    require(t && t->dtype == WEIGHTS_F64 && t->count == n);
    memcpy(want, t->data, (size_t)n * sizeof *want);
    for (int64_t i = 0; i < n; i++) {
        stage_near((double)got[i], want[i], tolerance, full, i);
        worst = fmax(worst, fabs((double)got[i] - want[i]));
    }
    truth("neighbour", "NumPy, float64", worst, tolerance, "roundings of means, lengths, differences and sums");
    free(want);
}

static void check_case(const char *name)
{
    const char *chosen = weights_note(file, name);
    require(chosen);
    open_stage(chosen);
    stage_play(&now, "neighbour");
    stage_settle(&now);
    judged_features();
    float *distance = stage_board(&now, "distance", 0), *most;
    judged_features();
    float *map = stage_board(&now, "score", 0);
    judged_features();
    most = stage_board(&now, "score.image", 0);
    compare(name, "distance", distance, BATCH * PATCHES, 2 * (12 + 4) + 4);
    compare(name, "map", map, BATCH * SIZE * SIZE, 2 * (12 + 4) + 4 + 4 + 11);
    for (int i = 0; i < BATCH * SIZE * SIZE; i++)
        assert_true(map[i] <= most[i / (SIZE * SIZE)]);
    free(distance);
    free(map);
    free(most);
    stage_close(&now);
}

static void test_as_numpy(void **state)
{
    (void)state;
    static const char *const cases[] = { "all", "unit", "mean", "wide", "share", "count" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(cases[i]);
}

/* ---- refusals ---- */

static void refused(const char *chosen, const char *sentence)
{
    open_stage(chosen);
    assert_int_equal(stage_try(&now, "neighbour"), -1);
    if (!strstr(complaint(), sentence))
        fail_msg("'%s' does not say '%s'", complaint(), sentence);
    stage_close(&now);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("average=2", "neighbour: average = 2 has no middle; give an odd number");
    refused("coreset=1.5", "neighbour: coreset = 1.5 is no share, and no number of patches either");
    open_stage("average=1");
    now.host.collect = NULL;
    assert_int_equal(stage_try(&now, "neighbour"), -1);
    assert_non_null(strstr(complaint(), "'neighbour.bank' cannot be collected: there are no training pictures here"));
    stage_close(&now);
    stage_open(&now, true); /* it does nothing while others train */
    stage_give(&now, "teacher.0", ABLATE_SHAPE(BATCH, 3, 4), NULL);
    stage_give(&now, "image.0", ABLATE_SHAPE(BATCH, 3, SIZE, SIZE), NULL);
    stage_play(&now, "neighbour");
    stage_close(&now);
    stage_open(&now, false);
    stage_give(&now, "teacher.0", ABLATE_SHAPE(BATCH, 3, 4), NULL);
    stage_give(&now, "image.0", ABLATE_SHAPE(BATCH, 3, SIZE, SIZE), NULL);
    assert_int_equal(stage_try(&now, "neighbour"), -1);
    assert_non_null(strstr(complaint(), "features must be pictures x (1 + a square grid of patches) x channels"));
    stage_close(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_numpy), cmocka_unit_test(test_refusals) };
    return cmocka_run_group_tests(tests, begin, end);
}
