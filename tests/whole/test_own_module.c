/* A module of one's own: built outside of the tree with nothing but the two public headers, found in its folder, its
 * operation checked, trained. Both the one that `ablate new` writes and modules/others/gatefuse.c. */
#include "../../core/cli/verbs.h"
#include "../../core/experiment/experiment.h"
#include "../lab/mutants.h"
#include "../lab/op_check.h"
#include "../lab/paper_stage.h"
#include "../lab/program.h"

/* An author's folder: the headers, no sources of ours. */
static int begin(void **state)
{
    return make_folder(state) == 0
               ? shell(
                     "mkdir $in/include && cp core/module.h core/op.h core/setting.h core/operations.h $in/include && "
                     "cp modules/others/gatefuse.c $in")
               : -1;
}

/* What the advice of `ablate new` and the pkg-config file say. */
static void build_outside(const char *name)
{
    must_work(
        "cd $in && cc -std=c11 -Wall -Wextra -Wpedantic -Werror -O2 -Iinclude -fPIC -fvisibility=hidden -shared %s.c "
        "-lm -o %s.so",
        name, name);
}

static int call_new(const char *name)
{
    char new[] = "new", in[] = "--in", word[80];
    snprintf(word, sizeof word, "%s", name);
    char *argv[] = { new, word, in, folder, NULL };
    return verbs_run(4, argv);
}

/* Sum of the losses, each with its weight; gradients[parameters->count]. */
static double total_loss(stage *s, float *gradients)
{
    ablate_value *terms[8] = { 0 };
    float value[8], *out[8] = { 0 };
    double total = 0;
    int n = s->graph->losses;
    for (int i = 0; i < n; i++) {
        terms[i] = s->graph->loss[i].value;
        out[i] = &value[i];
    }
    stage_compute(s, n, terms, out, gradients);
    for (int i = 0; i < n; i++)
        total += s->graph->loss[i].weight * (double)value[i];
    return total;
}

/* A step downhill over the parameters of all modules; what the stage gave stays. */
static void descend(stage *s, const float *gradients)
{
    for (int i = 0; i < s->parameters->entries; i++) {
        bool given = strncmp(s->parameters->entry[i].name, "actor.", strlen("actor.")) == 0;
        int64_t from = s->parameters->entry[i].offset, n = shape_size(&s->parameters->entry[i].shape);
        for (int64_t k = from; k < from + n && !given; k++)
            s->values[k] -= 0.02f * gradients[k];
    }
}

/* Ten small steps make the loss smaller, and the module's own parameters move. */
static void check_trains(const char *name, const char *own, bool bottleneck)
{
    stage s;
    stage_open(&s, true);
    s.folders = folder;
    stage_give_features(&s, 2, 5, 6);
    if (bottleneck)
        stage_give(&s, "bottleneck.0", ABLATE_SHAPE(2, 5, 6), NULL);
    stage_set(&s, "decoder.heads=2");
    stage_play(&s, name);
    stage_play(&s, "decoder");
    stage_play(&s, "distill");
    stage_settle(&s);
    float before = stage_parameter(&s, own)[0];
    float *gradients = take((size_t)s.parameters->count, sizeof(float), "gradients");
    require(gradients);
    double first = total_loss(&s, gradients), last = first;
    for (int step = 0; step < 10; step++) {
        descend(&s, gradients);
        last = total_loss(&s, gradients);
    }
    if (!(last < first))
        fail_msg("%s: the loss went from %g to %g", name, first, last);
    assert_true(stage_parameter(&s, own)[0] != before);
    free(gradients);
    stage_close(&s);
}

static void new_module_builds_and_trains(void **state)
{
    (void)state;
    require(call_new("mine") == 0);
    build_outside("mine");
    check_trains("mine", "mine.weight", true);
    check_trains("mine", "mine.weight", false);
}

static void new_refuses(void **state)
{
    (void)state;
    require(call_new("twice") == 0);
    assert_int_equal(call_new("twice"), -1);
    expect_complaint("/twice.c: it is there already; choose another name or move it away");
    assert_int_equal(call_new("noise"), -1);
    expect_complaint("new: there is a module 'noise' already; choose another name");
    assert_int_equal(call_new("../up"), -1);
    expect_complaint("new: '../up' is no name for a module; take a lower-case letter");
    assert_int_equal(call_new("Big"), -1);
    expect_complaint("new: 'Big' is no name for a module");
    char new[] = "new";
    char *argv[] = { new, NULL };
    assert_int_equal(verbs_run(1, argv), -1);
    expect_complaint("new: name the module: ablate new NAME [--in DIR]");
}

/* ---- gatefuse ---- */

static const ablate_module *gatefuse(void)
{
    static bool built;
    if (!built)
        build_outside("gatefuse");
    built = true;
    const ablate_module *m = module_load("gatefuse", folder);
    require(m);
    assert_memory_equal(module_file(m), folder, strlen(folder)); /* and not the one of the tree */
    return m;
}

/* As op_open, for a record that is not the engine's. */
static void own_open(op_case *c, const ablate_op *op, int n, const ablate_shape *shapes)
{
    *c = (op_case){ .device = stage_device(), .op = op, .n = n };
    if (op->shape(shapes, n, NULL, &c->layout) != 0)
        fail_msg("%s: %s", op->name, c->layout.why);
    for (int i = 0; i < n; i++) {
        c->shape[i] = shapes[i];
        c->in[i] = op_room(shape_size(&shapes[i]));
        c->grad_in[i] = op_room(shape_size(&shapes[i]));
        op_fill(c, i, 1.0f, 0.0f);
    }
    c->out = op_room(shape_size(&c->layout.out));
    c->grad_out = op_room(shape_size(&c->layout.out));
}

static void mix_is_right(void **state)
{
    (void)state;
    op_case c;
    const ablate_shape weights = { 3, { 2, 3, 2 } }, tensor = { 3, { 2, 3, 5 } };
    own_open(&c, gatefuse()->ops, 3, (ablate_shape[]){ weights, tensor, tensor });
    op_forward(&c);
    for (int i = 0; i < 30; i++) {
        const float *w = c.in[0] + i / 5 * 2;
        double one = (double)w[0] * (double)c.in[1][i], two = (double)w[1] * (double)c.in[2][i];
        /* each product is rounded, and their sum: half a unit each */
        stage_near((double)c.out[i], one + two, STAGE_EPS * (fabs(one) + fabs(two)), "mix", i);
    }
    op_check_gradients(&c, 7u, 0.03, 4.0);
    op_check_mutants(&c, 7u, 0.03, 4.0);
    op_close(&c);
}

/* More rows than one thread takes at a time, and rows that do not fill the last share. */
static void mix_does_all_rows(void **state)
{
    (void)state;
    op_case c;
    const ablate_shape weights = { 2, { 333, 1 } }, tensor = { 2, { 333, 2 } };
    own_open(&c, gatefuse()->ops, 2, (ablate_shape[]){ weights, tensor });
    op_forward(&c);
    for (int i = 0; i < 666; i++)
        assert_true(c.out[i] == c.in[0][i / 2] * c.in[1][i]);
    op_close(&c);
}

static void mix_refuses(void **state)
{
    (void)state;
    ablate_layout layout = { .why = "" };
    const ablate_op *op = gatefuse()->ops;
    const ablate_shape two = { 2, { 4, 2 } }, five = { 2, { 4, 5 } }, other = { 2, { 3, 5 } };
    assert_int_equal(op->shape((ablate_shape[]){ two, five, five }, 3, NULL, &layout), 0);
    assert_int_equal(op->shape((ablate_shape[]){ two, five }, 2, NULL, &layout), -1);
    assert_string_equal(layout.why, "weights (..., 1) and as many tensors (..., C) are needed");
    assert_int_equal(op->shape((ablate_shape[]){ two, five, other }, 3, NULL, &layout), -1);
}

/* The gate begins as the plain mean of the layers, and learns. */
static void gatefuse_fuses_and_trains(void **state)
{
    (void)state;
    stage s;
    gatefuse();
    stage_open(&s, true);
    s.folders = folder;
    stage_give_features(&s, 2, 5, 6);
    stage_play(&s, "gatefuse");
    stage_settle(&s);
    float *got = stage_board(&s, "bottleneck", 0);
    const float *f = stage_parameter(&s, "actor.perturbed.0"); /* the layers one after another */
    for (int i = 0; i < 60; i++) { /* a share is a quotient of exponentials, 4 units; a product and two sums */
        double size = (fabs((double)f[i]) + fabs((double)f[60 + i]) + fabs((double)f[120 + i])) / 3;
        double mean = ((double)f[i] + (double)f[60 + i] + (double)f[120 + i]) / 3;
        stage_near((double)got[i], mean, 6 * STAGE_EPS * size, "mean", i);
    }
    free(got);
    stage_close(&s);
    check_trains("gatefuse", "gatefuse.0.weight", false);
}

static void own_rows_fit_together(void **state)
{
    (void)state;
    const experiment_options nothing = { 0 };
    const ablate_module *line[MODULE_LINE];
    experiment *e = experiment_load("ablations/own.ini", &nothing);
    require(e);
    assert_int_equal(e->row_count, 3);
    for (int i = 0; i < e->row_count; i++) {
        const experiment_row *row = &e->rows[i];
        require(module_load_line(row->run.model, "image", folder, row->at.file, row->at.line, line) > 0);
    }
    assert_non_null(strstr(experiment_find_row(e, "gatefuse")->run.model, "gatefuse"));
    experiment_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_module_builds_and_trains),
        cmocka_unit_test(new_refuses),
        cmocka_unit_test(mix_is_right),
        cmocka_unit_test(mix_does_all_rows),
        cmocka_unit_test(mix_refuses),
        cmocka_unit_test(gatefuse_fuses_and_trains),
        cmocka_unit_test(own_rows_fit_together),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
