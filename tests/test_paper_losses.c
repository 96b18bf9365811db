/* cnc and distill against plain double-precision C: Eq. 2-11 and 17, and every way to read them. */
#include "paper_stage.h"

enum { B = 2, N = 5, C = 6, GRID = 2, SIZE = 8, M = 3, PER = N * C };
static const stage_sizes small = { .b = B, .n = N, .c = C, .size = SIZE, .joint = C };

static double dot(const double *x, const double *y, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void normalize(double *x, int n)
{
    double norm = sqrt(dot(x, x, n));
    for (int i = 0; i < n; i++)
        x[i] /= norm;
}

/* ---- cnc ---- */

typedef struct reading { /* of the paper: what a case chooses */
    bool stop, mean, cosine, map, joint4;
    double tau;
} reading;

/* Eq. 2 and 3, then the stage's text tower: g of prompt `layer`, normalised. */
static void text_feature(const stage *s, const reading *r, bool abnormal, int layer, double *g)
{
    const char *words = abnormal ? r->stop ? "damaged object ." : "damaged object" : r->stop ? "object ." : "object";
    const float *v = stage_parameter(s, abnormal ? "cnc.abnormal" : "cnc.normal") + layer * M * STAGE_TEXT;
    int length = 3 + abnormal + r->stop, joint = s->size.joint;
    double sum[STAGE_TEXT] = { 0 };
    for (int row = 0; row < M + length; row++) /* SOT, V_1 ... V_M, words, EOT */
        for (int c = 0; c < STAGE_TEXT; c++) {
            int word = row == 0 ? 0 : row - M;
            double token = row >= 1 && row <= M ? (double)v[(row - 1) * STAGE_TEXT + c]
                                                : stage_number(STREAM_WORDS + (unsigned)strlen(words),
                                                               (unsigned)(word * STAGE_TEXT + c));
            sum[c] += stage_place_weight(row) * token;
        }
    for (int j = 0; j < joint; j++) {
        g[j] = 0;
        for (int c = 0; c < STAGE_TEXT; c++)
            g[j] += sum[c] * stage_number(STREAM_P, (unsigned)(c * joint + j));
    }
    normalize(g, joint);
}

/* A token where text is met: itself, or projected. */
static void meet(const stage *s, const float *token, double *out)
{
    int joint = s->size.joint;
    for (int j = 0; j < joint; j++) {
        out[j] = joint == C ? (double)token[j] : 0;
        for (int i = 0; i < C && joint != C; i++)
            out[j] += (double)token[i] * stage_number(STREAM_PROJECT, (unsigned)(i * joint + j));
    }
}

/* Eq. 4 (of the encoded f) or Eq. 10 (of the decoded): one layer, mean over the batch. */
static double alignment(const stage *s, const reading *r, const float *f, const double *g_n, const double *g_a)
{
    double total = 0, token[C], e[C];
    int joint = s->size.joint;
    for (int b = 0; b < B; b++) {
        memset(e, 0, sizeof e);
        for (int k = r->mean; k < (r->mean ? N : 1); k++) {
            meet(s, f + b * PER + k * C, token);
            for (int j = 0; j < joint; j++)
                e[j] += token[j];
        }
        normalize(e, joint);
        double behind = (dot(e, g_a, joint) - dot(e, g_n, joint)) / r->tau; /* -log(1 / (1 + exp(behind))) */
        total += (behind > 0 ? behind : 0) + log1p(exp(-fabs(behind)));
    }
    return total / B;
}

/* Eq. 5-8: x + Psi(x) / ||f||, x being f or its reconstruction. */
static void promote(const stage *s, const reading *r, const float *f, const float *x, const double *g_n,
                    const double *g_a, double *out)
{
    int joint = s->size.joint;
    for (int at = 0; at < B * N; at++) {
        double token[C], norm = 0;
        int first = r->map ? at / N * N + 1 : at, last = r->map ? at / N * N + N : at + 1;
        for (int i = first * C; i < last * C; i++)
            norm += (double)f[i] * (double)f[i];
        meet(s, x + at * C, token);
        if (r->cosine)
            normalize(token, joint);
        double psi = 0.5 * (1 + tanh(dot(token, g_n, joint) - dot(token, g_a, joint)));
        for (int j = 0; j < C; j++)
            out[at * C + j] = (double)x[at * C + j] + psi / sqrt(norm);
    }
}

static void check_layer(stage *s, const reading *r, int i, const double *g_n, const double *g_a)
{
    double expected[B * PER];
    for (int student = 0; student < 2; student++) {
        promote(s, r, s->f[i], s->f[3 * student + i], g_n, g_a, expected);
        float *got = stage_board(s, student ? "student" : "teacher", i);
        stage_all_near(got, expected, B * PER, 64 * C * STAGE_EPS, student ? "student" : "teacher");
        free(got);
    }
}

static void check_cnc(const reading *r, bool training)
{
    stage s;
    stage_sizes size = small;
    char tau[40];
    double loss[2] = { 0, 0 };
    size.joint = r->joint4 ? 4 : C;
    snprintf(tau, sizeof tau, "cnc.tau=%g", r->tau);
    stage_open(&s, training, size);
    stage_play(&s, "cnc", "cnc.length=3", "cnc.init=0.5", tau, r->stop ? "cnc.template=anomalyclip" : tau,
               r->mean ? "cnc.global=mean" : tau, r->cosine ? "cnc.similarity=cosine" : tau,
               r->map ? "cnc.lambda=map" : tau, NULL);
    for (int i = 0; i < STAGE_LAYERS; i++) {
        double g_n[C], g_a[C];
        text_feature(&s, r, false, i, g_n);
        text_feature(&s, r, true, i, g_a);
        loss[0] += alignment(&s, r, s.f[i], g_n, g_a);
        loss[1] += alignment(&s, r, s.f[3 + i], g_n, g_a);
        check_layer(&s, r, i, g_n, g_a);
    }
    double tolerance = 64 * C * STAGE_EPS * (1 + 3 / r->tau);
    assert_int_equal(s.graph->losses, training ? 2 : 0);
    if (training) {
        stage_near(stage_loss(&s, "prompts"), loss[0], tolerance, "Eq. 4", 0);
        stage_near(stage_loss(&s, "constraint"), loss[1], tolerance, "Eq. 10", 0);
    }
    stage_close(&s);
}

static void cnc_is_eq2_to_10(void **state)
{
    static const reading readings[] = {
        { .tau = 0.5 },
        { .tau = 0.001 },
        { .tau = 0.5, .stop = true },
        { .tau = 0.5, .mean = true },
        { .tau = 0.5, .cosine = true },
        { .tau = 0.5, .map = true },
        { .tau = 0.5, .joint4 = true },
        { .tau = 0.1, .stop = true, .mean = true, .cosine = true, .map = true, .joint4 = true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        check_cnc(&readings[i], true);
        check_cnc(&readings[i], false);
    }
}

/* Without promotion the features are handed on. */
static void cnc_can_leave_features_alone(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true, small);
    stage_play(&s, "cnc", "cnc.lambda=none", NULL);
    for (int i = 0; i < STAGE_LAYERS; i++) {
        assert_ptr_equal(builder_value(s.builder, "teacher", i), s.input[i]);
        assert_ptr_equal(builder_value(s.builder, "student", i), s.input[3 + i]);
    }
    stage_close(&s);
}

/* Eq. 11: L_c^2 counts from epoch theta on, with gamma. */
static void cnc_is_eq11(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true, small);
    stage_play(&s, "cnc", "cnc.theta=2", "cnc.gamma=0.25", NULL);
    for (int epoch = 0; epoch < 4; epoch++) {
        assert_int_equal(builder_epoch(s.builder, s.module, s.filled[0], NULL, epoch), 0);
        assert_true(stage_term(&s, "prompts")->weight == 1);
        assert_true(stage_term(&s, "constraint")->weight == (epoch < 2 ? 0 : 0.25));
    }
    stage_close(&s);
}

/* Largest gradient that reaches the prompts from Eq. 9 of the promoted features, or from Eq. 10, alone. */
static double prompt_gradient(const char *anchor_grad, const char *loss)
{
    stage s;
    double most = 0;
    stage_open(&s, true, small);
    stage_play(&s, "cnc", anchor_grad, "cnc.tau=0.5", NULL);
    stage_play(&s, "distill", NULL);
    for (int i = 0; i < s.graph->losses; i++)
        s.graph->loss[i].weight = strcmp(s.graph->loss[i].name, loss) == 0;
    float *gradients = take((size_t)s.parameters->count, sizeof(float), "gradients");
    require(gradients);
    stage_compute(&s, 0, NULL, NULL, gradients);
    for (int64_t i = 0; i < s.parameters->count; i++)
        most = fmax(most, fabs((double)gradients[i]));
    free(gradients);
    stage_close(&s);
    return most;
}

static void cnc_stops_gradients_where_asked(void **state)
{
    (void)state;
    assert_true(prompt_gradient("cnc.anchor_grad=all", "prompts") > 1e-4);
    assert_true(prompt_gradient("cnc.anchor_grad=all", "constraint") > 1e-4);
    assert_true(prompt_gradient("cnc.anchor_grad=all", "distill") > 1e-6);
    assert_true(prompt_gradient("cnc.anchor_grad=eq4", "prompts") > 1e-4);
    assert_true(prompt_gradient("cnc.anchor_grad=eq4", "constraint") == 0);
    assert_true(prompt_gradient("cnc.anchor_grad=eq4", "distill") == 0);
}

/* ---- distill ---- */

static double distance(const float *x, const float *y, int n)
{
    double xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < n; i++) {
        xy += (double)x[i] * (double)y[i];
        xx += (double)x[i] * (double)x[i];
        yy += (double)y[i] * (double)y[i];
    }
    return 1 - xy / sqrt(xx * yy);
}

static void distill_is_eq9(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool patch = i % 2, all = i / 2;
        double expected = 0;
        stage s;
        stage_open(&s, true, small);
        stage_play(&s, "distill", patch ? "distill.flat=patch" : "distill.flat=image",
                   all ? "distill.tokens=all" : "distill.tokens=patches", NULL);
        int first = all ? 0 : 1, tokens = N - first;
        for (int layer = 0; layer < STAGE_LAYERS; layer++)
            for (int b = 0; b < B; b++)
                for (int k = 0; k < (patch ? tokens : 1); k++) {
                    int at = b * PER + (first + k) * C;
                    double d = distance(s.f[layer] + at, s.f[3 + layer] + at, patch ? C : tokens * C);
                    expected += d / (B * (patch ? tokens : 1));
                }
        stage_near(stage_loss(&s, "distill"), expected, 64 * PER * STAGE_EPS, "Eq. 9", i);
        stage_close(&s);
    }
}

/* One value of the map at a place of the picture, bilinear, corners of grid and picture coinciding or not. */
static double upsampled(const double *grid, bool corners, int y, int x)
{
    double at[2] = { y, x }, share[2];
    int low[2], high[2];
    for (int k = 0; k < 2; k++) {
        double p = corners ? at[k] * (GRID - 1) / (SIZE - 1) : fmax((at[k] + 0.5) * GRID / SIZE - 0.5, 0);
        low[k] = (int)p;
        high[k] = low[k] + 1 < GRID ? low[k] + 1 : low[k];
        share[k] = p - low[k];
    }
    double above = grid[low[0] * GRID + low[1]] * (1 - share[1]) + grid[low[0] * GRID + high[1]] * share[1];
    double below = grid[high[0] * GRID + low[1]] * (1 - share[1]) + grid[high[0] * GRID + high[1]] * share[1];
    return above * (1 - share[0]) + below * share[0];
}

/* scipy's gaussian_filter along one axis: truncated at 4 sigma, edges reflected. */
static void blur_lines(double *map, double sigma, int step, int next)
{
    int radius = (int)(4 * sigma + 0.5);
    for (int line = 0; line < SIZE; line++) {
        double out[SIZE];
        for (int i = 0; i < SIZE; i++) {
            double sum = 0, weights = 0;
            for (int k = -radius; k <= radius; k++) {
                int at = (i + k) % (2 * SIZE);
                at = at < 0 ? at + 2 * SIZE : at;
                at = at < SIZE ? at : 2 * SIZE - 1 - at;
                double weight = exp(-0.5 * k * k / (sigma * sigma));
                sum += weight * map[line * next + at * step];
                weights += weight;
            }
            out[i] = sum / weights;
        }
        for (int i = 0; i < SIZE; i++)
            map[line * next + i * step] = out[i];
    }
}

static void check_map(double sigma, bool corners)
{
    char smooth[40];
    stage s;
    snprintf(smooth, sizeof smooth, "distill.smooth=%g", sigma);
    stage_open(&s, false, small);
    stage_play(&s, "distill", smooth, corners ? "distill.align_corners=yes" : "distill.align_corners=no", NULL);
    assert_int_equal(s.graph->losses, 0);
    float *map = stage_board(&s, "score", 0), *image = stage_board(&s, "score.image", 0);
    for (int b = 0; b < B; b++) {
        double grid[GRID * GRID] = { 0 }, expected[SIZE * SIZE], most = 0;
        for (int i = 0; i < STAGE_LAYERS * GRID * GRID; i++) {
            int layer = i / (GRID * GRID), k = i % (GRID * GRID), at = b * PER + (1 + k) * C;
            grid[k] += distance(s.f[layer] + at, s.f[3 + layer] + at, C);
        }
        for (int i = 0; i < SIZE * SIZE; i++)
            expected[i] = upsampled(grid, corners, i / SIZE, i % SIZE);
        if (sigma > 0) {
            blur_lines(expected, sigma, SIZE, 1);
            blur_lines(expected, sigma, 1, SIZE);
        }
        for (int i = 0; i < SIZE * SIZE; i++)
            most = fmax(most, expected[i]);
        stage_all_near(map + b * SIZE * SIZE, expected, SIZE * SIZE, 128 * C * STAGE_EPS, "score");
        stage_near((double)image[b], most, 128 * C * STAGE_EPS, "score.image", b);
    }
    free(map);
    free(image);
    stage_close(&s);
}

static void distill_is_eq17(void **state)
{
    (void)state;
    check_map(0, true);
    check_map(0, false);
    check_map(1.5, true);
    check_map(4, true);
}

static void distill_refuses_no_square(void **state)
{
    (void)state;
    stage s;
    stage_sizes size = small;
    size.n = 4;
    stage_open(&s, false, size);
    const ablate_module *distill = module_load("distill", NULL);
    require(distill);
    void *filled = calloc(1, distill->settings_size);
    require(settings_fill(&s.chosen, "distill", distill->settings, filled) == 0);
    assert_int_equal(builder_compose(s.builder, distill, filled), -1);
    assert_non_null(strstr(complaint(), "a square grid of patches"));
    free(filled);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cnc_is_eq2_to_10),
        cmocka_unit_test(cnc_can_leave_features_alone),
        cmocka_unit_test(cnc_is_eq11),
        cmocka_unit_test(cnc_stops_gradients_where_asked),
        cmocka_unit_test(distill_is_eq9),
        cmocka_unit_test(distill_is_eq17),
        cmocka_unit_test(distill_refuses_no_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
