/* noise, mlf, moe and decoder against plain double-precision C. */
#include "paper_stage.h"

static const stage_sizes small = { .b = 2, .n = 5, .c = 6, .size = 8, .joint = 6 };
enum { B = 2, N = 5, C = 6, R = B * N };

/* y (rows, out) = x (rows, in) w^T (out, in) + bias */
static void linear(const double *x, int rows, int in, const float *w, const float *bias, int out, double *y)
{
    for (int r = 0; r < rows; r++)
        for (int o = 0; o < out; o++) {
            y[r * out + o] = bias ? (double)bias[o] : 0;
            for (int i = 0; i < in; i++)
                y[r * out + o] += x[r * in + i] * (double)w[o * in + i];
        }
}

static void widen(const float *x, int n, double *y)
{
    for (int i = 0; i < n; i++)
        y[i] = (double)x[i];
}

/* ---- noise ---- */

static void noise_is_silent_when_scoring(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, false, small);
    stage_play(&s, "noise", NULL);
    for (int i = 0; i < STAGE_LAYERS; i++)
        assert_ptr_equal(builder_value(s.builder, "perturbed", i), builder_value(s.builder, "teacher", i));
    stage_close(&s);
}

/* Mean square of the noise over that of its scale, over many tokens: 1 within 5 deviations of its distribution. */
static double noise_share(const char *mode, double std)
{
    const stage_sizes large = { .b = 8, .n = 33, .c = 32, .size = 8, .joint = 6 };
    char std_text[40], mode_text[40];
    double sum = 0;
    int tokens = large.b * large.n;
    stage s;
    snprintf(std_text, sizeof std_text, "noise.std=%g", std);
    snprintf(mode_text, sizeof mode_text, "noise.mode=%s", mode);
    stage_open(&s, true, large);
    stage_play(&s, "noise", std_text, mode_text, NULL);
    float *out = stage_board(&s, "perturbed", 1);
    for (int r = 0; r < tokens; r++) {
        double norm = 0, noise = 0;
        for (int j = 0; j < large.c; j++) {
            double x = (double)s.f[1][r * large.c + j], d = (double)out[r * large.c + j] - x;
            norm += x * x;
            noise += d * d;
        }
        double scale = strcmp(mode, "relative") == 0   ? std * sqrt(norm / large.c)
                       : strcmp(mode, "absolute") == 0 ? std
                                                       : std * sqrt(norm) / large.c;
        sum += noise / (scale * scale * large.c);
    }
    free(out);
    stage_close(&s);
    return sum / tokens;
}

static void noise_has_its_deviation(void **state)
{
    (void)state;
    double five = 5 * sqrt(2.0 / (8 * 33 * 32)); /* mean of n squared normals: deviation sqrt(2 / n) */
    stage_near(noise_share("relative", 0.2), 1, five, "relative", 0);
    stage_near(noise_share("absolute", 0.3), 1, five, "absolute", 0);
    stage_near(noise_share("jitter", 20), 1, five, "jitter", 0);
}

/* ---- mlf ---- */

static void mlf_is_eq12(void **state)
{
    (void)state;
    stage s;
    double wide[R * 3 * C], expected[R * C];
    stage_open(&s, true, small);
    stage_play(&s, "mlf", "mlf.dropout=0", NULL);
    for (int r = 0; r < R; r++)
        for (int i = 0; i < 3; i++)
            widen(s.f[i] + r * C, C, wide + (r * 3 + i) * C);
    linear(wide, R, 3 * C, stage_parameter(&s, "mlf.weight"), stage_parameter(&s, "mlf.bias"), C, expected);
    float *got = stage_board(&s, "bottleneck", 0);
    stage_all_near(got, expected, R * C, 3 * C * STAGE_EPS, "mlf");
    free(got);
    stage_close(&s);
}

static void mlf_drops_while_training(void **state)
{
    (void)state;
    int zeros[2] = { 0, 0 };
    for (int training = 0; training < 2; training++) {
        stage s;
        stage_open(&s, training, (stage_sizes){ .b = 8, .n = 17, .c = 32, .size = 8, .joint = 6 });
        stage_play(&s, "mlf", "mlf.dropout=0.1", NULL);
        float *got = stage_board(&s, "bottleneck", 0);
        for (int i = 0; i < 8 * 17 * 32; i++)
            zeros[training] += got[i] == 0;
        free(got);
        stage_close(&s);
    }
    double n = 8 * 17 * 32;
    assert_int_equal(zeros[0], 0);
    stage_near(zeros[1], 0.1 * n, 5 * sqrt(n * 0.09), "zeros", 0);
}

/* ---- moe ---- */

enum { T = 4, H = 5 };

static void softmax(const double *x, int n, double *y)
{
    double most = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        most = fmax(most, x[i]);
    for (int i = 0; i < n; i++)
        sum += y[i] = exp(x[i] - most);
    for (int i = 0; i < n; i++)
        y[i] /= sum;
}

/* Keeps the K largest of H (T) by setting the others to zero; `limit` is the K-th largest of `scores`. */
static void keep_top(const double *scores, int k, double *gates)
{
    for (int t = 0; t < T; t++) {
        int larger = 0;
        for (int u = 0; u < T; u++)
            larger += scores[u] > scores[t];
        if (larger >= k)
            gates[t] = 0;
    }
}

static void gates_of(const double *scores, const char *kind, int k, double *kept)
{
    double sum = 0, masked[T];
    if (strcmp(kind, "top_softmax") == 0) {
        for (int t = 0; t < T; t++)
            masked[t] = 1;
        keep_top(scores, k, masked);
        for (int t = 0; t < T; t++)
            masked[t] = masked[t] > 0 ? scores[t] : -1e300;
        softmax(masked, T, kept);
        return;
    }
    softmax(scores, T, kept);
    keep_top(scores, k, kept);
    for (int t = 0; t < T; t++)
        sum += kept[t];
    for (int t = 0; t < T && strcmp(kind, "renormalised") == 0; t++)
        kept[t] /= sum;
}

static void expert(const stage *s, int t, const double *z, double *out)
{
    double hidden[H];
    linear(z, 1, C, stage_parameter(s, "moe.w1") + t * H * C, stage_parameter(s, "moe.b1") + t * H, H, hidden);
    for (int h = 0; h < H; h++)
        hidden[h] = fmax(hidden[h], 0);
    linear(hidden, 1, H, stage_parameter(s, "moe.w2") + t * C * H, stage_parameter(s, "moe.b2") + t * C, C, out);
}

static void moe_reference(const stage *s, const float *x, const char *gate, double *out, double *gates)
{
    double z[R * C], scores[R * T];
    widen(x, R * C, z);
    linear(z, R, C, stage_parameter(s, "moe.router.weight"), stage_parameter(s, "moe.router.bias"), T, scores);
    for (int r = 0; r < R; r++) {
        double kept[T], one[C];
        softmax(scores + r * T, T, gates + r * T);
        gates_of(scores + r * T, gate, 2, kept);
        memset(out + r * C, 0, C * sizeof *out);
        for (int t = 0; t < T; t++) {
            expert(s, t, z + r * C, one);
            for (int j = 0; j < C; j++)
                out[r * C + j] += kept[t] * one[j];
        }
    }
}

/* Eq. 15: squared coefficient of variation, or the printed one. */
static double balance_reference(const double *gates, bool printed)
{
    double sum[T] = { 0 }, mean = 0, variance = 0, loss = 0;
    for (int r = 0; r < R; r++)
        for (int t = 0; t < T; t++)
            sum[t] += gates[r * T + t];
    for (int t = 0; t < T; t++)
        mean += sum[t] / T;
    for (int t = 0; t < T; t++)
        variance += (sum[t] - mean) * (sum[t] - mean) / T;
    for (int t = 0; t < T; t++)
        loss += variance / ((sum[t] / R) * (sum[t] / R) + 1e-10) / T;
    return printed ? loss : variance / (mean * mean + 1e-10);
}

static void moe_is_eq13_to_15(void **state)
{
    static const char *const kinds[] = { "softmax", "renormalised", "top_softmax" };
    (void)state;
    for (int i = 0; i < 6; i++) {
        stage s;
        stage_sizes size = small;
        double expected[R * C], gates[R * T];
        char gate[40];
        size.bottleneck = i % 2;
        snprintf(gate, sizeof gate, "moe.gate=%s", kinds[i / 2]);
        stage_open(&s, true, size);
        stage_play(&s, "moe", "moe.experts=4", "moe.hidden=5", gate, i % 2 ? "moe.balance=printed" : "moe.weight=1",
                   NULL);
        moe_reference(&s, s.f[i % 2 ? 6 : 2], kinds[i / 2], expected, gates);
        float *got = stage_board(&s, "bottleneck", 0);
        stage_all_near(got, expected, R * C, 4 * (C + H + T) * STAGE_EPS, kinds[i / 2]);
        free(got);
        double loss = balance_reference(gates, i % 2);
        stage_near(stage_loss(&s, "moe"), loss, 8 * (R + C) * STAGE_EPS * (loss + 1), "balance", i);
        stage_close(&s);
    }
}

static void moe_refuses_too_many(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true, small);
    int chosen[16] = { 2, 3 }; /* experts, top: the struct begins with them */
    const ablate_module *moe = module_load("moe", NULL);
    assert_non_null(moe);
    char *filled = calloc(1, moe->settings_size);
    assert_int_equal(settings_fill(&s.chosen, "moe", moe->settings, filled), 0);
    memcpy(filled, chosen, 2 * sizeof(int));
    assert_int_equal(builder_compose(s.builder, moe, filled), -1);
    assert_non_null(strstr(complaint(), "moe.top = 3 is more than moe.experts = 2; keep K <= T"));
    free(filled);
    stage_close(&s);
}

/* ---- decoder ---- */

enum { HEADS = 2, WIDTH = C / HEADS, HIDDEN = 4 * C };

static const float *block_parameter(const stage *s, int block, const char *name)
{
    char full[80];
    snprintf(full, sizeof full, "decoder.%d.%s", block, name);
    return stage_parameter(s, full);
}

static void layer_norm(const double *x, const float *weight, const float *bias, double *y)
{
    for (int r = 0; r < R; r++) {
        double mean = 0, variance = 0;
        for (int j = 0; j < C; j++)
            mean += x[r * C + j] / C;
        for (int j = 0; j < C; j++)
            variance += (x[r * C + j] - mean) * (x[r * C + j] - mean) / C;
        for (int j = 0; j < C; j++)
            y[r * C + j] = (x[r * C + j] - mean) / sqrt(variance + 1e-5) * (double)weight[j] + (double)bias[j];
    }
}

/* out (R, C) of qkv (R, 3 C); picture by picture, head by head */
static void attention(const double *qkv, double *out)
{
    for (int at = 0; at < B * HEADS * N; at++) {
        int picture = at / (HEADS * N), head = at / N % HEADS, row = picture * N + at % N;
        const double *q = qkv + row * 3 * C + head * WIDTH;
        double scores[N];
        for (int j = 0; j < N; j++) {
            const double *k = qkv + (picture * N + j) * 3 * C + C + head * WIDTH;
            scores[j] = 0;
            for (int d = 0; d < WIDTH; d++)
                scores[j] += q[d] * k[d] / sqrt(WIDTH);
        }
        softmax(scores, N, scores);
        for (int d = 0; d < WIDTH; d++) {
            out[row * C + head * WIDTH + d] = 0;
            for (int j = 0; j < N; j++)
                out[row * C + head * WIDTH + d] +=
                    scores[j] * qkv[(picture * N + j) * 3 * C + 2 * C + head * WIDTH + d];
        }
    }
}

static void block_reference(const stage *s, int block, double *x)
{
    double normed[R * C], qkv[R * 3 * C], mixed[R * C], hidden[R * HIDDEN], added[R * C];
    layer_norm(x, block_parameter(s, block, "ln_1.weight"), block_parameter(s, block, "ln_1.bias"), normed);
    linear(normed, R, C, block_parameter(s, block, "attn.in_proj_weight"),
           block_parameter(s, block, "attn.in_proj_bias"), 3 * C, qkv);
    attention(qkv, mixed);
    linear(mixed, R, C, block_parameter(s, block, "attn.out_proj.weight"),
           block_parameter(s, block, "attn.out_proj.bias"), C, added);
    for (int i = 0; i < R * C; i++)
        x[i] += added[i];
    layer_norm(x, block_parameter(s, block, "ln_2.weight"), block_parameter(s, block, "ln_2.bias"), normed);
    linear(normed, R, C, block_parameter(s, block, "mlp.c_fc.weight"), block_parameter(s, block, "mlp.c_fc.bias"),
           HIDDEN, hidden);
    for (int i = 0; i < R * HIDDEN; i++)
        hidden[i] /= 1 + exp(-1.702 * hidden[i]);
    linear(hidden, R, HIDDEN, block_parameter(s, block, "mlp.c_proj.weight"),
           block_parameter(s, block, "mlp.c_proj.bias"), C, added);
    for (int i = 0; i < R * C; i++)
        x[i] += added[i];
}

static void decoder_is_three_blocks(void **state)
{
    (void)state;
    for (int aligned = 0; aligned < 2; aligned++) {
        stage s;
        double x[R * C];
        stage_open(&s, true, small);
        stage_play(&s, "decoder", "decoder.heads=2", aligned ? "decoder.order=aligned" : "decoder.order=reversed",
                   NULL);
        widen(s.f[2], R * C, x); /* no bottleneck: the deepest perturbed layer */
        for (int block = 0; block < 3; block++) {
            block_reference(&s, block, x);
            float *got = stage_board(&s, "student", aligned ? block : 2 - block);
            stage_all_near(got, x, R * C, 20 * HIDDEN * (block + 1) * STAGE_EPS, "student");
            free(got);
        }
        stage_close(&s);
    }
}

/* PyTorch's first values: xavier and linear bounds are nearly reached, and not passed; biases of attention are zero. */
static void decoder_begins_as_pytorch(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, true, (stage_sizes){ .b = 1, .n = 5, .c = 64, .size = 8, .joint = 6 });
    stage_play(&s, "decoder", NULL);
    const struct {
        const char *name;
        int count;
        double bound;
    } cases[] = { { "attn.in_proj_weight", 3 * 64 * 64, sqrt(6.0 / (64 + 3 * 64)) },
                  { "attn.out_proj.weight", 64 * 64, 1 / sqrt(64) },
                  { "mlp.c_fc.weight", 4 * 64 * 64, 1 / sqrt(64) },
                  { "mlp.c_fc.bias", 4 * 64, 1 / sqrt(64) },
                  { "mlp.c_proj.weight", 4 * 64 * 64, 1 / sqrt(256) },
                  { "mlp.c_proj.bias", 64, 1 / sqrt(256) },
                  { "attn.in_proj_bias", 3 * 64, 0 },
                  { "attn.out_proj.bias", 64, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const float *w = block_parameter(&s, 1, cases[i].name);
        double most = 0;
        for (int k = 0; k < cases[i].count; k++)
            most = fmax(most, fabs((double)w[k]));
        assert_true(most <= cases[i].bound * (1 + STAGE_EPS));
        assert_true(most >= cases[i].bound * (1 - 12.0 / cases[i].count)); /* chance of a failure: e^-12 */
    }
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_silent_when_scoring),
        cmocka_unit_test(noise_has_its_deviation),
        cmocka_unit_test(mlf_is_eq12),
        cmocka_unit_test(mlf_drops_while_training),
        cmocka_unit_test(moe_is_eq13_to_15),
        cmocka_unit_test(moe_refuses_too_many),
        cmocka_unit_test(decoder_is_three_blocks),
        cmocka_unit_test(decoder_begins_as_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
