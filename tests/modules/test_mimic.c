/* Feature distillation against plain double-precision C: maps brought to the student's grid, channels standardised over
 * the batch, a head a layer, mean of 1 - cosine; that it sends gradients to the student and none to the stages; and
 * what does not fit is refused in a sentence. */
#include "../lab/paper_stage.h"

enum { B = 3, G = 2, N = 1 + G * G, C = 6, WIDE = 5, TOKENS = B * G * G };

/* A map (B, side, side, WIDE) as tokens (TOKENS, WIDE) on the grid: means of windows of side / G, or, of three, linear
 * between neighbours: the middle of a token lies at 0.25 and 1.75. */
static void to_grid(const float *map, int side, double *tokens)
{
    static const double three[G][3] = { { 0.75, 0.25, 0 }, { 0, 0.25, 0.75 } };
    memset(tokens, 0, TOKENS * WIDE * sizeof *tokens);
    for (int i = 0; i < TOKENS; i++)
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                int row = i / G % G, column = i % G, k = side / G;
                double share =
                    side == 3 ? three[row][y] * three[column][x] : (y / k == row && x / k == column) / (double)(k * k);
                for (int c = 0; c < WIDE; c++)
                    tokens[i * WIDE + c] += share * (double)map[((i / (G * G) * side + y) * side + x) * WIDE + c];
            }
}

static void standardise(double *tokens)
{
    for (int c = 0; c < WIDE; c++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < TOKENS; i++)
            mean += tokens[i * WIDE + c] / TOKENS;
        for (int i = 0; i < TOKENS; i++)
            variance += pow(tokens[i * WIDE + c] - mean, 2) / TOKENS;
        for (int i = 0; i < TOKENS; i++)
            tokens[i * WIDE + c] = (tokens[i * WIDE + c] - mean) / sqrt(variance + 1e-5);
    }
}

/* What layer `index` of the stage is to lose against a map of that side. */
static double expected(const stage *s, int index, const char *map, int side)
{
    char name[40];
    double tokens[TOKENS * WIDE], sum = 0;
    to_grid(stage_parameter(s, map), side, tokens);
    standardise(tokens);
    snprintf(name, sizeof name, "actor.teacher.%d", index);
    const float *layer = stage_parameter(s, name);
    snprintf(name, sizeof name, "mimic.head%d.weight", index);
    const float *weight = stage_parameter(s, name);
    snprintf(name, sizeof name, "mimic.head%d.bias", index);
    const float *bias = stage_parameter(s, name);
    for (int i = 0; i < TOKENS; i++) {
        const float *x = layer + (i / (G * G) * N + 1 + i % (G * G)) * C;
        double dot = 0, told = 0, meant = 0;
        for (int c = 0; c < WIDE; c++) {
            double y = (double)bias[c], t = tokens[i * WIDE + c];
            for (int k = 0; k < C; k++)
                y += (double)weight[c * C + k] * (double)x[k];
            dot += y * t;
            told += y * y;
            meant += t * t;
        }
        sum += 1 - dot / sqrt(told * meant);
    }
    return sum / TOKENS;
}

static void open_two(stage *s, bool training, int side)
{
    stage_open(s, training);
    stage_give(s, "teacher.0", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(s, "teacher.1", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(s, "stage.0", ABLATE_SHAPE(B, side, side, WIDE), NULL);
    stage_set(s, "mimic.weight=3");
}

/* Rounding: every number goes through fewer than 60 sums and products of about one, and 1 - cosine doubles it. */
static const double TOLERANCE = 120 * STAGE_EPS;

static void losses_are_the_distances(void **state)
{
    (void)state;
    static const int sides[] = { 2, 3, 4, 6 };
    for (int k = 0; k < 4; k++) {
        stage s;
        open_two(&s, true, sides[k]);
        stage_play(&s, "mimic");
        stage_settle(&s);
        assert_int_equal(s.graph->losses, 2);
        ablate_value *wanted[2] = { s.graph->loss[0].value, s.graph->loss[1].value };
        float loss[2], *out[2] = { &loss[0], &loss[1] };
        stage_compute(&s, 2, wanted, out, NULL);
        for (int i = 0; i < 2; i++) { /* the one stage that there is teaches both */
            stage_near((double)loss[i], expected(&s, i, "actor.stage.0", sides[k]), TOLERANCE, "loss", i);
            assert_true(s.graph->loss[i].weight == 1.5);
        }
        stage_close(&s);
    }
}

static void each_layer_has_its_own_stage(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(&s, "teacher.1", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(&s, "stage.0", ABLATE_SHAPE(B, 4, 4, WIDE), NULL);
    stage_give(&s, "stage.1", ABLATE_SHAPE(B, 2, 2, WIDE), NULL);
    stage_play(&s, "mimic");
    stage_settle(&s);
    ablate_value *wanted[2] = { s.graph->loss[0].value, s.graph->loss[1].value };
    float loss[2], *out[2] = { &loss[0], &loss[1] };
    stage_compute(&s, 2, wanted, out, NULL);
    stage_near((double)loss[0], expected(&s, 0, "actor.stage.0", 4), TOLERANCE, "loss", 0);
    stage_near((double)loss[1], expected(&s, 1, "actor.stage.1", 2), TOLERANCE, "loss", 1);
    stage_close(&s);
}

/* ---- relations ---- */

enum { MOST = 4 };

static double cosine(const double *x, const double *y, int n)
{
    double xy = 0, xx = 0, yy = 0;
    for (int k = 0; k < n; k++) {
        xy += x[k] * y[k];
        xx += x[k] * x[k];
        yy += y[k] * y[k];
    }
    return xy / sqrt(xx * yy);
}

/* Tokens (batch G G, width), the class tokens left out, less the mean of all; `spread`: over their deviation too. */
static void centred(const float *layer, int batch, int skip, int width, bool spread, double *tokens)
{
    int n = batch * G * G;
    for (int c = 0; c < width; c++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < n; i++) {
            tokens[i * width + c] = (double)layer[(i / (G * G) * (G * G + skip) + skip + i % (G * G)) * width + c];
            mean += tokens[i * width + c] / n;
        }
        for (int i = 0; i < n; i++)
            variance += pow(tokens[i * width + c] - mean, 2) / n;
        for (int i = 0; i < n; i++)
            tokens[i * width + c] = (tokens[i * width + c] - mean) / (spread ? sqrt(variance + 1e-5) : 1);
    }
}

/* Each picture's tokens, or those of two that follow each other, against one another. */
static double expected_relation(const float *layer, const float *map, int batch)
{
    double x[MOST * G * G * C], y[MOST * G * G * WIDE], wrong = 0, all = 0;
    int together = (batch % 2 ? 1 : 2) * G * G;
    centred(layer, batch, 1, C, false, x);
    centred(map, batch, 0, WIDE, true, y);
    for (int i = 0; i < batch * G * G; i++)
        for (int k = i / together * together; k < i / together * together + together; k++) {
            double meant = cosine(y + i * WIDE, y + k * WIDE, WIDE);
            wrong += pow(cosine(x + i * C, x + k * C, C) - meant, 2);
            all += meant * meant;
        }
    return wrong / all;
}

static void cosines_between_patches_are_told(void **state)
{
    (void)state;
    for (int batch = 3; batch <= MOST; batch++) {
        stage s;
        stage_open(&s, true);
        stage_give(&s, "teacher.0", ABLATE_SHAPE(batch, N, C), NULL);
        stage_give(&s, "stage.0", ABLATE_SHAPE(batch, G, G, WIDE), NULL);
        stage_set(&s, "mimic.relation=2");
        stage_play(&s, "mimic");
        stage_settle(&s);
        assert_int_equal(s.graph->losses, 2);
        assert_true(s.graph->loss[1].weight == 2);
        float loss, *out[1] = { &loss };
        stage_compute(&s, 1, &s.graph->loss[1].value, out, NULL);
        double meant =
            expected_relation(stage_parameter(&s, "actor.teacher.0"), stage_parameter(&s, "actor.stage.0"), batch);
        stage_near((double)loss, meant, TOLERANCE * fmax(1, meant), "relation", batch);
        stage_close(&s);
    }
}

static void nothing_is_scored(void **state)
{
    (void)state;
    stage s;
    open_two(&s, false, 4);
    stage_play(&s, "mimic");
    assert_int_equal(s.graph->losses, 0);
    stage_close(&s);
}

static void refused(ablate_shape layer, ablate_shape map)
{
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", layer, NULL);
    stage_give(&s, "stage.0", map, NULL);
    assert_int_equal(stage_try(&s, "mimic"), -1);
    assert_non_null(strstr(complaint(), "mimic: layers must be pictures x (1 + a square grid of patches) x channels"));
    stage_close(&s);
}

static void misfits_are_refused(void **state)
{
    (void)state;
    refused(ABLATE_SHAPE(B, N, C), ABLATE_SHAPE(B, G * G, WIDE));    /* no map */
    refused(ABLATE_SHAPE(B, N, C), ABLATE_SHAPE(B + 1, 4, 4, WIDE)); /* of other pictures */
    refused(ABLATE_SHAPE(B, N + 1, C), ABLATE_SHAPE(B, 4, 4, WIDE)); /* no square */
    refused(ABLATE_SHAPE(B, N), ABLATE_SHAPE(B, 4, 4, WIDE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_the_distances),
        cmocka_unit_test(each_layer_has_its_own_stage),
        cmocka_unit_test(cosines_between_patches_are_told),
        cmocka_unit_test(nothing_is_scored),
        cmocka_unit_test(misfits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
