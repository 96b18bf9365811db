/* What a module may do wrong with the interface of module.h, call by call: each is refused in one sentence that names
 * the call and its place, and nothing crashes, hangs or stays silent. */
#include "../lab/hostile_stage.h"
#include <math.h>

/* ---- one wrong call, and part of the sentence ---- */

#define X    ablate_read(b, "image", 0)
#define CALL static void
typedef void wrong_call(ablate_builder *b);

CALL apply_null(ablate_builder *b)
{
    b->api->apply(b, "m.c", 7, NULL, NULL, 1, (ablate_value *[]){ X });
}
CALL apply_no_values(ablate_builder *b)
{
    b->api->apply(b, "m.c", 7, "add", NULL, 2, NULL);
}
CALL apply_many(ablate_builder *b)
{
    b->api->apply(b, "m.c", 7, "add", NULL, 1 << 30, (ablate_value *[]){ X });
}
CALL apply_negative(ablate_builder *b)
{
    b->api->apply(b, "m.c", 7, "add", NULL, -3, (ablate_value *[]){ X });
}
CALL apply_missing(ablate_builder *b)
{
    b->api->apply(b, "m.c", 7, "add", NULL, 2, (ablate_value *[]){ X, NULL });
}
CALL param_null(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, NULL, "zeros", ABLATE_SHAPE(2));
}
CALL param_init_null(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", NULL, ABLATE_SHAPE(2));
}
CALL param_init_start(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "start", ABLATE_SHAPE(2));
}
CALL param_init_infinite(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "normal 1e300", ABLATE_SHAPE(2));
}
CALL param_two_inits(ablate_builder *b)
{
    ablate_param(b, "w", "zeros", 2);
    ablate_param(b, "w", "ones", 2);
}
CALL param_empty(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "", "zeros", ABLATE_SHAPE(2));
}
CALL param_blank(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "a b", "zeros", ABLATE_SHAPE(2));
}
CALL param_control(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "a\n\x1b[2J", "zeros", ABLATE_SHAPE(2));
}
CALL param_rank(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "zeros", (ablate_shape){ 99, { 1, 1, 1, 1 } });
}
CALL param_rank_negative(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "zeros", (ablate_shape){ -1, { 1 } });
}
CALL param_zero(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "zeros", ABLATE_SHAPE(2, 0));
}
CALL param_overflow(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "zeros", ABLATE_SHAPE(INT64_MAX, 2, 2));
}
CALL param_large(ablate_builder *b)
{
    b->api->param(b, "m.c", 7, "w", "zeros", ABLATE_SHAPE(1 << 30, 1 << 30));
}
CALL constant_null(ablate_builder *b)
{
    b->api->constant(b, "m.c", 7, ABLATE_SHAPE(2), NULL);
}
CALL constant_overflow(ablate_builder *b)
{
    const float number = 1;
    b->api->constant(b, "m.c", 7, ABLATE_SHAPE(INT64_MAX, INT64_MAX), &number);
}
CALL weight_null(ablate_builder *b)
{
    b->api->weight(b, "m.c", 7, NULL, "w");
}
CALL weight_name_null(ablate_builder *b)
{
    b->api->weight(b, "m.c", 7, "w.safetensors", NULL);
}
CALL note_null(ablate_builder *b)
{
    assert_null(ablate_weight_note(b, NULL, "key"));
}
CALL has_null(ablate_builder *b)
{
    assert_false(ablate_has_weight(b, "w.safetensors", NULL));
}
CALL read_null(ablate_builder *b)
{
    b->api->read(b, "m.c", 7, NULL, 0);
}
CALL read_far(ablate_builder *b)
{
    b->api->read(b, "m.c", 7, "image", INT32_MAX);
}
CALL read_before(ablate_builder *b)
{
    b->api->read(b, "m.c", 7, "image", INT32_MIN);
}
CALL count_null(ablate_builder *b)
{
    assert_int_equal(ablate_count(b, NULL), 0);
}
CALL write_null(ablate_builder *b)
{
    b->api->write(b, "m.c", 7, NULL, 0, X);
}
CALL write_nothing(ablate_builder *b)
{
    b->api->write(b, "m.c", 7, "value", 0, NULL);
}
CALL write_two_names(ablate_builder *b)
{
    b->api->write(b, "m.c", 7, "value|image", 0, X);
}
CALL write_empty_name(ablate_builder *b)
{
    b->api->write(b, "m.c", 7, "", 0, X);
}
CALL write_far(ablate_builder *b)
{
    b->api->write(b, "m.c", 7, "value", INT32_MIN, X);
}
CALL offer_null(ablate_builder *b)
{
    b->api->offer(b, "m.c", 7, "service", NULL);
}
static ablate_value *serve_itself(ablate_builder *b, const void *settings, const char *argument, int n,
                                  ablate_value *const *in)
{
    (void)settings;
    return b->api->call(b, "m.c", 9, "service", argument, n, in);
}
static ablate_value *serve_nothing(ablate_builder *b, const void *settings, const char *argument, int n,
                                   ablate_value *const *in)
{
    (void)b, (void)settings, (void)n;
    assert_non_null(argument);
    assert_non_null(in[0]); /* what was not given can be looked at */
    return NULL;
}
CALL offer_twice(ablate_builder *b)
{
    ablate_offer(b, "service", serve_nothing);
    b->api->offer(b, "m.c", 7, "service", serve_itself);
}
CALL call_itself(ablate_builder *b)
{
    ablate_offer(b, "service", serve_itself);
    ablate_call_service(b, "service", NULL, X);
}
CALL call_nothing(ablate_builder *b)
{
    ablate_offer(b, "service", serve_nothing);
    b->api->call(b, "m.c", 7, "service", NULL, 0, NULL);
}
CALL call_null(ablate_builder *b)
{
    b->api->call(b, "m.c", 7, NULL, "", 0, NULL);
}
CALL loss_null(ablate_builder *b)
{
    b->api->loss(b, "m.c", 7, NULL, ablate_op(b, "sum", "all=1", X), 1);
}
CALL loss_nothing(ablate_builder *b)
{
    b->api->loss(b, "m.c", 7, "l", NULL, 1);
}
CALL loss_tensor(ablate_builder *b)
{
    b->api->loss(b, "m.c", 7, "l", X, 1);
}
CALL loss_nan(ablate_builder *b)
{
    b->api->loss(b, "m.c", 7, "l", ablate_op(b, "sum", "all=1", X), NAN);
}
CALL loss_tab(ablate_builder *b)
{
    b->api->loss(b, "m.c", 7, "l\t2", ablate_op(b, "sum", "all=1", X), 1);
}
CALL probe_tensor(ablate_builder *b)
{
    b->api->probe(b, "m.c", 7, "gate", X);
}
CALL probe_as_loss(ablate_builder *b)
{
    ablate_value *sum = ablate_op(b, "sum", "all=1", X);
    ablate_loss(b, "l", sum, 1);
    b->api->probe(b, "m.c", 7, "l", sum);
}
CALL refuse_null(ablate_builder *b)
{
    b->api->refuse(b, "m.c", 7, NULL);
}
CALL refuse_empty(ablate_builder *b)
{
    b->api->refuse(b, "m.c", 7, "%s", "");
}
CALL text_null(ablate_builder *b)
{
    assert_string_equal(b->api->text(b, NULL), "");
}
CALL weigh_in_build(ablate_builder *b)
{
    ablate_loss_weight(b, "l", 2);
}
CALL picture_in_build(ablate_builder *b)
{
    const ablate_picture picture = { .class_name = "a", .state = "good", .name = "a" };
    assert_int_equal(ablate_add_picture(b, &picture), -1);
}
CALL folder_in_build(ablate_builder *b)
{
    assert_null(ablate_folder(b, "/"));
}
CALL unused_in_build(ablate_builder *b)
{
    assert_int_equal(ablate_unused(b, "%s", "a"), -1);
}
CALL remark_null(ablate_builder *b)
{
    b->api->remark(b, NULL);
}
CALL chosen_null(ablate_builder *b)
{
    assert_null(ablate_chosen(b, NULL));
}
CALL next_name_null(ablate_builder *b)
{
    const char *list = NULL;
    assert_null(ablate_next_name(b, NULL));
    assert_null(ablate_next_name(b, &list));
}
CALL next_name_open(ablate_builder *b)
{
    const char *list = "\"open";
    assert_null(ablate_next_name(b, &list));
}
CALL no_place(ablate_builder *b)
{
    b->api->apply(b, NULL, 0, "nothing", NULL, 1, (ablate_value *[]){ X });
}

typedef struct wrong {
    wrong_call *call;
    const char *words;
} wrong;

static const wrong wrongs[] = {
    { apply_null, "m.c:7: `apply` was given NULL where a text must be" },
    { apply_no_values, "m.c:7: `add` was given 2 values at NULL; it takes 0 to 64" },
    { apply_many, "m.c:7: `add` was given 1073741824 values" },
    { apply_negative, "m.c:7: `add` was given -3 values" },
    { apply_missing, "m.c:7: `add` was given no value as number 1" },
    { param_null, "m.c:7: `param` was given NULL" },
    { param_init_null, "m.c:7: `param` was given NULL" },
    { param_init_start, "m.c:7: 'w' begins at 'start', which only ablate_param_from gives" },
    { param_init_infinite, "initial values 'normal 1e300' are unknown" },
    { param_two_inits, "parameter 'hostile.w' begins as 'ones' here and as 'zeros' elsewhere" },
    { param_empty, "m.c:7: `param`: '' is no name" },
    { param_blank, "m.c:7: `param`: 'a b' is no name" },
    { param_control, "m.c:7: `param`: 'a\\n\\x1B[2J' is no name" },
    { param_rank, "m.c:7: 'w' has 99 axes; the most is 4" },
    { param_rank_negative, "m.c:7: 'w' has -1 axes" },
    { param_zero, "m.c:7: 'w' has the shape 2x0; every axis must be 1 or more" },
    { param_overflow, "m.c:7: 'w' has the shape 9223372036854775807x2x2" },
    { param_large, "m.c:7: 'w' has the shape 1073741824x1073741824; every axis" },
    { constant_null, "m.c:7: a constant was given NULL for its numbers" },
    { constant_overflow, "m.c:7: 'constant' has the shape" },
    { weight_null, "m.c:7: `weight` was given NULL" },
    { weight_name_null, "m.c:7: `weight` was given NULL" },
    { note_null, "`weight_note` was given NULL" },
    { has_null, "`has_weight` was given NULL" },
    { read_null, "m.c:7: `read` was given NULL" },
    { read_far, "m.c:7: 'hostile' reads 'image' number 2147483647, which no module before it writes" },
    { read_before, "m.c:7: 'hostile' reads 'image' number -2147483648" },
    { count_null, "`count` was given NULL" },
    { write_null, "m.c:7: `write` was given NULL" },
    { write_nothing, "m.c:7: `write` was given no value as number 0" },
    { write_two_names, "m.c:7: `write`: 'value|image' is no name" },
    { write_empty_name, "m.c:7: `write`: '' is no name" },
    { write_far, "m.c:7: 'hostile' writes 'value' number -2147483648" },
    { offer_null, "m.c:7: 'hostile' offers 'service' as NULL" },
    { offer_twice, "m.c:7: 'hostile' offers 'service', which 'hostile' offers already" },
    { call_itself, "m.c:9: 'hostile' calls 'service' from within 16 other services; let none call itself" },
    { call_nothing, "m.c:7: `service` was given no value" },
    { call_null, "m.c:7: `call` was given NULL" },
    { loss_null, "m.c:7: `loss` was given NULL" },
    { loss_nothing, "m.c:7: `loss` was given no value" },
    { loss_tensor, "m.c:7: loss 'l' is 4x3; a loss is one number, reduce it first" },
    { loss_nan, "m.c:7: loss 'l' has the weight nan; give it a finite one" },
    { loss_tab, "m.c:7: `loss`: 'l\\t2' is no name" },
    { probe_tensor, "m.c:7: probe 'gate' is 4x3; a probe is one number, reduce it first" },
    { probe_as_loss, "m.c:7: 'l' is there already; choose another name" },
    { refuse_null, "m.c:7: 'hostile' refuses without saying why" },
    { refuse_empty, "m.c:7: 'hostile' refuses without saying why" },
    { text_null, "`text` was given NULL" },
    { weigh_in_build, "'hostile' calls `loss_weight` in its `build`; that belongs in `epoch`" },
    { picture_in_build, "'hostile' calls `add_picture` in its `build`; that belongs in `list`" },
    { folder_in_build, "'hostile' calls `folder` in its `build`; that belongs in `list`" },
    { unused_in_build, "'hostile' calls `unused` in its `build`; that belongs in `list`" },
    { remark_null, "`remark` was given NULL where a text must be" },
    { chosen_null, "`chosen` was given NULL where a text must be" },
    { next_name_null, "`next_name` was given NULL where a text must be" },
    { next_name_open, "'hostile' reads a list with a quote that is not closed" },
    { no_place, "there is no operation 'nothing'" },
};

static int build_wrong(ablate_builder *b, const void *settings)
{
    const wrong *w = settings;
    w->call(b);
    return 0;
}

/* In both graphs: a probe of a tensor once passed until the board was scored. */
static void wrong_calls_are_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        for (int training = 0; training < 2; training++) {
            hostile h;
            hostile_open(&h, training);
            h.module.build = build_wrong;
            assert_int_equal(builder_compose(h.builder, &h.module, &wrongs[i]), -1);
            expect_complaint(wrongs[i].words);
            hostile_close(&h);
        }
}

/* ---- names of any length ---- */

static char long_name[10001];

static int build_long_names(ablate_builder *b, const void *settings)
{
    const int *which = settings;
    if (*which == 0)
        ablate_param(b, long_name, "zeros", 2);
    else if (*which == 1)
        ablate_write(b, long_name, 0, X);
    else if (*which == 2)
        ablate_op(b, long_name, long_name, X);
    else if (*which == 3)
        ablate_param(b, "w", long_name, 2);
    else if (*which == 4)
        ablate_op(b, "sum", long_name, X);
    else
        ablate_loss(b, long_name, ablate_op(b, "sum", "all=1", X), 1);
    return 0;
}

static void long_names_are_refused(void **state)
{
    (void)state;
    memset(long_name, 'n', sizeof long_name - 1);
    for (int which = 0; which < 6; which++) {
        hostile h;
        hostile_open(&h, true);
        h.module.build = build_long_names;
        assert_int_equal(builder_compose(h.builder, &h.module, &which), -1);
        assert_true(complaint() && strlen(complaint()) < 500);
        hostile_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(wrong_calls_are_sentences),
                                        cmocka_unit_test(long_names_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
