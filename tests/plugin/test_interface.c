/* Modules built for an older interface load and do what they did: whole ones, with services, losses, epochs, a record
 * that ends earlier and operations of their own, against the frozen headers of interface-1.1/. Each plays beside the
 * same module of today on the same small stage: the same graph, the same parameters, the same bits. */
#include "../lab/module_build.h"
#include "../lab/paper_stage.h"

enum { B = 2, N = 5, C = 6, CT = 8, LAYERS = 3, OUTS = 12 };

static int begin(void **state)
{
    static const char *const names[] = { "cnc", "moe", "decoder", "gatefuse" };
    if (make_folder(state) != 0)
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char source[100];
        snprintf(source, sizeof source, "-Itests/plugin/interface-1.1 tests/plugin/interface-1.1/%s.c", names[i]);
        build_module(source, folder, names[i]);
    }
    return 0;
}

static void records_are_of_their_day(void **state)
{
    (void)state;
    const ablate_module *m = module_load("moe", folder);
    require(m);
    assert_memory_equal(module_file(m), folder, strlen(folder));
    assert_int_equal(m->abi.minor, 1);
    assert_true(m->abi.size < sizeof *m);
    assert_null(m->spread); /* a member that its record does not have */
    require(m = module_load("moe", NULL));
    assert_int_equal(m->abi.minor, ABLATE_MINOR);
    assert_string_equal(m->spread, "gates");
}

/* ---- the same play with modules of both days ---- */

typedef struct play {
    const char *module, *set; /* one setting, or NULL */
    bool training;
    const char *outs[3]; /* lists of the board that it writes */
} play;

static void open_play(stage *s, const play *p, const char *folders)
{
    stage_open(s, p->training);
    s->folders = folders;
    stage_give_features(s, B, N, C);
    stage_give(s, "words.object.0", ABLATE_SHAPE(3, CT), NULL);
    stage_give(s, "words.damaged_object.0", ABLATE_SHAPE(4, CT), NULL);
    stage_give(s, "tower.rows.0", ABLATE_SHAPE(16), NULL);
    stage_give(s, "tower.out.0", ABLATE_SHAPE(CT, C), NULL);
    if (strcmp(p->module, "decoder") == 0)
        stage_set(s, "decoder.heads=2");
    if (p->set)
        stage_set(s, p->set);
    stage_play(s, p->module);
    stage_begin_epoch(s, 7);
    stage_settle(s);
}

/* Each value in order: its operation or its name, its shape, where its inputs come from. */
static void same_graphs(const graph *x, const graph *y)
{
    assert_int_equal(x->values, y->values);
    for (int i = 0; i < x->values; i++) {
        const ablate_value *a = x->value[i], *b = y->value[i];
        assert_string_equal(a->name, b->name);
        assert_true(a->kind == b->kind && a->op == b->op && shape_same(&a->shape, &b->shape));
        assert_int_equal(a->n_in, b->n_in);
        for (int k = 0; k < a->n_in; k++)
            assert_int_equal(a->in[k]->id, b->in[k]->id);
    }
    assert_int_equal(x->losses, y->losses);
    for (int i = 0; i < x->losses; i++) {
        assert_string_equal(x->loss[i].name, y->loss[i].name);
        assert_true(x->loss[i].weight == y->loss[i].weight);
    }
}

/* What is on the board under the names, and the losses. */
static int wanted(const stage *s, const play *p, ablate_value *values[OUTS])
{
    int n = 0;
    for (int i = 0; i < 3 && p->outs[i]; i++)
        for (int k = 0; k < LAYERS; k++)
            if ((values[n] = builder_value(s->builder, p->outs[i], k)))
                n++;
    for (int i = 0; i < s->graph->losses; i++)
        values[n++] = s->graph->loss[i].value;
    assert_true(n > 0 && n <= OUTS);
    return n;
}

typedef struct numbers {
    float *out[OUTS], *gradients;
} numbers;

static numbers computed(stage *s, const play *p)
{
    numbers all = { .gradients = NULL };
    ablate_value *values[OUTS] = { NULL };
    int n = wanted(s, p, values);
    for (int i = 0; i < n; i++)
        require(all.out[i] = take((size_t)shape_size(&values[i]->shape), sizeof(float), "a result"));
    if (s->graph->losses > 0)
        require(all.gradients = take((size_t)s->parameters->count, sizeof(float), "gradients"));
    stage_compute(s, n, values, all.out, all.gradients);
    return all;
}

static void same_numbers(stage *old, stage *today, const play *p)
{
    ablate_value *values[OUTS] = { NULL };
    numbers x = computed(old, p), y = computed(today, p);
    int n = wanted(old, p, values);
    for (int i = 0; i < n; i++) {
        assert_memory_equal(x.out[i], y.out[i], (size_t)shape_size(&values[i]->shape) * sizeof(float));
        free(x.out[i]);
        free(y.out[i]);
    }
    if (x.gradients && y.gradients)
        assert_memory_equal(x.gradients, y.gradients, (size_t)old->parameters->count * sizeof(float));
    free(x.gradients);
    free(y.gradients);
}

static void play_beside(const play *p)
{
    stage old, today;
    open_play(&old, p, folder);
    assert_int_equal(old.on[0]->abi.minor, 1);
    open_play(&today, p, NULL);
    if (strcmp(p->module, "gatefuse") != 0) /* its operation is another record */
        same_graphs(old.graph, today.graph);
    assert_int_equal(old.parameters->count, today.parameters->count);
    assert_memory_equal(old.values, today.values, (size_t)old.parameters->count * sizeof(float));
    same_numbers(&old, &today, p);
    stage_close(&old);
    stage_close(&today);
}

static void plays_are_the_same(void **state)
{
    static const play plays[] = {
        { "cnc", NULL, true, { "teacher", "student", "spoken" } },
        { "cnc", "cnc.lambda=map", false, { "teacher", "student", "response" } },
        { "cnc", "cnc.reduction=sum", true, { "response" } },
        { "cnc", "cnc.global=mean", true, { "response" } },
        { "moe", NULL, true, { "bottleneck", "gates" } },
        { "moe", "moe.gate=renormalised", true, { "bottleneck", "gates" } },
        { "moe", "moe.gate=top_softmax", false, { "bottleneck", "gates" } },
        { "moe", "moe.balance=printed", true, { "bottleneck" } },
        { "decoder", NULL, true, { "student" } },
        { "decoder", "decoder.order=aligned", false, { "student" } },
        { "gatefuse", NULL, true, { "bottleneck" } },
        { "gatefuse", "gatefuse.temperature=3", false, { "bottleneck" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof plays / sizeof *plays; i++)
        play_beside(&plays[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_of_their_day),
        cmocka_unit_test(plays_are_the_same),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
