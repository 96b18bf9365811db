/* What a module may do wrong beyond a single call: it keeps values and builders for another graph, calls in the wrong
 * phase, and brings operations whose shape rules answer anything. Each is refused in one sentence. */
/* units: builder_guard */
#include "../lab/hostile_stage.h"
#include <math.h>

#define X ablate_read(b, "image", 0)

/* ---- what is kept from one graph for another ---- */

static ablate_value *kept;
static ablate_builder *kept_builder;

static int build_keeping(ablate_builder *b, const void *settings)
{
    (void)settings;
    if (b->training) {
        kept = ablate_op(b, "relu", NULL, X);
        kept_builder = b;
        b->training = false; /* the engine's own is another */
        return 0;
    }
    return 1;
}

typedef enum { USE_VALUE, ASK_SHAPE, WRITE_VALUE, USE_BUILDER } use;
static int build_using(ablate_builder *b, const void *settings)
{
    const use *how = settings;
    if (*how == USE_VALUE)
        ablate_op(b, "add", NULL, X, kept);
    else if (*how == ASK_SHAPE)
        (void)ablate_shape_of(b, kept);
    else if (*how == WRITE_VALUE)
        ablate_write(b, "value", 0, kept);
    else
        (void)ablate_read(kept_builder, "image", 0);
    return 0;
}

static void values_end_with_their_graph(void **state)
{
    static const char *const words[] = { "`add` was given a value of another graph as number 1; values end with their "
                                         "graph",
                                         "`shape` was asked of a value of another graph",
                                         "`write` was given a value of another graph",
                                         "'hostile' calls `read` on a builder that it has kept; use the one that this "
                                         "`build` was given" };
    (void)state;
    for (int how = USE_VALUE; how <= USE_BUILDER; how++)
        for (int freed = 0; freed < 2 && (!freed || how != USE_BUILDER); freed++) {
            hostile first, second;
            const use chosen = (use)how;
            hostile_open(&first, true);
            first.module.build = build_keeping;
            assert_int_equal(builder_compose(first.builder, &first.module, NULL), 0);
            if (freed)
                hostile_close(&first); /* the value's memory is gone: it must not even be looked at */
            hostile_open(&second, false);
            second.module.build = build_using;
            assert_int_equal(builder_compose(second.builder, &second.module, &chosen), -1);
            expect_complaint(words[how]);
            hostile_close(&second);
            if (!freed)
                hostile_close(&first);
        }
}

/* Whatever a module writes into the builder's face, the next one sees the engine's. */
static int build_expecting_training(ablate_builder *b, const void *settings)
{
    (void)settings;
    assert_true(b->training);
    return 0;
}
static void face_is_the_engines(void **state)
{
    hostile h;
    (void)state;
    hostile_open(&h, true);
    h.module.build = build_keeping;
    assert_int_equal(builder_compose(h.builder, &h.module, NULL), 0);
    h.module.build = build_expecting_training;
    assert_int_equal(builder_compose(h.builder, &h.module, NULL), 0);
    hostile_close(&h);
}

/* ---- the wrong time ---- */

static int epoch_building(ablate_builder *b, const void *settings, void *state, int epoch)
{
    (void)settings, (void)state, (void)epoch;
    assert_true(ablate_shape_of(b, ablate_read(b, "image", 0)).rank == 1);
    return 0;
}
static int epoch_weighing(ablate_builder *b, const void *settings, void *state, int epoch)
{
    (void)settings, (void)state;
    ablate_loss_weight(b, epoch == 0 ? "none" : "l", epoch == 0 ? 1 : INFINITY);
    return 0;
}
static int list_building(ablate_builder *b, const void *settings)
{
    const float number = 1;
    (void)settings;
    ablate_constant(b, &number, 1);
    return 0;
}
static int list_weighing(ablate_builder *b, const void *settings)
{
    (void)settings;
    ablate_loss_weight(b, "l", 1);
    return 0;
}
static int list_null(ablate_builder *b, const void *settings)
{
    (void)settings;
    return ablate_add_picture(b, NULL);
}
static int image_listing(ablate_builder *b, const void *settings, int index, ablate_image *image, ablate_image *mask)
{
    (void)settings, (void)index, (void)image, (void)mask;
    ablate_param(b, "w", "zeros", 2);
    return 0;
}

static void other_phases_are_refused(void **state)
{
    hostile h;
    ablate_image image, mask;
    (void)state;
    hostile_open(&h, true);
    h.module.epoch = epoch_building;
    assert_int_equal(builder_epoch(h.builder, &h.module, NULL, NULL, 0), -1);
    expect_complaint("'hostile' calls `read` in its `epoch`; that belongs in `build`");
    h.module.epoch = epoch_weighing;
    assert_int_equal(builder_epoch(h.builder, &h.module, NULL, NULL, 0), -1);
    expect_complaint("'hostile' weighs the loss 'none', which is not there");
    assert_int_equal(builder_epoch(h.builder, &h.module, NULL, NULL, 1), -1);
    expect_complaint("'hostile' gives the loss 'l' the weight inf");
    hostile_close(&h);
    builder *lister = builder_new(NULL, &h.host, false);
    h.module.list = list_building;
    assert_int_equal(builder_list(lister, &h.module, NULL), -1);
    expect_complaint("'hostile' calls `constant` in its `list`; that belongs in `build`");
    h.module.list = list_weighing;
    assert_int_equal(builder_list(lister, &h.module, NULL), -1);
    expect_complaint("'hostile' calls `loss_weight` in its `list`; that belongs in `epoch`");
    h.module.list = list_null;
    assert_int_equal(builder_list(lister, &h.module, NULL), -1);
    expect_complaint("'hostile' adds a picture NULL");
    h.module.image = image_listing;
    assert_int_equal(builder_image(lister, &h.module, NULL, 0, &image, &mask), -1);
    expect_complaint("'hostile' calls `param` in its `image`; that belongs in `build`");
    builder_free(lister);
}

/* ---- shape rules that answer anything ---- */

static ablate_layout answer;
static int answer_layout(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)in, (void)n, (void)attr;
    *layout = answer;
    return answer.why[0] ? -1 : 0;
}
static void forward_nothing(const ablate_call *call)
{
    (void)call;
}
static int build_odd(ablate_builder *b, const void *settings)
{
    (void)settings;
    b->api->apply(b, "m.c", 7, "hostile.odd", NULL, 1, (ablate_value *[]){ X });
    return 0;
}

static void odd_shape_rules_are_refused(void **state)
{
    static const struct {
        ablate_layout answer;
        bool view;
        const char *words;
    } odd[] = {
        { { .out = { 9, { 1, 1, 1, 1 } } }, false, "its shape rule answers with 9 axes or sizes that no tensor has" },
        { { .out = { -1, { 1 } } }, false, "its shape rule answers with -1 axes" },
        { { .out = { 2, { 4, -3 } } }, false, "its shape rule answers with 2 axes or sizes" },
        { { .out = { 2, { 4, 0 } } }, false, "the result would be empty" },
        { { .out = { 4, { INT64_MAX, INT64_MAX, INT64_MAX, 2 } } }, false, "its shape rule answers with 4 axes" },
        { { .out = { 1, { 4 } }, .aux = -1 }, false, "its shape rule asks for -1 numbers of aux" },
        { { .out = { 1, { 4 } }, .scratch = (int64_t)1 << 62 }, false, "of scratch; correct it" },
        { { .out = { 1, { 4000 } } }, true, "it is a view, so its result must have as many numbers" },
    };
    ablate_op ops[2] = {
        { .name = "hostile.odd", .min_in = 1, .max_in = 1, .shape = answer_layout, .forward = forward_nothing }
    };
    (void)state;
    for (size_t i = 0; i <= sizeof odd / sizeof *odd; i++) {
        bool filled = i == sizeof odd / sizeof *odd; /* `why` without an end */
        hostile h;
        hostile_open(&h, true);
        h.module.build = build_odd;
        h.module.ops = ops;
        if (filled)
            memset(answer.why, 'y', sizeof answer.why);
        else
            answer = odd[i].answer;
        ops[0].view = !filled && odd[i].view;
        assert_int_equal(builder_compose(h.builder, &h.module, NULL), -1);
        expect_complaint(filled ? "m.c:7: hostile.odd: yyyy" : odd[i].words);
        hostile_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_end_with_their_graph),
                                        cmocka_unit_test(face_is_the_engines),
                                        cmocka_unit_test(other_phases_are_refused),
                                        cmocka_unit_test(odd_shape_rules_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
