/* What programs are given of pictures: rows that the picture alone decides, computed once, in whatever batch and order
 * they are asked for; inputs where keeping rows would not pay. */
/* units: fitted frontier inputs rows */
#include "../../core/data/feed.h"
#include "../../core/data/frontier.h"
#include "../../core/graph/builder.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"
#include "../lab/words.h"
#include <math.h>

enum { SIZE = 128, PIXELS = 3 * SIZE * SIZE, PICTURES = 5 };

static session s;
static settings none;
static float weight[SIZE * SIZE];
static input_settings input = { .size = SIZE };

/* What is frozen, a product of every pixel, is dear to compute; what follows a parameter is not of the picture alone.
 */
static int build_dear(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_value *by = ablate_constant(b, weight, SIZE, SIZE);
    ablate_value *row = ablate_op(b, "matmul", NULL, ablate_read(b, "image", 0), by);
    ablate_write(b, "row", 0, row);
    ablate_value *scale = b->api->param(b, __FILE__, __LINE__, "scale", "ones", ABLATE_SHAPE(SIZE));
    ablate_write(b, "out", 0, ablate_op(b, "mul", NULL, row, scale));
    return 0;
}

/* One operation on each pixel: cheaper than to read it back. */
static int build_cheap(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_write(b, "out", 0, ablate_op(b, "square", NULL, ablate_read(b, "image", 0)));
    return 0;
}

typedef struct scene {
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    ablate_module module;
    ablate_value *wanted;
} scene;

static void compose(scene *c, int batch, int (*build)(ablate_builder *, const void *))
{
    *c = (scene){ .parameters = parameters_new() };
    c->module =
        (ablate_module){ .abi = ABLATE_ABI, .name = "scene", .reads = "image", .writes = "row out", .build = build };
    c->graph = graph_new(c->parameters);
    c->builder = builder_new(c->graph, &c->host, false);
    assert_true(c->graph && c->builder);
    assert_non_null(builder_input(c->builder, "image", &(ablate_shape){ 4, { batch, 3, input.size, input.size } }));
    if (builder_compose(c->builder, &c->module, NULL) < 0)
        fail_msg("%s", complaint());
    c->wanted = builder_value(c->builder, "out", 0);
}

static void clear(scene *c)
{
    builder_free(c->builder);
    graph_free(c->graph);
    parameters_free(c->parameters);
}

static int open_session(void)
{
    char spec[200];
    static char cache_place[200];
    snprintf(cache_place, sizeof cache_place, "%s", below("cache"));
    snprintf(spec, sizeof spec, "folder:%s", below("set"));
    return session_open(&s, "cpu", 1, NULL, cache_place) == 0 && session_data(&s, spec, &none) ? 0 : -1;
}

static int make_set(void **state)
{
    static const char *const files[] = { "wide.png", "tall.png", "mask_bit.png", "palette2.png" };
    if (make_folder(state) < 0)
        return -1;
    for (int i = 0; i < PICTURES - 1; i++) {
        char golden[100];
        snprintf(golden, sizeof golden, GOLDEN "%s", files[i]);
        copy_file(golden, below("set/pin/train/good/%d.png", i));
    }
    copy_file(GOLDEN "grey.jpg", below("set/pin/test/good/0.jpg"));
    for (int i = 0; i < SIZE * SIZE; i++)
        weight[i] = (float)((i * 7919) % 101 - 50) / 1000.0f;
    return open_session();
}

static int close_set(void **state)
{
    session_close(&s);
    return remove_folder(state);
}

static feed_request request_of(const scene *c, int batch, const int *pictures, int count)
{
    return (feed_request){ .session = &s,
                           .input = &input,
                           .graph = c->graph,
                           .batch = batch,
                           .wanted = &c->wanted,
                           .wanted_count = 1,
                           .pictures = pictures,
                           .picture_count = count };
}

static const int everyone[PICTURES] = { 0, 1, 2, 3, 4 };

/* One in so many of a picture's numbers is as this test computes it. */
static void check_row(int index, const float *row)
{
    static float pixels[PIXELS];
    assert_int_equal(dataset_input(&s.data, index, &input, pixels), 0);
    for (int e = index; e < PIXELS; e += 97) {
        double sum = 0, size = 1;
        for (int i = 0; i < SIZE; i++) {
            double term = (double)pixels[e / SIZE * SIZE + i] * (double)weight[i * SIZE + e % SIZE];
            sum += term;
            size += fabs(term);
        }
        assert_true(fabs((double)row[e] - sum) <= SIZE * 0x1p-23 * size);
    }
}

/* Runs the graph on these pictures by a feed; the wanted value's numbers. */
static void run_on(feed *f, const scene *c, const int *pictures, float *out)
{
    int count;
    ablate_value *const *given = feed_given(f, &count);
    constants *own = constants_new(s.device);
    float ones[SIZE];
    for (int i = 0; i < SIZE; i++)
        ones[i] = 1;
    program_request request = { .graph = c->graph,
                                .device = s.device,
                                .constants = own,
                                .wanted = &c->wanted,
                                .wanted_count = 1,
                                .given = given,
                                .given_count = count,
                                .parameters = ones };
    program *p = program_new(&request);
    if (!p || feed_fill(f, p, pictures) < 0 || program_run(p, 0) < 0 || program_get(p, c->wanted, out) < 0)
        fail_msg("%s", complaint());
    program_free(p);
    constants_free(own);
}

static feed *make_feed(const feed_request *request)
{
    feed *f = feed_new(request);
    if (!f)
        fail_msg("%s", complaint());
    return f;
}

/* In any order, twice in a batch, in batches of any size: the row of each picture is its own. */
static void test_rows_are_the_pictures(void **state)
{
    (void)state;
    for (int batch = 1; batch <= 3; batch++) {
        scene c;
        compose(&c, batch, build_dear);
        feed_request request = request_of(&c, batch, everyone, PICTURES);
        feed *f = make_feed(&request);
        int count;
        assert_ptr_equal(feed_given(f, &count)[0], builder_value(c.builder, "row", 0));
        assert_int_equal(count, 1);
        static const int orders[][3] = { { 0, 1, 2 }, { 4, 3, 0 }, { 2, 2, 2 }, { 3, 4, 3 } };
        for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
            static float out[3 * PIXELS];
            run_on(f, &c, orders[i], out);
            for (int k = 0; k < batch; k++)
                check_row(orders[i][k], out + k * PIXELS);
        }
        feed_free(f);
        clear(&c);
    }
    feed_free(NULL);
}

/* What was computed is used: by the next feed, for more pictures, and in the next session. */
static void test_rows_are_computed_once(void **state)
{
    (void)state;
    scene c;
    compose(&c, 2, build_dear);
    feed_request request = request_of(&c, 2, everyone, 3);
    feed_free(make_feed(&request));
    assert_true(s.rows_computed == 3 && s.rows_used == 0);
    feed_free(make_feed(&request));
    assert_true(s.rows_computed == 3 && s.rows_used == 3);
    request.picture_count = PICTURES;
    feed_free(make_feed(&request));
    assert_true(s.rows_computed == PICTURES && s.rows_used == 6);
    clear(&c);
    session_close(&s);
    assert_int_equal(open_session(), 0);
    compose(&c, 2, build_dear);
    request = request_of(&c, 2, everyone, PICTURES);
    feed_free(make_feed(&request));
    assert_true(s.rows_computed == 0 && s.rows_used == PICTURES);
    clear(&c);
}

/* Whatever changes the numbers is another key: how pictures come in, and what the weights are. */
static void test_other_numbers_are_other_rows(void **state)
{
    (void)state;
    scene c;
    compose(&c, 2, build_dear);
    feed_request request = request_of(&c, 2, everyone, PICTURES);
    feed_free(make_feed(&request));
    const input_settings usual = input;
    const input_settings others[] = { { .size = SIZE, .fit = INPUT_CROP },
                                      { .size = SIZE, .resample = INPUT_BILINEAR },
                                      { .size = SIZE, .statistics = INPUT_IMAGENET } };
    for (int i = 0; i < 3; i++) {
        input = others[i];
        feed_free(make_feed(&request));
        assert_int_equal(s.rows_computed, (i + 2) * PICTURES);
        input = usual;
    }
    clear(&c);
    weight[5] += 0.5f;
    compose(&c, 2, build_dear);
    request = request_of(&c, 2, everyone, PICTURES);
    feed_free(make_feed(&request));
    assert_int_equal(s.rows_computed, 5 * PICTURES);
    request.numbers = CACHE_FLOAT16;
    feed_free(make_feed(&request));
    assert_int_equal(s.rows_computed, 6 * PICTURES);
    assert_int_equal(s.rows_used, 0);
    clear(&c);
}

static void test_what_is_cheap_is_not_kept(void **state)
{
    (void)state;
    scene c;
    static float out[2 * PIXELS], pixels[PIXELS];
    static const int pictures[2] = { 3, 1 };
    compose(&c, 2, build_cheap);
    feed_request request = request_of(&c, 2, everyone, PICTURES);
    feed *f = make_feed(&request);
    int count;
    ablate_value *const *given = feed_given(f, &count);
    assert_int_equal(count, 1);
    assert_string_equal(given[0]->name, "image");
    assert_int_equal(s.rows_computed + s.rows_used, 0);
    run_on(f, &c, pictures, out);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(dataset_input(&s.data, pictures[k], &input, pixels), 0);
        for (int i = 0; i < PIXELS; i++)
            assert_true(fabsf(out[k * PIXELS + i] - pixels[i] * pixels[i]) <= 1e-6f * (1 + pixels[i] * pixels[i]));
    }
    feed_free(f);
    clear(&c);
}

/* Rows tell the frontier: the parameter's side is computed at every step, the picture's side never again. */
static void test_the_frontier(void **state)
{
    (void)state;
    scene c;
    frontier edge = { 0 };
    compose(&c, 2, build_dear);
    assert_int_equal(frontier_find(&edge, c.graph, 2, &c.wanted, 1, false), 0);
    assert_true(edge.count == 1 && edge.at[0] == 0 && edge.row_floats == PIXELS && edge.batch == 2);
    assert_int_equal(frontier_numbers(&edge, edge.given[0]), PIXELS);
    frontier_free(&edge);
    clear(&c);
    compose(&c, 2, build_cheap);
    assert_int_equal(frontier_find(&edge, c.graph, 2, &c.wanted, 1, false), 0);
    assert_true(edge.count == 1 && edge.at[0] == -1 && edge.row_floats == 0);
    assert_int_equal(frontier_numbers(&edge, edge.given[0]), PIXELS);
    frontier_free(&edge);
    clear(&c);
}

/* An unreadable picture is named; without it the others are fed. */
static void test_a_picture_that_cannot_be_read(void **state)
{
    (void)state;
    scene c;
    compose(&c, 1, build_dear);
    int damaged = 0;
    while (!strstr(s.data.picture[damaged].path, "good/3.png"))
        damaged++;
    must_work("head -c 60 $in/set/pin/train/good/3.png >$in/cut && mv $in/cut $in/set/pin/train/good/3.png");
    feed_request request = request_of(&c, 1, everyone, PICTURES);
    assert_null(feed_new(&request));
    expect_complaint("good/3.png");
    int others[PICTURES - 1], n = 0;
    for (int i = 0; i < PICTURES; i++)
        if (i != damaged)
            others[n++] = i;
    request.pictures = others;
    request.picture_count = n;
    feed_free(make_feed(&request));
    clear(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, make_set, close_set)
    const struct CMUnitTest tests[] = {
        TEST(rows_are_the_pictures),     TEST(rows_are_computed_once), TEST(other_numbers_are_other_rows),
        TEST(what_is_cheap_is_not_kept), TEST(the_frontier),           TEST(a_picture_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
