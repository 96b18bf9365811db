/* test_collection.c: what a run collects from all training pictures: it is what they give, it is kept beside the run,
 * and who goes on with the run or opens it needs neither to compute it again nor the pictures. */
/* units: collect collection */
#include "../../core/files/weights.h"
#include "../../core/model/collection.h"
#include "../lab/program.h"
#include <stdlib.h>
#include <string.h>

#define RUN   "$ablate run $in/near.ini --scale mini --seeds 1 --out $in/out --cache $in/cache"
#define PLACE "$in/first"

/* A few of the drawn pictures, as files. */
static int begin(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    must_work("$ablate data mini --export $in/set --set mini.train=3 --set mini.good=1 --set mini.each=1 && "
              "printf 'base = %%s/experiments/cnc.ini\\n[columns]\\nmetrics = image_auroc pixel_auroc\\n[row near]\\n"
              "model = clip neighbour\\nrun.data = folder:set\\nfolder.classes = mini-bottle mini-wood\\n' $PWD "
              ">$in/near.ini");
    must_work(RUN " && ln -s $in/out/runs/near/near/seed-0-* $in/first");
    return 0;
}

/* A tensor of a file, the caller's; *count numbers. */
static float *tensor(const char *path, const char *name, int64_t *count)
{
    weights *w = weights_open(path);
    const weights_tensor *t = w ? weights_need(w, name) : NULL;
    if (!t)
        fail_msg("%s", complaint());
    float *numbers = malloc((size_t)t->count * sizeof *numbers);
    assert_int_equal(weights_load(w, name, numbers), 0);
    *count = t->count;
    weights_close(w);
    return numbers;
}

/* Distances of the patches of one picture. */
static float *distances(const char *of, int64_t *count)
{
    must_work("cd $in && $ablate features near.ini --scale mini --cache cache --picture set/%s --out own", of);
    return tensor(below("own"), "distance.0", count);
}

/* Each patch of a training picture is in the bank itself; some of a picture with a defect are not. */
static void test_it_is_what_the_pictures_give(void **state)
{
    (void)state;
    int64_t count;
    float *near = distances("mini-bottle/train/good/001.png", &count), *far, most = 0;
    assert_int_equal(count, 256);
    for (int64_t i = 0; i < count; i++)
        assert_true(near[i] == 0);
    far = distances("mini-wood/test/hole/000.png", &count);
    for (int64_t i = 0; i < count; i++)
        most = far[i] > most ? far[i] : most;
    assert_true(most > 0);
    free(near);
    free(far);
}

/* All rows in the order of the data set: six pictures of 256 patches. */
static void test_it_is_kept_beside_the_run(void **state)
{
    (void)state;
    int64_t count;
    must_work("cd $in && cp " PLACE "/collected.neighbour.bank.safetensors kept && ls " PLACE);
    assert_null(strstr(said, "parameters"));
    free(tensor(below("kept"), "neighbour.bank", &count));
    assert_int_equal(count % (6 * 256), 0);
}

static void scores_of(char *into, size_t size)
{
    must_work("cd $in && $ablate predict " PLACE
              " set/mini-wood/test --good set/mini-wood/test/good --false-alarms 0.5 "
              "--no-pictures --out scored --cache cache >log 2>&1 && cut -f1-3 scored/scores.tsv");
    snprintf(into, size, "%s", said);
}

/* Neither the pictures nor anything computed of them is there any more. */
static void test_a_finished_run_needs_no_training_pictures(void **state)
{
    (void)state;
    static char before[sizeof said], after[sizeof said];
    scores_of(before, sizeof before);
    must_work("cd $in && rm -r cache && mv set/mini-bottle/train bottle && mv set/mini-wood/train wood");
    scores_of(after, sizeof after);
    must_work("cd $in && mv bottle set/mini-bottle/train && mv wood set/mini-wood/train");
    assert_string_equal(before, after);
}

/* It is read where it lies, and computed again only for other pictures. */
static void test_an_interrupted_run_goes_on_with_it(void **state)
{
    (void)state;
    must_work("cd $in && cp " PLACE "/metrics.json before && rm " PLACE "/metrics.json && " RUN "2 2>&1");
    assert_null(strstr(said, "neighbour.bank: "));
    must_work("cd $in && for f in before " PLACE "/metrics.json; do grep -E '\"(pixel_auroc|image_auroc)\"' $f | "
              "sha256sum; done | sort -u | wc -l");
    assert_int_equal(strtol(said, NULL, 10), 1);
    must_work(RUN " --set neighbour.coreset=9 2>&1");
    expect_words(said, "neighbour.projected: 6x256x128 from 6 training pictures");
    expect_words(said, "neighbour.bank: 9x384 from 6 training pictures");
    must_work("ls $in/out/runs/near/near/*/collected.*");
    assert_null(strstr(said, "projected"));
}

static void test_what_is_not_trained_is_said(void **state)
{
    (void)state;
    must_work(RUN " --keep-epochs 2>&1"); /* it has none, and is not run again for them */
    expect_words(said, "1 runs, of which 1 had finished before");
    must_work(RUN " --again 2>&1");
    expect_words(said, "nothing is trained: the line 'clip neighbour' has no parameter and no loss");
    assert_int_not_equal(shell("cd $in && $ablate trace near.ini --scale mini --steps 1 --out t"), 0);
    expect_words(said, "nothing of the line 'clip neighbour' is trained, so there are no steps to write down");
    assert_int_not_equal(shell("cd $in && $ablate curves losses " PLACE " --out l"), 0);
    expect_words(said, "losses.tsv: there is none; a run that trains nothing has no losses");
}

/* The small encoder with first weights that overflow. */
static void write_overflowing(const char *path)
{
    enum { MOST = 256 };
    static weights_entry entry[MOST];
    weights *w = weights_open("modules/encoders/clip/nano.safetensors");
    weights_pair note[MOST];
    int n = weights_count(w), notes = 0;
    assert_in_range(n, 1, MOST);
    for (const char *key; notes < MOST && (key = weights_note_key(w, notes)); notes++)
        note[notes] = (weights_pair){ key, weights_note(w, key) };
    for (int i = 0; i < n; i++) {
        const weights_tensor *t = weights_at(w, i);
        float *data = take((size_t)t->count, sizeof *data, "a tensor");
        assert_int_equal(weights_load(w, t->name, data), 0);
        for (int64_t k = 0; strstr(t->name, "visual.conv1") && k < t->count; k++)
            data[k] *= 1e38f;
        entry[i] = (weights_entry){ t->name, t->shape, data, WEIGHTS_F32 };
    }
    assert_int_equal(weights_write(path, entry, n, note, notes), 0);
    for (int i = 0; i < n; i++)
        free((void *)(uintptr_t)entry[i].data);
    weights_close(w);
}

/* Features that overflow are named where they do, before they are kept. */
static void test_features_that_overflow(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/huge.safetensors", folder);
    write_overflowing(path);
    assert_int_not_equal(shell(RUN " --set clip.weights=$in/huge.safetensors"), 0);
    expect_words(said, "is not finite (element ");
    expect_words(said, "in module 'clip', where nothing is trained; "
                       "look at the weights");
}

/* ---- while a graph is composed ---- */

static run_settings two = { .batch = 2 };
static parameters *own;
static graph *g;
static ablate_value *image, *made;
static collections all;

static void open_graph(const char *kept)
{
    const ablate_shape shape = { 3, { 2, 4, 3 } };
    complaint_clear();
    assert_non_null(own = parameters_new());
    assert_non_null(g = graph_new(own));
    all = (collections){ .run = &two, .kept = kept };
    assert_non_null(image = graph_append(g, VALUE_INPUT, "image", &shape));
    assert_non_null(made = graph_append(g, VALUE_CONSTANT, "near.bank", &shape));
    made->module = "near";
}

static void close_graph(void)
{
    collections_close(&all);
    graph_free(g);
    parameters_free(own);
    complaint_clear();
}

static void refused(const ablate_value *value, ablate_value *which, const char *words)
{
    assert_int_equal(collections_enter(&all, g, made, value, which), -1);
    expect_words(complaint(), words);
    close_graph();
}

static void test_refusals(void **state)
{
    (void)state;
    const ablate_shape square = { 2, { 2, 3 } }, many = { 1, { 13 } };
    open_graph(NULL);
    refused(graph_append(g, VALUE_PARAMETER, "p", &square), NULL, "that the picture alone does not decide");
    open_graph(NULL);
    refused(graph_append(g, VALUE_CONSTANT, "c", &square), NULL, "or that is the same for all");
    open_graph(NULL);
    refused(image, graph_append(g, VALUE_PARAMETER, "p", &many), "must be chosen by a frozen tensor with one axis");
    open_graph(NULL);
    refused(image, graph_append(g, VALUE_CONSTANT, "c", &square), "with one axis; these are 2x3");
    open_graph(NULL);
    refused(image, NULL, "'near.bank' is collected from training pictures, and there are none here");
}

static void write_kept(const char *name, const ablate_shape *shape, const char *pictures)
{
    static const float numbers[64];
    const weights_entry entry = { "near.bank", *shape, numbers, WEIGHTS_F32 };
    const weights_pair notes[] = { { COLLECTION_IDENTITY, "x" }, { COLLECTION_PICTURES, pictures } };
    assert_int_equal(weights_write(name, &entry, 1, notes, 2), 0);
}

/* Of a finished run: three pictures of four rows. */
static void test_what_is_kept_must_fit(void **state)
{
    (void)state;
    char path[200];
    const ablate_shape fits = { 3, { 3, 4, 3 } }, other = { 2, { 3, 4 } }, many = { 1, { 13 } }, few = { 1, { 5 } };
    snprintf(path, sizeof path, "%s", below("collected.near.bank.safetensors"));
    open_graph(folder);
    refused(image, NULL, "it keeps no 'near.bank', which 'near' wants now: its code has changed since; train it again");
    write_kept(path, &other, "3");
    open_graph(folder);
    refused(image, NULL, "'near.bank' is 3x4, but 'near' wants 3x4x3 now: its code or settings have changed since");
    write_kept(path, &fits, "3");
    open_graph(folder);
    refused(image, graph_append(g, VALUE_CONSTANT, "c", &many),
            "'near.bank' has 12 rows, of which 13 cannot be chosen");
    open_graph(folder);
    assert_int_equal(collections_enter(&all, g, made, image, NULL), 0);
    assert_true(shape_same(&made->shape, &fits));
    float numbers[36];
    assert_int_equal(made->source.fetch(made->source.context, numbers), 0);
    ablate_value *rows = graph_append(g, VALUE_CONSTANT, "near.rows", &fits); /* served to choose: it is not there */
    assert_int_equal(collections_enter(&all, g, rows, image, graph_append(g, VALUE_CONSTANT, "c", &few)), 0);
    assert_true(rows->shape.rank == 2 && rows->shape.dim[0] == 5 && rows->shape.dim[1] == 3);
    assert_int_equal(rows->source.fetch(rows->source.context, numbers), -1);
    expect_words(complaint(), "'near.rows' cannot be computed here");
    close_graph();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_the_pictures_give),
        cmocka_unit_test(test_it_is_kept_beside_the_run),
        cmocka_unit_test(test_a_finished_run_needs_no_training_pictures),
        cmocka_unit_test(test_an_interrupted_run_goes_on_with_it),
        cmocka_unit_test(test_what_is_not_trained_is_said),
        cmocka_unit_test(test_features_that_overflow),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_what_is_kept_must_fit),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
