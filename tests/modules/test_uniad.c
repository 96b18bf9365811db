/* What jitter and uniad do beyond their cases (test_others.c): a patch's neighbours are hidden from it, first values
 * are the published ones, the lot decides for each picture whether it has noise, and what does not fit is refused. */
#include "../lab/paper_stage.h"

enum { B = 2, GRID = 5, N = GRID * GRID, C = 6, SIZE = 10 };

/* Features on the board, and settings: words "uniad.width=8 uniad.heads=2". */
static void open_small(stage *s, bool training, const char *chosen)
{
    char words[200];
    stage_open(s, training);
    stage_give(s, "joined.0", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(s, "jittered.0", ABLATE_SHAPE(B, N, C), NULL);
    stage_give(s, "image.0", ABLATE_SHAPE(B, 3, SIZE, SIZE), NULL);
    snprintf(words, sizeof words, "%s", chosen);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        stage_set(s, word);
}

static void check_refused(stage *s, const char *module, const char *why)
{
    assert_int_equal(stage_try(s, module), -1);
    if (!strstr(complaint(), why))
        fail_msg("'%s' does not say '%s'", complaint(), why);
    stage_close(s);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const char *const refused[][2] = {
        { "uniad.heads=3", "uniad: width = 256 must be even and a multiple of heads = 3" },
        { "uniad.heads=5 uniad.width=15", "uniad: width = 15 must be even" },
        { "uniad.neighbour=4", "uniad: neighbour = 4 has no middle" },
        { "uniad.neighbour=5", "a patch in the middle of 5 x 5 sees nothing beyond its 5 x 5 neighbours" },
        { "uniad.neighbour=3 uniad.pool=11", "uniad: pool = 11 is more than the picture's 10 pixels" },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        stage s;
        open_small(&s, i % 2, refused[i][0]);
        check_refused(&s, "uniad", refused[i][1]);
    }
    stage s;
    stage_open(&s, true);
    stage_give(&s, "joined.0", ABLATE_SHAPE(B, 6, C), NULL);
    stage_give(&s, "jittered.0", ABLATE_SHAPE(B, 6, C), NULL);
    stage_give(&s, "image.0", ABLATE_SHAPE(B, 3, SIZE, SIZE), NULL);
    check_refused(&s, "uniad", "uniad: features must be pictures x a square grid of patches x channels");
}

static void jitter_wants_one_grid_and_few_layers(void **state)
{
    (void)state;
    static const char *const names[] = { "teacher.0", "teacher.1", "teacher.2", "teacher.3", "teacher.4",
                                         "teacher.5", "teacher.6", "teacher.7", "teacher.8" };
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(B, 1 + 4, C), NULL);
    stage_give(&s, "teacher.1", ABLATE_SHAPE(B, 1 + 9, C), NULL);
    check_refused(&s, "jitter", "jitter: all layers must be on one grid, but one has 4 patches and another 9");
    stage_open(&s, true);
    for (int i = 0; i < 9; i++)
        stage_give(&s, names[i], ABLATE_SHAPE(B, 1 + 4, C), NULL);
    check_refused(&s, "jitter", "jitter: the encoder gives 9 layers; choose at most 8");
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(B, C), NULL);
    check_refused(&s, "jitter", "jitter: features must be pictures x (1 + patches) x channels");
}

/* Whole pictures have noise or none; of PICTURES about a quarter, within 5 deviations. */
static void the_lot_is_cast_for_each_picture(void **state)
{
    (void)state;
    enum { PICTURES = 400, PATCHES = 4, WIDTH = 3 };
    int noisy = 0;
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(PICTURES, 1 + PATCHES, WIDTH), NULL);
    stage_set(&s, "jitter.probability=0.25");
    stage_play(&s, "jitter");
    stage_settle(&s);
    float *before = stage_board(&s, "joined", 0), *after = stage_board(&s, "jittered", 0);
    for (int i = 0; i < PICTURES; i++) {
        int moved = 0;
        for (int k = 0; k < PATCHES * WIDTH; k++)
            moved += before[i * PATCHES * WIDTH + k] != after[i * PATCHES * WIDTH + k];
        assert_true(moved == 0 || moved == PATCHES * WIDTH);
        noisy += moved > 0;
    }
    free(before);
    free(after);
    stage_near((double)noisy / PICTURES, 0.25, 5 * sqrt(0.25 * 0.75 / PICTURES), "share of noisy pictures", 0);
    stage_close(&s);
}

static void jitter_is_silent_when_scoring(void **state)
{
    (void)state;
    stage s;
    stage_open(&s, false);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(B, 1 + 4, C), NULL);
    stage_play(&s, "jitter");
    assert_ptr_equal(builder_value(s.builder, "joined", 0), builder_value(s.builder, "jittered", 0));
    stage_close(&s);
}

/* The scoring graph's distances, when the features of patch `changed` of the jittered ones are other than usual. */
static float *distances(stage *s, int changed)
{
    for (int k = 0; k < C; k++)
        stage_parameter(s, "actor.jittered.0")[changed * C + k] += 1;
    float *found = stage_board(s, "distance", 0);
    for (int k = 0; k < C; k++)
        stage_parameter(s, "actor.jittered.0")[changed * C + k] -= 1;
    return found;
}

/* With one layer of the decoder and none of the encoder, what a patch is made of is what it sees: not its neighbours.
 */
static void neighbours_are_hidden(void **state)
{
    (void)state;
    stage s;
    open_small(&s, false,
               "uniad.width=8 uniad.heads=2 uniad.hidden=8 uniad.encoders=0 uniad.decoders=1 "
               "uniad.neighbour=3 uniad.pool=2");
    stage_play(&s, "uniad");
    stage_settle(&s);
    int changed = GRID + 1; /* the second of the second row: neighbours up to the third of both */
    float *usual = stage_board(&s, "distance", 0), *other = distances(&s, changed);
    for (int i = 0; i < N; i++) {
        bool near = abs(i / GRID - 1) <= 1 && abs(i % GRID - 1) <= 1;
        if (near != (usual[i] == other[i]))
            fail_msg("patch %d %s what is changed beside it", i, near ? "sees" : "does not see");
        assert_true(usual[N + i] == other[N + i]); /* nor does another picture */
    }
    free(usual);
    free(other);
    stage_close(&s);
}

/* All |w| <= bound, and the largest of the n nearly reaches it; a failure by chance: e^-12. */
static void check_uniform(const stage *s, const char *name, int n, double bound)
{
    const float *w = stage_parameter(s, name);
    double most = 0;
    for (int k = 0; k < n; k++)
        most = fmax(most, fabs((double)w[k]));
    if (!(most <= bound * (1 + STAGE_EPS) && most >= bound * (1 - 12.0 / n)))
        fail_msg("%s: the largest of %d is %g, expected nearly %g", name, n, most, bound);
}

static void it_begins_as_published(void **state)
{
    (void)state;
    enum { W = 32, H = 48 };
    double square = 0;
    stage s;
    open_small(&s, true, "uniad.width=32 uniad.hidden=48 uniad.neighbour=3 uniad.pool=4");
    stage_play(&s, "uniad");
    stage_settle(&s);
    check_uniform(&s, "uniad.row_embed.weight", GRID * W / 2, 0.5);
    check_uniform(&s, "uniad.col_embed.weight", GRID * W / 2, 0.5);
    check_uniform(&s, "uniad.input_proj.weight", W * C, sqrt(6.0 / (W + C)));
    check_uniform(&s, "uniad.encoder.3.self_attn.in_proj_weight", 3 * W * W, sqrt(6.0 / (4 * W)));
    check_uniform(&s, "uniad.decoder.0.multihead_attn.out_proj.weight", W * W, sqrt(6.0 / (2 * W)));
    check_uniform(&s, "uniad.decoder.3.linear1.weight", W * H, sqrt(6.0 / (W + H)));
    assert_true(stage_parameter(&s, "uniad.decoder.3.linear1.bias")[H - 1] == 0);
    assert_true(stage_parameter(&s, "uniad.decoder_norm.weight")[W - 1] == 1);
    const float *query = stage_parameter(&s, "uniad.decoder.2.learned_embed.weight");
    for (int k = 0; k < N * W; k++)
        square += (double)query[k] * (double)query[k] / (N * W);
    stage_near(square, 1, 5 * sqrt(2.0 / (N * W)), "mean square of a query", 0);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(jitter_wants_one_grid_and_few_layers),
        cmocka_unit_test(the_lot_is_cast_for_each_picture),
        cmocka_unit_test(jitter_is_silent_when_scoring),
        cmocka_unit_test(neighbours_are_hidden),
        cmocka_unit_test(it_begins_as_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
