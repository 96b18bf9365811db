/* test_trace.c: a run written down has the bits of a run that is not, and its numbers fit each other. */
/* units: cli/verb_trace */
#include "../../core/base/random.h"
#include "../../core/run/train.h"
#include "../lab/normal.h"
#include "../lab/trace_file.h"
#include <math.h>

enum { STEPS = 5, BATCH = 8, TOKENS = 257, WIDTH = 128 };
enum { EACH = 3 }; /* steps of an epoch of tests/inputs/small.ini */

static void test_same_bits_as_a_run_that_is_not_traced(void **state)
{
    (void)state;
    must_work("$ablate trace " SMALL "--row full --steps 5 --out $in/made/full.safetensors");
    assert_non_null(strstr(said, "full.safetensors: 591 tensors of 5 steps, "));
    must_work("$ablate run " SMALL "--row full --steps 5 --out $in/results");
    must_work("cp $in/results/runs/small/full/seed-0-*/parameters.safetensors "
              "$in/results/runs/small/full/seed-0-*/losses.tsv $in");
    weights *trained = open_file("parameters.safetensors"), *w = open_file("made/full.safetensors");
    assert_int_equal(weights_count(trained), 46);
    for (int i = 0; i < weights_count(trained); i++) {
        const weights_tensor *t = weights_at(trained, i);
        char part[200];
        snprintf(part, sizeof part, "parameter/%s", t->name);
        float *found = numbers(w, STEPS, part, t->count);
        assert_memory_equal(found, t->data, t->bytes);
        free(found);
    }
    weights_close(trained);
    weights_close(w);
}

/* losses.tsv has the mean over the first epoch's steps, to nine digits: half a unit in the ninth is 5e-9 of a number.
 */
static void test_losses_are_those_of_the_log(void **state)
{
    (void)state;
    static const char *const names[] = { "moe", "prompts", "constraint", "distill" };
    weights *w = open_file("made/full.safetensors");
    must_work("sed -n 1,2p $in/losses.tsv");
    assert_non_null(strstr(said, "epoch\tmoe\tprompts\tconstraint\tdistill\n1\t"));
    char *at = strstr(said, "\n1\t") + 3;
    for (int i = 0; i < 4; i++) {
        char part[40];
        double mean = 0;
        snprintf(part, sizeof part, "loss/%s", names[i]);
        for (int k = 0; k < EACH; k++)
            mean += (double)scalar(w, k, part) / EACH;
        double logged = strtod(at, &at);
        assert_true(fabs(logged - mean) <= (5e-9 + EACH * 0x1p-53) * fabs(mean));
    }
    weights_close(w);
}

static void test_names_shapes_and_notes(void **state)
{
    (void)state;
    weights *w = open_file("made/full.safetensors");
    check_shape(w, "0/parameter/decoder.0.attn.in_proj_weight", D(3 * WIDTH, WIDTH));
    check_shape(w, "5/parameter/decoder.2.attn.out_proj.bias", D(WIDTH));
    check_shape(w, "4/gradient/decoder.1.mlp.c_fc.weight", D(4 * WIDTH, WIDTH));
    check_shape(w, "3/gradient/mlf.weight", D(WIDTH, 3 * WIDTH));
    check_shape(w, "0/gradient/moe.router.weight", D(5, WIDTH));
    check_shape(w, "0/parameter/moe.w1", D(5, WIDTH, WIDTH));
    check_shape(w, "0/parameter/cnc.normal", D(3, 12, WIDTH));
    check_shape(w, "4/input/teacher.2", D(BATCH, TOKENS, WIDTH));
    check_shape(w, "4/draw/noise:noise:0", D(BATCH, TOKENS, WIDTH));
    check_shape(w, "4/draw/mlf:dropout:2", D(BATCH, TOKENS, WIDTH));
    check_shape(w, "2/picture", D(BATCH));
    check_shape(w, "2/total", 0, NULL);
    check_shape(w, "2/loss/constraint", 0, NULL);
    check_shape(w, "2/weight/constraint", 0, NULL);
    assert_null(weights_find(w, "5/total"));
    assert_null(weights_find(w, "5/gradient/mlf.weight"));
    /* six times parameters, five times gradients, inputs, draws, losses and weights, picture, total */
    assert_int_equal(weights_count(w), 6 * 46 + 5 * (46 + 3 + 4 + 2 * 4 + 2));
    check_note(w, "experiment", "small");
    check_note(w, "row", "full");
    check_note(w, "scale", "mini");
    check_note(w, "seed", "0");
    check_note(w, "steps", "5");
    check_note(w, "steps_an_epoch", "3");
    check_note(w, "data", "mini: 15 classes, 30 training");
    check_note(w, "settings", "run.model = clip noise mlf moe decoder cnc distill\n");
    weights_close(w);
}

/* Eq. 11 with theta = 1: the weight changes with the second epoch. The total is the trainer's, summed in double and
 * rounded once; the weights are rounded here too. */
static void test_weights_in_force_and_total(void **state)
{
    (void)state;
    static const char *const names[] = { "moe", "prompts", "constraint", "distill" };
    weights *w = open_file("made/full.safetensors");
    for (int k = 0; k < STEPS; k++) {
        double total = 0, size = 0;
        for (int i = 0; i < 4; i++) {
            char loss[40], weight[40];
            snprintf(loss, sizeof loss, "loss/%s", names[i]);
            snprintf(weight, sizeof weight, "weight/%s", names[i]);
            float found = scalar(w, k, weight), want = i != 2 ? 1.0f : k < EACH ? 0.0f : 0.1f;
            assert_true(found == want);
            total += (double)found * (double)scalar(w, k, loss);
            size += fabs((double)found * (double)scalar(w, k, loss));
        }
        assert_true(fabs((double)scalar(w, k, "total") - total) <= 0x1p-23 * size);
    }
    weights_close(w);
}

/* Adam's step, in double, from the gradients alone. With s steps done, the moments carry at most 3 s roundings of
 * relative size 2^-24, their quotient (at most sqrt(s) in size) twice that and its own four; the new parameter is
 * rounded once more. */
static void check_adam(const weights *w, const char *name, int64_t n)
{
    char value[100], gradient[100];
    double *m = take_zeroed((size_t)n, sizeof *m, "m"), *v = take_zeroed((size_t)n, sizeof *v, "v");
    assert_true(m && v);
    snprintf(value, sizeof value, "parameter/%s", name);
    snprintf(gradient, sizeof gradient, "gradient/%s", name);
    for (int k = 0; k < STEPS; k++) {
        float *p = numbers(w, k, value, n), *g = numbers(w, k, gradient, n), *q = numbers(w, k + 1, value, n);
        double s = k + 1, moved = 0;
        for (int64_t i = 0; i < n; i++) {
            m[i] = 0.9 * m[i] + 0.1 * (double)g[i];
            v[i] = 0.999 * v[i] + 0.001 * (double)g[i] * (double)g[i];
            double step = 0.001 * m[i] / (1 - pow(0.9, s)) / (sqrt(v[i] / (1 - pow(0.999, s))) + 1e-8);
            double want = (double)p[i] - step, error = 0x1p-24 * ((6 * s + 4) * sqrt(s) * 0.001 + fabs(want));
            if (!(fabs((double)q[i] - want) <= error))
                fail_msg("%s, step %d: element %d is %.9g, not %.9g", name, k, (int)i, (double)q[i], want);
            moved += fabs(step);
        }
        assert_true(moved > 0);
        free(p);
        free(g);
        free(q);
    }
    free(m);
    free(v);
}

static void test_gradients_lead_to_the_parameters(void **state)
{
    (void)state;
    weights *w = open_file("made/full.safetensors");
    check_adam(w, "decoder.1.attn.in_proj_weight", 3 * WIDTH * WIDTH);
    check_adam(w, "moe.w2", 5 * WIDTH * WIDTH);
    check_adam(w, "cnc.abnormal", 3 * 12 * WIDTH);
    check_adam(w, "mlf.bias", WIDTH);
    weights_close(w);
}

/* Element e of the stream (seed, name of the operation, step), as random.h says. */
static void test_draws_are_those_of_the_streams(void **state)
{
    (void)state;
    enum { N = BATCH * TOKENS * WIDTH };
    weights *w = open_file("made/full.safetensors");
    for (int k = 0; k < STEPS; k++) {
        float *normal = numbers(w, k, "draw/noise:noise:1", N), *mask = numbers(w, k, "draw/mlf:dropout:2", N);
        uint64_t noise = random_key(0, "noise:noise:1"), dropout = random_key(0, "mlf:dropout:2");
        for (uint64_t e = 0; e < N; e++) {
            double want[4];
            normal_exact(random_draw(noise, (uint64_t)k, e / 4), want);
            uint32_t word = random_draw(dropout, (uint64_t)k, e / 4).word[e % 4];
            assert_true(fabs((double)normal[e] - want[e % 4]) <= NORMAL_ERROR * fabs(want[e % 4]) + 0x1p-48);
            assert_true(mask[e] == (random_uniform(word) > 0.1f ? 1.0f : 0.0f));
        }
        free(normal);
        free(mask);
    }
    weights_close(w);
}

/* Places rise with the number of the training picture; `mini` lists a class at a time, its two training pictures side
 * by side. */
static void check_places(const int place[30])
{
    for (int i = 0, last = -1; i < 30; i++) {
        assert_true(place[i] < 0 || place[i] > last);
        last = place[i] < 0 ? last : place[i];
        assert_true(i % 2 == 0 || place[i] < 0 || place[i - 1] < 0 || place[i] == place[i - 1] + 1);
    }
}

/* The pictures come in the run's order, and one that comes again in the second epoch has the same features. */
static void test_pictures_and_their_features(void **state)
{
    (void)state;
    enum { ROW = TOKENS * WIDTH, PICTURES = 30 };
    const run_settings run = { .seed = 0, .shuffle = true };
    weights *w = open_file("made/full.safetensors");
    float *seen[PICTURES] = { NULL };
    int again = 0, order[PICTURES], place[PICTURES];
    memset(place, -1, sizeof place);
    for (int k = 0; k < STEPS; k++) {
        float *batch = numbers(w, k, "picture", BATCH), *f = numbers(w, k, "input/teacher.1", (int64_t)BATCH * ROW);
        train_order(&run, k / EACH, PICTURES, order);
        for (int b = 0; b < BATCH; b++) {
            int i = order[k % EACH * BATCH + b];
            again += seen[i] != NULL;
            assert_true(!seen[i] || place[i] == (int)batch[b]);
            place[i] = (int)batch[b];
            seen[i] = seen[i] ? seen[i] : memcpy(take(ROW, sizeof(float), "a row"), f + b * ROW, ROW * sizeof(float));
            assert_memory_equal(seen[i], f + b * ROW, ROW * sizeof(float));
        }
        free(batch);
        free(f);
    }
    check_places(place);
    assert_true(again >= STEPS * BATCH - PICTURES);
    for (int i = 0; i < PICTURES; i++)
        free(seen[i]);
    weights_close(w);
}

static void test_same_file_with_any_threads(void **state)
{
    (void)state;
    must_work("for n in 1 3; do $ablate trace " SMALL "--row full --steps 5 --threads $n --out $in/again.safetensors "
              "&& cmp $in/again.safetensors $in/made/full.safetensors || exit 1; done");
}

/* What a row does not draw, lose or train is not there; another seed is another run. */
static void test_another_row_and_seed(void **state)
{
    (void)state;
    must_work("$ablate trace " SMALL "--row base --steps 1 --set run.seed=4 --out $in/base.safetensors");
    weights *w = open_file("base.safetensors");
    check_note(w, "seed", "4");
    assert_int_equal(weights_count(w), 3 * 36 + 3 + 1 + 2 + 2);
    check_shape(w, "0/draw/noise:noise:2", D(BATCH, TOKENS, WIDTH)); /* of the deepest layer, the only one read */
    assert_null(weights_find(w, "0/draw/noise:noise:1"));
    weights_close(w);
}

/* A model that trains its encoder is given pictures and words themselves. */
static void test_inputs_of_the_data(void **state)
{
    (void)state;
    must_work("$ablate trace experiments/pretrain.ini --row near --steps 1 --cache $in/cache --set run.batch=2 --set "
              "captions.count=4 --set captions.test=2 --out $in/captions.safetensors");
    weights *w = open_file("captions.safetensors");
    check_shape(w, "0/input/image", D(2, 3, 32, 32));
    assert_non_null(weights_find(w, "0/input/tokens"));
    assert_non_null(weights_find(w, "0/gradient/clip.visual.conv1.weight"));
    weights_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits_as_a_run_that_is_not_traced),
        cmocka_unit_test(test_losses_are_those_of_the_log),
        cmocka_unit_test(test_names_shapes_and_notes),
        cmocka_unit_test(test_weights_in_force_and_total),
        cmocka_unit_test(test_gradients_lead_to_the_parameters),
        cmocka_unit_test(test_draws_are_those_of_the_streams),
        cmocka_unit_test(test_pictures_and_their_features),
        cmocka_unit_test(test_same_file_with_any_threads),
        cmocka_unit_test(test_another_row_and_seed),
        cmocka_unit_test(test_inputs_of_the_data),
    };
    return cmocka_run_group_tests_name("trace", tests, make_folder, remove_folder);
}
