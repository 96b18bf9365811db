/* Buffers: tensors that are kept from step to step and updated, but not trained: what they hold after steps, on the CPU
 * and on an emulated GPU to the bit; that Adam leaves them alone; what is refused. */
/* units: descent optimiser ops/store */
#include "../../core/base/diag.h"
#include "../../core/engine.h"
#include "../lab/hostile_stage.h"
#include <math.h>

enum { N = 5, STEPS = 6 };

static ablate_value *at(engine *e, const char *name)
{
    return ablate_buffer(engine_builder(e), name, "ones", N);
}

/* ---- values ---- */

typedef struct machine {
    engine *engine;
    ablate_value *x, *w, *average, *count, *left, *right, *still;
} machine;

/* Loss mean((w - x)^2); an average of x, a counter, two buffers that change places, one that nothing updates. */
static void open_machine(machine *m, const char *where, const char *adam)
{
    engine *e = m->engine = engine_open(where, 2, 3);
    assert_non_null(e);
    ablate_builder *b = engine_builder(e);
    m->x = engine_input(e, "x", N);
    m->w = ablate_param(b, "w", "normal 1", N);
    m->average = at(e, "average");
    m->count = ablate_buffer(b, "count", "zeros", 1);
    m->left = ablate_buffer(b, "left", "constant 2", 3);
    m->right = ablate_buffer(b, "right", "constant 7", 3);
    m->still = ablate_buffer(b, "still", "normal 1", 2, 2);
    ablate_update(b, m->average, op_add(b, op_scale(b, m->average, 0.75), op_scale(b, m->x, 0.25)));
    ablate_update(b, m->count, op_affine(b, m->count, 1, 1));
    ablate_update(b, m->left, m->right);
    ablate_update(b, m->right, op_reshape(b, m->left, 3));
    ablate_loss(b, "error", op_mean_all(b, op_square(b, op_sub(b, m->w, m->x))), 1);
    if (engine_ready(e, adam, 0) < 0)
        fail_msg("%s", engine_trouble());
}

static void put_x(const machine *m, int step)
{
    float x[N];
    for (int i = 0; i < N; i++)
        x[i] = (float)(step + 1) / (float)(i + 2);
    assert_int_equal(engine_put(m->engine, m->x, x), 0);
}

static void fetch(const machine *m, const ablate_value *value, float *to)
{
    if (engine_get(m->engine, value, to) < 0)
        fail_msg("%s", engine_trouble());
}

static void check_steps(const char *where, const char *adam, float last[N])
{
    machine m;
    float still[4], now[4], pair[3], count;
    double want[N] = { 1, 1, 1, 1, 1 };
    open_machine(&m, where, adam);
    fetch(&m, m.still, still);
    for (int step = 0; step < STEPS; step++) {
        double loss;
        put_x(&m, step);
        if (engine_step(m.engine, step % 2 ? &loss : NULL) < 0)
            fail_msg("%s", engine_trouble());
        fetch(&m, m.average, last);
        for (int i = 0; i < N; i++) {
            want[i] = 0.75 * want[i] + 0.25 * (step + 1) / (i + 2);
            assert_true(fabs((double)last[i] - want[i]) < 1e-6); /* three roundings of numbers up to 3 a step */
        }
        fetch(&m, m.count, &count);
        assert_true(count == (float)(step + 1));
        fetch(&m, m.left, pair);
        assert_true(pair[0] == (step % 2 ? 2.0f : 7.0f) && pair[2] == pair[0]);
        fetch(&m, m.right, pair);
        assert_true(pair[1] == (step % 2 ? 7.0f : 2.0f));
        fetch(&m, m.still, now);
        assert_memory_equal(still, now, sizeof now);
    }
    engine_close(m.engine);
}

/* Weight decay pulls at parameters, and an eps of zero divides nothing by nothing: buffers are no part of that. */
static void buffers_hold_their_updates(void **state)
{
    (void)state;
    float cpu[N], there[N];
    check_steps("cpu", "rate=0.1", cpu);
    check_steps("cpu", "rate=0.1 decay=0.5 eps=0", there);
    assert_memory_equal(cpu, there, sizeof cpu);
    engine *emulated = engine_open("emulated", 0, 1);
    engine_close(emulated);
    engine_trouble_clear();
    if (emulated)
        check_steps("emulated", "rate=0.1 decay=0.5", there);
}

/* A recorded step and one that is not are the same; putting a buffer changes it for the next. */
static void buffers_can_be_put(void **state)
{
    (void)state;
    machine m;
    const float four = 4;
    float count;
    open_machine(&m, "cpu", NULL);
    put_x(&m, 0);
    assert_int_equal(engine_put(m.engine, m.count, &four), 0);
    assert_int_equal(engine_step(m.engine, NULL), 0);
    fetch(&m, m.count, &count);
    assert_true(count == 5);
    engine_close(m.engine);
}

/* ---- numbers that are not finite ---- */

static void expect_trouble(const char *part)
{
    if (!engine_trouble() || !strstr(engine_trouble(), part))
        fail_msg("expected '%s' in: %s", part, engine_trouble() ? engine_trouble() : "nothing");
    engine_trouble_clear();
}

static void a_step_that_is_not_finite_changes_nothing(void **state)
{
    (void)state;
    machine m;
    float x[N] = { 1, 2, NAN, 3, 4 }, before[N], after[N], count;
    double loss;
    open_machine(&m, "cpu", NULL);
    put_x(&m, 0);
    assert_int_equal(engine_step(m.engine, NULL), 0);
    fetch(&m, m.average, before);
    assert_int_equal(engine_put(m.engine, m.x, x), 0);
    assert_int_equal(engine_step(m.engine, &loss), -1);
    expect_trouble("is not finite");
    fetch(&m, m.average, after);
    assert_memory_equal(before, after, sizeof after);
    fetch(&m, m.count, &count);
    assert_true(count == 1);
    engine_close(m.engine);
}

/* The loss is finite, but what a buffer would hold is not: nothing is updated, and the operation is named. */
static void a_buffer_that_is_not_finite_is_told(void **state)
{
    (void)state;
    engine *e = engine_open("cpu", 1, 1);
    ablate_builder *b = engine_builder(e);
    ablate_value *w = ablate_param(b, "w", "ones", 2), *kept = ablate_buffer(b, "kept", "constant 3e38", 2);
    float numbers[2];
    double loss;
    ablate_update(b, kept, op_scale(b, kept, 2));
    ablate_loss(b, "size", op_mean_all(b, op_square(b, w)), 1);
    assert_int_equal(engine_ready(e, NULL, 0), 0);
    assert_int_equal(engine_step(e, &loss), -1);
    expect_trouble("affine: the result is not finite");
    assert_int_equal(engine_get(e, kept, numbers), 0);
    assert_true(numbers[0] == 3e38f);
    assert_int_equal(engine_get(e, w, numbers), 0);
    assert_true(numbers[0] == 1);
    engine_close(e);
}

/* ---- beginning at a frozen value ---- */

static void buffers_begin_at_frozen_values(void **state)
{
    (void)state;
    engine *e = engine_open("cpu", 1, 1);
    ablate_builder *b = engine_builder(e);
    ablate_value *frozen = ablate_constant(b, ((float[]){ 2, 3, 4 }), 3), *w = ablate_param(b, "w", "ones", 3);
    ablate_value *kept = ablate_buffer_from(b, "kept", op_square(b, frozen));
    float numbers[3];
    ablate_update(b, kept, op_add(b, kept, w));
    ablate_loss(b, "size", op_mean_all(b, op_mul(b, w, kept)), 1);
    assert_int_equal(engine_ready(e, "rate=0", 0), 0);
    assert_int_equal(engine_get(e, kept, numbers), 0);
    assert_true(numbers[0] == 4 && numbers[1] == 9 && numbers[2] == 16);
    assert_int_equal(engine_step(e, NULL), 0);
    assert_int_equal(engine_get(e, kept, numbers), 0);
    assert_true(numbers[0] == 5 && numbers[2] == 17);
    engine_close(e);
}

/* ---- what is refused ---- */

typedef enum {
    OF_PARAMETER,
    OF_RESULT,
    IN_SCORING,
    TWICE,
    TWO_VALUES_OF_ONE,
    OTHER_SHAPE,
    NO_BUFFER,
    NO_VALUE,
    FOREIGN,
    PARAMETER_OF_THAT_NAME,
    BUFFER_OF_THAT_NAME,
    OTHER_INIT,
    OTHER_SIZE,
    UNKNOWN_INIT,
    START,
    BEGINS_TWICE,
    BAD_NAME,
    NO_AXIS,
    MISTAKES
} mistake;

static const char *const words[MISTAKES] = {
    [OF_PARAMETER] = "`update` was given 'hostile.w', which is no buffer; make one with ablate_buffer",
    [OF_RESULT] = "which is no buffer; make one with ablate_buffer",
    [IN_SCORING] = "'hostile.k' is updated in the scoring graph, which only reads it; ask b->training",
    [TWICE] = "buffer 'hostile.k' is updated twice; give one of them another name",
    [TWO_VALUES_OF_ONE] = "buffer 'hostile.k' is updated twice; give one of them another name",
    [OTHER_SHAPE] = "buffer 'hostile.k' is 3, what it is to hold next 4x3; reshape or reduce that",
    [NO_BUFFER] = "`update` was given no value as number 0; give it one that this `build` made or read",
    [NO_VALUE] = "`update` was given no value as number 1; give it one that this `build` made or read",
    [FOREIGN] = "`update` was given a value of another graph as number 1; values end with their graph",
    [PARAMETER_OF_THAT_NAME] = "'hostile.k' is a parameter here and a buffer elsewhere; give one of them another name",
    [BUFFER_OF_THAT_NAME] = "'hostile.w' is a buffer here and a parameter elsewhere; give one of them another name",
    [OTHER_INIT] = "buffer 'hostile.k' begins as 'ones' here and as 'zeros' elsewhere; give one of them another name",
    [OTHER_SIZE] = "buffer 'hostile.k' is 4 here and 3 elsewhere; give one of them another name",
    [UNKNOWN_INIT] = "initial values 'twos' are unknown",
    [START] = "'k' begins at 'start', which only ablate_buffer_from gives",
    [BEGINS_TWICE] = "buffer 'hostile.s' begins at two values; give one of them another name",
    [BAD_NAME] = "`buffer`: 'a b' is no name",
    [NO_AXIS] = "'z' has the shape 0; every axis must be 1 or more",
};

static ablate_value *foreign;

/* Mistakes with values; k: a buffer. */
static void misuse(ablate_builder *b, mistake how, ablate_value *k, ablate_value *w, ablate_value *x)
{
    ablate_value *row = op_mean(b, x, 0);
    if (how == OF_PARAMETER)
        ablate_update(b, w, row);
    else if (how == OF_RESULT)
        ablate_update(b, row, row);
    else if (how == TWICE || how == TWO_VALUES_OF_ONE)
        ablate_update(b, how == TWICE ? k : ablate_buffer(b, "k", "zeros", 3), op_square(b, row));
    else if (how == OTHER_SHAPE)
        ablate_update(b, k, x);
    else if (how == NO_BUFFER)
        ablate_update(b, NULL, row);
    else if (how == NO_VALUE)
        ablate_update(b, k, NULL);
    else if (how == FOREIGN)
        ablate_update(b, k, foreign);
}

static void misname(ablate_builder *b, mistake how)
{
    if (how == PARAMETER_OF_THAT_NAME)
        ablate_param(b, "k", "zeros", 3);
    else if (how == BUFFER_OF_THAT_NAME)
        ablate_buffer(b, "w", "ones", 3);
    else if (how == OTHER_INIT)
        ablate_buffer(b, "k", "ones", 3);
    else if (how == OTHER_SIZE)
        ablate_buffer(b, "k", "zeros", 4);
    else if (how == UNKNOWN_INIT)
        ablate_buffer(b, "u", "twos", 3);
    else if (how == START)
        ablate_buffer(b, "k", "start", 3);
    else if (how == BAD_NAME)
        ablate_buffer(b, "a b", "zeros", 3);
    else if (how == NO_AXIS)
        ablate_buffer(b, "z", "zeros", 0);
    for (int i = 0; how == BEGINS_TWICE && i < 2; i++)
        ablate_buffer_from(b, "s", ablate_constant(b, ((float[]){ (float)i }), 1));
}

static int build_mistake(ablate_builder *b, const void *settings)
{
    const mistake how = *(const mistake *)settings;
    ablate_value *x = ablate_read(b, "image", 0), *w = ablate_param(b, "w", "ones", 3);
    ablate_value *k = ablate_buffer(b, "k", "zeros", 3);
    if (how < OTHER_SHAPE)
        ablate_update(b, k, op_mean(b, x, 0));
    misuse(b, how, k, w, x);
    misname(b, how);
    return 0;
}

static void mistakes_are_sentences(void **state)
{
    (void)state;
    hostile other;
    hostile_open(&other, true);
    const ablate_shape shape = { 1, { 3 } };
    foreign = builder_input(other.builder, "else", &shape);
    for (mistake how = 0; how < MISTAKES; how++) {
        hostile h;
        hostile_open(&h, how != IN_SCORING);
        h.module.build = build_mistake;
        assert_int_equal(builder_compose(h.builder, &h.module, &how), -1);
        expect_words(complaint(), words[how]);
        hostile_close(&h);
    }
    hostile_close(&other);
}

/* Both graphs have the same tensor, entered by whichever comes first; places are those of all of them together. */
static void buffers_lie_before_what_is_trained(void **state)
{
    (void)state;
    parameters *p = parameters_new();
    const ablate_shape five = { 1, { 5 } }, twenty = { 1, { 20 } };
    float all[64];
    assert_non_null(p);
    assert_non_null(parameters_enter(p, "w", "constant 1", &five));
    assert_non_null(parameters_enter_buffer(p, "k", "constant 2", &twenty));
    assert_non_null(parameters_enter(p, "v", "constant 3", &five));
    assert_non_null(parameters_enter_buffer(p, "l", "constant 4", &five));
    assert_ptr_equal(parameters_enter_buffer(p, "l", "constant 4", &five), &p->entry[3]);
    assert_int_equal(p->entries, 4);
    assert_int_equal(p->numbers, 10);
    assert_int_equal(p->buffered, 48);
    assert_int_equal(p->count, 64);
    assert_int_equal(parameters_draw(p, 1, all), 0);
    const float first[] = { all[0], all[19], all[20], all[32], all[36], all[37], all[48], all[52], all[53], all[56] };
    const float want[] = { 2, 2, 0, 4, 4, 0, 1, 1, 0, 3 };
    assert_memory_equal(first, want, sizeof want);
    parameters_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_hold_their_updates),
        cmocka_unit_test(buffers_can_be_put),
        cmocka_unit_test(a_step_that_is_not_finite_changes_nothing),
        cmocka_unit_test(a_buffer_that_is_not_finite_is_told),
        cmocka_unit_test(buffers_begin_at_frozen_values),
        cmocka_unit_test(mistakes_are_sentences),
        cmocka_unit_test(buffers_lie_before_what_is_trained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
