#include "paper_stage.h"

double stage_number(unsigned stream, unsigned index)
{
    uint32_t x = stream * 2654435761u + index * 40503u + 977u;
    for (int i = 0; i < 3; i++)
        x = (x ^ (x >> 15)) * 2246822519u;
    return (double)(float)((double)(x >> 8) / 8388608.0 - 1.0);
}

void stage_near(double got, double expected, double tolerance, const char *what, int64_t at)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s[%lld] is %.9g, expected %.9g within %.3g", what, (long long)at, got, expected, tolerance);
}

const device *stage_device(void)
{
    const device *where = device_load("cpu", 2);
    require(where);
    return where;
}

/* ---- the actor ---- */

#define STAGE_WORDS                                                                                                    \
    "words.object words.damaged_object words.object_. words.damaged_object_. tower.rows tower.out tower.project "      \
    "encoder.patch "

#define STAGE_BOARD                                                                                                    \
    "image teacher stage student perturbed bottleneck score score.image image.feature text.feature logit.scale "       \
    "spoken joined jittered reconstruction " STAGE_WORDS

int stage_split(const char *name, char list[64])
{
    const char *dot = strrchr(name, '.');
    assert_true(dot && dot - name < 64);
    snprintf(list, 64, "%.*s", (int)(dot - name), name);
    return (int)strtol(dot + 1, NULL, 10);
}

static ablate_value *stage_tokens(ablate_builder *b, const void *own, const char *words, int n, ablate_value *const *in)
{
    char name[64];
    (void)own, (void)n, (void)in;
    snprintf(name, sizeof name, "words.%s", words);
    for (char *c = name; *c; c++)
        *c = *c == ' ' ? '_' : *c;
    return ablate_read(b, name, 0);
}

static ablate_value *stage_encode(ablate_builder *b, const void *own, const char *argument, int n,
                                  ablate_value *const *in)
{
    ablate_shape shape = ablate_shape_of(b, in[0]); /* texts, tokens, Ct */
    float sums[32 * 32];
    int length = (int)shape.dim[1];
    (void)own, (void)argument, (void)n;
    assert_true(length <= 32);
    for (int i = 0; i < length; i++)
        for (int j = 0; j < length; j++)
            sums[i * length + j] = i <= j;
    ablate_value *rows =
        ablate_op(b, "slice", ablate_text(b, "axis=0 count=%d", length), ablate_read(b, "tower.rows", 0));
    ablate_value *x = ablate_op(b, "mul", NULL, in[0], ablate_op(b, "reshape", "dims=\"-1,1\"", rows));
    x = ablate_op(b, "transpose", "axes=\"0,2,1\"", x);
    x = ablate_op(b, "matmul", NULL, x, ablate_constant(b, sums, length, length));
    x = ablate_op(b, "select", NULL, ablate_op(b, "transpose", "axes=\"0,2,1\"", x), in[1]);
    x = ablate_op(b, "matmul", NULL, x, ablate_read(b, "tower.out", 0));
    for (int i = 0; i < shape.dim[0]; i++)
        ablate_write(b, "spoken", i, ablate_op(b, "slice", ablate_text(b, "axis=0 start=%d count=1", i), x));
    return x;
}

static ablate_value *stage_project(ablate_builder *b, const void *own, const char *argument, int n,
                                   ablate_value *const *in)
{
    (void)own, (void)argument, (void)n;
    bool same = ablate_count(b, "tower.project") == 0;
    return same ? in[0] : ablate_op(b, "matmul", NULL, in[0], ablate_read(b, "tower.project", 0));
}

/* A layer of the encoder: patches of the picture through one matrix, their mean first. */
static ablate_value *stage_layer(ablate_builder *b, const void *own, const char *argument, int n,
                                 ablate_value *const *in)
{
    (void)own, (void)n;
    ablate_value *x = ablate_op(b, "patch_embed", NULL, in[0], ablate_read(b, "encoder.patch", atoi(argument)));
    return ablate_op(b, "concat", "axis=1", ablate_op(b, "mean", "axis=1 keep=1", x), x);
}

static int stage_act(ablate_builder *b, const void *own)
{
    const stage *s = own;
    char list[64];
    for (int i = 0; i < s->givens; i++) {
        int index = stage_split(s->given[i].name, list);
        ablate_value *value = b->api->param(b, __FILE__, __LINE__, s->given[i].name, "zeros", s->given[i].shape);
        ablate_write(b, list, index, value);
    }
    ablate_offer(b, "text.tokens", stage_tokens);
    ablate_offer(b, "text.encode", stage_encode);
    ablate_offer(b, "teacher.encode", stage_layer);
    ablate_offer(b, "image.project", stage_project);
    return 0;
}

static const ablate_module stage_actor = { .abi = ABLATE_ABI,
                                           .name = "actor",
                                           .reads = STAGE_WORDS,
                                           .writes = STAGE_BOARD "text.tokens text.encode image.project teacher.encode",
                                           .build = stage_act };

static int stage_weigh(ablate_builder *b, const void *own)
{
    const stage_value *judge = own;
    char list[64];
    int index = stage_split(judge->name, list);
    ablate_value *factors = b->api->constant(b, __FILE__, __LINE__, judge->shape, judge->data);
    ablate_value *product = ablate_op(b, "mul", NULL, ablate_read(b, list, index), factors);
    ablate_loss(b, judge->name, ablate_op(b, "sum", "all=1", product), 1);
    return 0;
}

static const ablate_module stage_judging = {
    .abi = ABLATE_ABI, .name = "judge", .reads = STAGE_BOARD, .build = stage_weigh
};

/* ---- opening and closing ---- */

void stage_open(stage *s, bool training)
{
    complaint_clear();
    stage_device();
    *s = (stage){ .parameters = parameters_new() };
    require(s->graph = graph_new(s->parameters));
    require(s->builder = builder_new(s->graph, &s->host, training));
}

void stage_close(stage *s)
{
    builder_free(s->builder);
    graph_free(s->graph);
    parameters_free(s->parameters);
    settings_free(&s->chosen);
    for (int i = 0; i < s->played; i++)
        free(s->filled[i]);
    free(s->values);
    complaint_clear();
}

void stage_give(stage *s, const char *name, ablate_shape shape, const float *data)
{
    assert_true(s->givens < STAGE_GIVEN && !s->acted);
    s->given[s->givens++] = (stage_value){ name, shape, data };
}

void stage_give_features(stage *s, int b, int n, int c)
{
    static const char *const names[] = { "teacher.0", "teacher.1",   "teacher.2",   "student.0",  "student.1",
                                         "student.2", "perturbed.0", "perturbed.1", "perturbed.2" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        stage_give(s, names[i], ABLATE_SHAPE(b, n, c), NULL);
    stage_give(s, "image.0", ABLATE_SHAPE(b, 3, 8, 8), NULL);
}

void stage_set(stage *s, const char *assignment)
{
    require(settings_set_text(&s->chosen, assignment, "stage", 1) == 0);
}

int stage_try(stage *s, const char *name)
{
    assert_true(s->played < STAGE_MODULES);
    if (!s->acted)
        require(builder_compose(s->builder, &stage_actor, s) == 0);
    s->acted = true;
    const ablate_module *module = module_load(name, s->folders);
    require(module);
    void *filled = take_zeroed(1, module->settings_size, "settings");
    require(filled);
    s->on[s->played] = module;
    s->filled[s->played++] = filled;
    require(settings_fill(&s->chosen, name, module->settings, filled) == 0);
    return builder_compose(s->builder, module, filled);
}

void stage_play(stage *s, const char *name)
{
    require(stage_try(s, name) == 0);
}

void stage_judge(stage *s, const char *name, ablate_shape shape, const float *factors)
{
    stage_value judge = { name, shape, factors };
    require(builder_compose(s->builder, &stage_judging, &judge) == 0);
}

void stage_begin_epoch(stage *s, int epoch)
{
    for (int i = 0; builder_face(s->builder)->training && i < s->played; i++)
        require(builder_epoch(s->builder, s->on[i], s->filled[i], NULL, epoch) == 0);
}

float *stage_parameter(const stage *s, const char *name)
{
    for (int i = 0; i < s->parameters->entries; i++)
        if (strcmp(s->parameters->entry[i].name, name) == 0)
            return s->values +
                   parameters_at(s->parameters, s->parameters->entry[i].buffer, s->parameters->entry[i].offset);
    fail_msg("there is no parameter '%s'", name);
    return NULL;
}

void stage_settle(stage *s)
{
    char name[80];
    require(settings_check_used(&s->chosen, NULL, 0) == 0);
    require(s->values = take((size_t)s->parameters->count, sizeof(float), "parameters"));
    require(parameters_draw(s->parameters, 5, s->values) == 0);
    for (int i = 0; i < s->givens; i++) {
        snprintf(name, sizeof name, "actor.%s", s->given[i].name);
        float *to = stage_parameter(s, name);
        for (int64_t k = 0; k < shape_size(&s->given[i].shape); k++)
            to[k] = s->given[i].data ? s->given[i].data[k] : (float)stage_number((unsigned)i + 1, (unsigned)k);
    }
}

/* ---- computing ---- */

void stage_compute(stage *s, int n, ablate_value *const *wanted, float *const *out, float *gradients)
{
    const device *where = stage_device();
    size_t bytes = (size_t)s->parameters->count * sizeof(float);
    constants *frozen = constants_new(where);
    float *values = where->allocate(bytes), *slopes = where->allocate(bytes);
    require(frozen && values && slopes && where->upload(values, s->values, bytes) == 0);
    program_request request = { .graph = s->graph,
                                .device = where,
                                .constants = frozen,
                                .wanted = wanted,
                                .wanted_count = n,
                                .differentiate = gradients != NULL,
                                .parameters = values,
                                .gradients = slopes,
                                .seed = STAGE_SEED };
    program *run = program_new(&request);
    require(run && program_run(run, 0) == 0);
    for (int i = 0; i < n; i++)
        require(program_get(run, wanted[i], out[i]) == 0);
    if (gradients)
        require(where->download(gradients, slopes, bytes) == 0);
    program_free(run);
    constants_free(frozen);
    where->release(values);
    where->release(slopes);
}

float *stage_board(stage *s, const char *name, int index)
{
    ablate_value *value = builder_value(s->builder, name, index);
    require(value);
    float *out = take((size_t)shape_size(&value->shape), sizeof(float), "a result");
    require(out);
    stage_compute(s, 1, &value, &out, NULL);
    return out;
}
