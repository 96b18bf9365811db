/* Values of the heavy operations against plain loops in double. Tolerances are built up from those of op_light.h. */
#include "../lab/op_light.h"

static op_case filled(const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    for (int i = 0; i < n; i++)
        op_fill(&c, i, 1, 0);
    op_forward(&c);
    return c;
}

/* ---- matmul ---- */

static double activated(int activation, double x)
{
    double values[] = { x,
                        x / (1 + exp(-1.702 * x)),
                        0.5 * x * (1 + erf(x / sqrt(2))),
                        x > 0 ? x : 0,
                        tanh(x),
                        fmin(fmax(x, 0), 6),
                        x / (1 + exp(-x)),
                        x * fmin(fmax(x + 3, 0), 6) / 6 };
    return values[activation];
}

static void check_matmul(bool ta, bool tb, bool own, int activation, int64_t m, int64_t n, int64_t k)
{
    static const char *const words[] = { "none", "quickgelu", "gelu", "relu", "tanh", "relu6", "silu", "hardswish" };
    char attributes[96];
    snprintf(attributes, sizeof attributes, "transpose_a=%d transpose_b=%d activation=%s", ta, tb, words[activation]);
    ablate_shape x = { 3, { 2, ta ? k : m, ta ? m : k } }, shared = { 2, { tb ? n : k, tb ? k : n } };
    ablate_shape w = own ? (ablate_shape){ 3, { 2, shared.dim[0], shared.dim[1] } } : shared;
    op_case c = filled("matmul", attributes, OP_SHAPES(x, w, { 1, { n } }));
    assert_true(c.layout.out.rank == 3 && c.layout.out.dim[1] == m && c.layout.out.dim[2] == n);
    for (int64_t e = 0; e < 2 * m * n; e++) {
        int64_t batch = e / (m * n), row = e / n % m, column = e % n;
        const float *a = c.in[0] + batch * m * k, *b = c.in[1] + (own ? batch * n * k : 0);
        double sum = (double)c.in[2][column], size = fabs(sum);
        for (int64_t i = 0; i < k; i++) {
            double term = (double)a[ta ? i * m + row : row * k + i] * (double)b[tb ? column * k + i : i * n + column];
            sum += term;
            size += fabs(term);
        }
        /* the bias is one more term; the activation's slope is at most 1.5 (hardswish's) and its own error 4 */
        light_near((double)c.out[e], activated(activation, sum), 1.5 * (double)(k + 1) / 2 + 4, size, "matmul");
    }
    op_close(&c);
}

static void test_matmul(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        check_matmul(i & 1, i & 2, i & 4, i, 5, 6, 7);
        check_matmul(i & 1, i & 2, i & 4, 0, 1, 1, 40);
        check_matmul(i & 1, i & 2, i & 4, (i + 3) % 8, 67, 130, 129); /* cut into tiles */
    }
}

/* Without room for what backward needs, as when no gradient is wanted, the result is the same. */
static void test_without_aux(void **state)
{
    (void)state;
    static const struct {
        const char *name, *attributes;
        int n;
        ablate_shape shape[3];
    } subject[] = { { "matmul", "activation=gelu", 3, { { 2, { 4, 3 } }, { 2, { 3, 18 } }, { 1, { 18 } } } },
                    { "attention", "heads=2", 1, { { 3, { 2, 5, 12 } } } },
                    { "max_pool", "kernel=3 stride=2 padding=1", 1, { { 4, { 2, 7, 6, 5 } } } },
                    { "layer_norm", "", 3, { { 2, { 3, 18 } }, { 1, { 18 } }, { 1, { 18 } } } } };
    for (size_t i = 0; i < sizeof subject / sizeof *subject; i++) {
        op_case c = filled(subject[i].name, subject[i].attributes, subject[i].n, subject[i].shape);
        assert_true(c.layout.aux > 0);
        size_t bytes = (size_t)shape_size(&c.layout.out) * sizeof(float);
        float *kept = op_room(shape_size(&c.layout.out)), *aux = c.aux;
        memcpy(kept, c.out, bytes);
        op_poison(c.out, shape_size(&c.layout.out));
        c.aux = NULL;
        op_forward_in_place(&c);
        assert_memory_equal(kept, c.out, bytes);
        c.aux = aux;
        free(kept);
        op_close(&c);
    }
}

/* ---- attention ---- */

typedef struct attended {     /* of one query of one head */
    double out[64], size[64]; /* the sum, and that of absolute terms */
    double reach;             /* largest sum of a score's absolute terms */
} attended;

static void attend(const op_case *c, int64_t first, int64_t query, int64_t seen, int64_t width, int64_t depth,
                   attended *a)
{
    const float *qkv = c->in[0] + first;
    double weight[512], total = 0, largest = -INFINITY;
    a->reach = 0;
    for (int64_t j = 0; j < seen; j++) {
        double dot = 0, size = 0;
        for (int64_t i = 0; i < depth; i++) {
            double term = (double)qkv[query * 3 * width + i] * (double)qkv[j * 3 * width + width + i];
            dot += term;
            size += fabs(term);
        }
        weight[j] = dot / sqrt((double)depth);
        largest = fmax(largest, weight[j]);
        a->reach = fmax(a->reach, size / sqrt((double)depth));
    }
    for (int64_t j = 0; j < seen; j++)
        total += weight[j] = exp(weight[j] - largest);
    for (int64_t i = 0; i < depth; i++) {
        a->out[i] = a->size[i] = 0;
        for (int64_t j = 0; j < seen; j++) {
            double term = weight[j] / total * (double)qkv[j * 3 * width + 2 * width + i];
            a->out[i] += term;
            a->size[i] += fabs(term);
        }
    }
}

/* A score is off by depth / 2 + 2 units of its reach (a sum, scaled, the largest taken off), its exponential by as many
 * of itself and 2; a weight is such an exponential over a sum of them, and the result a sum of weighted numbers. */
static double attention_units(const attended *a, int64_t tokens, int64_t depth)
{
    return 2 * (((double)depth / 2 + 2) * a->reach + 2) + (double)tokens + 2;
}

static void check_attention(int64_t batch, int64_t tokens, int64_t heads, int64_t depth, bool causal)
{
    char attributes[64];
    int64_t width = heads * depth;
    snprintf(attributes, sizeof attributes, "heads=%d causal=%d", (int)heads, causal);
    op_case c = filled("attention", attributes, OP_SHAPES({ 3, { batch, tokens, 3 * width } }));
    for (int64_t row = 0; row < batch * tokens * heads; row++) {
        int64_t picture = row / (tokens * heads), query = row / heads % tokens, head = row % heads;
        attended a;
        attend(&c, picture * tokens * 3 * width + head * depth, query, causal ? query + 1 : tokens, width, depth, &a);
        for (int64_t i = 0; i < depth; i++)
            light_near((double)c.out[(picture * tokens + query) * width + head * depth + i], a.out[i],
                       attention_units(&a, tokens, depth), a.size[i], "attention");
    }
    op_close(&c);
}

static void test_attention(void **state)
{
    (void)state;
    check_attention(2, 5, 3, 4, false);
    check_attention(2, 5, 3, 4, true);
    check_attention(9, 17, 2, 8, true);    /* more tasks than have room at once */
    check_attention(1, 330, 2, 16, false); /* three bands */
    check_attention(1, 330, 2, 16, true);
    check_attention(3, 1, 1, 5, true);
}

/* Scores far from zero neither overflow nor vanish; a NaN is passed on. */
static void test_attention_extremes(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "attention", "", OP_SHAPES({ 3, { 1, 2, 3 } }));
    static const float qkv[] = { 100, 100, 1, -100, -100, 3 };
    memcpy(c.in[0], qkv, sizeof qkv);
    op_forward(&c);
    assert_true(c.out[0] == 1.0f && c.out[1] == 3.0f);
    c.in[0][0] = NAN;
    op_forward(&c);
    assert_true(isnan(c.out[0]) && c.out[1] == 3.0f);
    op_close(&c);
}

/* ---- rows ---- */

static void row_moments(const float *x, int64_t n, double *mean, double *variance)
{
    *mean = *variance = 0;
    for (int64_t i = 0; i < n; i++)
        *mean += (double)x[i] / (double)n;
    for (int64_t i = 0; i < n; i++)
        *variance += ((double)x[i] - *mean) * ((double)x[i] - *mean) / (double)n;
}

static void test_layer_norm(void **state)
{
    (void)state;
    enum { ROWS = 7, WIDTH = 53 };
    op_case c;
    op_open(&c, "layer_norm", "eps=1e-3", OP_SHAPES({ 2, { ROWS, WIDTH } }, { 1, { WIDTH } }, { 1, { WIDTH } }));
    for (int i = 0; i < 3; i++)
        op_fill(&c, i, 1, i == 0 ? 100 : 0); /* far from zero: the mean must be taken off before squaring */
    op_forward(&c);
    for (int r = 0; r < ROWS; r++) {
        double mean, variance;
        row_moments(c.in[0] + r * WIDTH, WIDTH, &mean, &variance);
        for (int i = 0; i < WIDTH; i++) {
            double x = (double)c.in[0][r * WIDTH + i], w = (double)c.in[1][i], b = (double)c.in[2][i];
            /* the mean of 53 numbers near 100 is off by 5 units of 100; deviation, quotient, product, sum by less */
            double size = 100 * fabs(w) / sqrt(variance) + fabs(b);
            light_near((double)c.out[r * WIDTH + i], (x - mean) / sqrt(variance + 1e-3) * w + b, 8, size, "layer_norm");
        }
    }
    op_close(&c);
}

static void test_softmax(void **state)
{
    (void)state;
    enum { ROWS = 5, WIDTH = 37 };
    op_case c;
    op_open(&c, "softmax", "", OP_SHAPES({ 2, { ROWS, WIDTH } }));
    op_fill(&c, 0, 30, 1e4f);
    op_forward(&c);
    for (int r = 0; r < ROWS; r++) {
        double total = 0, largest = -INFINITY;
        for (int i = 0; i < WIDTH; i++)
            largest = fmax(largest, (double)c.in[0][r * WIDTH + i]);
        for (int i = 0; i < WIDTH; i++)
            total += exp((double)c.in[0][r * WIDTH + i] - largest);
        for (int i = 0; i < WIDTH; i++) {
            /* differences of floats near 1e4 are exact; an exponential over a sum of 37, off by 2 + (2 + 4) + 1 / 2;
             * below 2^-126 numbers are coarser */
            double want = exp((double)c.in[0][r * WIDTH + i] - largest) / total;
            light_near((double)c.out[r * WIDTH + i], want, 9, fmax(want, 0x1p-126), "softmax");
        }
    }
    c.in[0][0] = NAN;
    op_forward(&c);
    assert_true(isnan(c.out[0]) && isnan(c.out[WIDTH - 1]) && !isnan(c.out[WIDTH]));
    op_close(&c);
}

static void test_lengths(void **state)
{
    (void)state;
    enum { ROWS = 4, WIDTH = 39 };
    ablate_shape shape = { 2, { ROWS, WIDTH } };
    op_case norm = filled("norm", "", OP_SHAPES(shape)), normalize = filled("normalize", "", OP_SHAPES(shape));
    op_case cosine = filled("cosine", "", OP_SHAPES(shape, shape));
    assert_true(norm.layout.out.rank == 2 && norm.layout.out.dim[1] == 1 && cosine.layout.out.rank == 1);
    for (int r = 0; r < ROWS; r++) {
        double aa = 0, bb = 0, ab = 0;
        for (int i = r * WIDTH; i < (r + 1) * WIDTH; i++) {
            double a = (double)cosine.in[0][i], b = (double)cosine.in[1][i];
            aa += a * a;
            bb += b * b;
            ab += a * b;
        }
        /* a sum of 39 is off by 4 units, its root by 2 + 1 / 2; a cosine by 4 of the lengths' product (no larger is the
         * sum of absolute terms) and by 6 of itself for two lengths and two quotients */
        double cosine_wanted = ab / sqrt(aa * bb);
        light_near((double)norm.out[r], sqrt(aa), 2.5, sqrt(aa), "norm");
        light_near((double)cosine.out[r], cosine_wanted, 4 + 6 * fabs(cosine_wanted), 1, "cosine");
        for (int i = r * WIDTH; i < (r + 1) * WIDTH; i++) {
            double want = (double)normalize.in[0][i] / sqrt(aa);
            light_near((double)normalize.out[i], want, 3.5, fabs(want), "normalize");
        }
    }
    norm.in[0][0] = normalize.in[0][0] = cosine.in[0][0] = NAN;
    op_forward(&norm);
    op_forward(&normalize);
    op_forward(&cosine);
    assert_true(isnan(norm.out[0]) && isnan(normalize.out[1]) && isnan(cosine.out[0]));
    op_close(&norm);
    op_close(&normalize);
    op_close(&cosine);
}

/* ---- patch_embed ---- */

static void test_patch_embed(void **state)
{
    (void)state;
    enum { SIDE = 27, SIZE = 3, ACROSS = 9, WIDTH = 4, CHANNELS = 3, BATCH = 2 };
    op_case c =
        filled("patch_embed", "",
               OP_SHAPES({ 4, { BATCH, CHANNELS, SIDE + 2, SIDE + 2 } }, { 4, { WIDTH, CHANNELS, SIZE, SIZE } }));
    assert_true(c.layout.out.dim[1] == ACROSS * ACROSS && c.layout.out.dim[2] == WIDTH);
    for (int e = 0; e < BATCH * ACROSS * ACROSS * WIDTH; e++) {
        int filter = e % WIDTH, patch = e / WIDTH % (ACROSS * ACROSS), picture = e / (WIDTH * ACROSS * ACROSS);
        double sum = 0, size = 0;
        for (int i = 0; i < CHANNELS * SIZE * SIZE; i++) {
            int channel = i / (SIZE * SIZE), y = patch / ACROSS * SIZE + i / SIZE % SIZE, x = patch % ACROSS * SIZE;
            int at = ((picture * CHANNELS + channel) * (SIDE + 2) + y) * (SIDE + 2) + x + i % SIZE;
            double term = (double)c.in[0][at] * (double)c.in[1][filter * CHANNELS * SIZE * SIZE + i];
            sum += term;
            size += fabs(term);
        }
        light_near((double)c.out[e], sum, CHANNELS * SIZE * SIZE / 2.0, size, "patch_embed");
    }
    op_close(&c);
}

/* ---- adam ---- */

/* The square of t steps is a sum of positive terms; one of k steps ago was multiplied, with a constant that is rounded
 * too, and added to k times: 3 k / 2 units, k being 1 / (1 - 0.95) = 20 in the mean, and a few for itself: 32 of it.
 * The mean likewise, k being 5, of terms up to 4: 12 of 4. A step moves a parameter by 0.05 at most, off by 12 * 4 / 2
 * + 16 + 6 units of that, and rounds it: fewer than 3 + |parameter| / 2 a step. */
static void test_adam(void **state)
{
    (void)state;
    enum { N = 21, STEPS = 30 };
    op_case c;
    op_open(&c, "adam", "rate=0.01 beta1=0.8 beta2=0.95 eps=1e-6 decay=0.02", OP_SHAPES({ 2, { 3, 7 } }));
    double parameter[N], m[N] = { 0 }, v[N] = { 0 };
    memset(c.out, 0, 3 * N * sizeof *c.out);
    op_normal(c.out, N, 5u, 1, 0);
    for (int i = 0; i < N; i++)
        parameter[i] = (double)c.out[i];
    for (int t = 1; t <= STEPS; t++) {
        op_normal(c.in[0], N, 100u + (uint64_t)t, 1, 0.5f);
        c.step = (uint64_t)t - 1;
        op_forward_in_place(&c);
        for (int i = 0; i < N; i++) {
            double g = (double)c.in[0][i] + 0.02 * parameter[i];
            m[i] = 0.8 * m[i] + 0.2 * g;
            v[i] = 0.95 * v[i] + 0.05 * g * g;
            double root = sqrt(v[i]) / sqrt(1 - pow(0.95, t));
            parameter[i] -= 0.01 / (1 - pow(0.8, t)) * m[i] / (root + 1e-6);
            light_near((double)c.out[i], parameter[i], t, fabs(parameter[i]) / 2 + 3, "adam: parameter");
            light_near((double)c.out[N + i], m[i], 12, 4, "adam: mean");
            light_near((double)c.out[2 * N + i], v[i], 32, v[i], "adam: mean square");
        }
    }
    op_close(&c);
}

/* The first moves of Adam are of the rate's size (the bias corrections cancel), so they show the schedule. A mean of t
 * equal numbers is off by 3 t / 2 units, the root of one of squares by half that, both of a move of at most 1 / 2; the
 * parameter, below 4, is rounded. */
static void test_adam_schedule(void **state)
{
    (void)state;
    enum { TOTAL = 10, WARMUP = 4 };
    op_case c;
    op_open(&c, "adam", "rate=0.5 eps=1e-12 warmup=4 total=10", OP_SHAPES({ 1, { 1 } }));
    memset(c.out, 0, 3 * sizeof *c.out);
    for (int t = 1; t <= TOTAL + 2; t++) {
        double before = (double)c.out[0], share = fmin((double)t / WARMUP, 1);
        share *= 0.5 * (1 + cos(acos(-1) * fmin((double)t / TOTAL, 1)));
        c.in[0][0] = 3;
        c.step = (uint64_t)t - 1;
        op_forward_in_place(&c);
        light_near((double)c.out[0] - before, -0.5 * share, 1.2 * t + 6, 1, "adam: a move of the schedule");
    }
    op_close(&c);
    op_open(&c, "adam", "rate=0.5 eps=1e-12 drop=8", OP_SHAPES({ 1, { 1 } }));
    memset(c.out, 0, 3 * sizeof *c.out);
    for (int t = 1; t <= TOTAL; t++) {
        double before = (double)c.out[0];
        c.in[0][0] = 3;
        c.step = (uint64_t)t - 1;
        op_forward_in_place(&c);
        light_near((double)c.out[0] - before, t > 8 ? -0.05 : -0.5, 1.2 * t + 6, 1,
                   "adam: a move before or after a drop");
    }
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul),     cmocka_unit_test(test_without_aux),
        cmocka_unit_test(test_attention),  cmocka_unit_test(test_attention_extremes),
        cmocka_unit_test(test_layer_norm), cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_patch_embed),
        cmocka_unit_test(test_adam),       cmocka_unit_test(test_adam_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
