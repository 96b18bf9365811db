/* paper_stage.h: a stage on which one module of modules/ plays with small tensors, to compare what it computes with
 * plain double-precision C.
 *
 *     stage s;
 *     stage_open(&s, true, (stage_sizes){ ... });        training graph; the board holds image, teacher (and the rest)
 *     stage_play(&s, "mlf", "mlf.dropout=0", NULL);      loads, fills its settings, builds
 *     stage_run(&s, value, out) / stage_loss(&s, "moe")  computes
 *     stage_close(&s);
 *
 * Everything fails the running cmocka test with the engine's sentence. */
#ifndef PAPER_STAGE_H
#define PAPER_STAGE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/base/diag.h"
#include "../core/base/settings.h"
#include "../core/graph/builder.h"
#include "../core/graph/program.h"
#include "../core/run/module.h"

#define STAGE_EPS 1.1920928955078125e-7 /* FLT_EPSILON */
enum { STAGE_LAYERS = 3, STAGE_TEXT = 5 /* Ct */ };

typedef struct stage_sizes {
    int b, n, c, size; /* pictures, tokens with the class token, channels, pixels of a side */
    int joint;         /* width of text features */
    bool bottleneck;   /* is there one on the board already? */
} stage_sizes;

typedef struct stage {
    stage_sizes size;
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    ablate_module actor;
    struct settings chosen;
    const ablate_module *module;
    void *filled[4]; /* settings of the modules that played */
    int played;
    const char *folders;    /* where modules are looked for first, or NULL */
    float *values;          /* of all parameters */
    float *f[7];            /* teacher 0-2, student 0-2, bottleneck: (b, n, c) */
    ablate_value *input[8]; /* those, and the picture */
} stage;

/* A number in [-1, 1] that looks random, the same at each call. */
static inline double stage_number(unsigned stream, unsigned index)
{
    uint32_t x = stream * 2654435761u + index * 40503u + 977u;
    for (int i = 0; i < 3; i++)
        x = (x ^ (x >> 15)) * 2246822519u;
    return (double)(float)((double)(x >> 8) / 8388608.0 - 1.0);
}

/* abort() is never reached, as fail_msg does not come back; the compiler cannot see that. */
#define require(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fail_msg("%s:%d: %s: %s", __FILE__, __LINE__, #condition, complaint() ? complaint() : "");                 \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* ---- the text tower of the stage: tokens are numbers of (word, channel); g = (sum of the weighted tokens up to the
 * end) P, so it is causal and sees where each token stands ---- */

enum { STREAM_P = 90, STREAM_PROJECT = 91, STREAM_WORDS = 100 };

static inline double stage_place_weight(int row)
{
    return 0.5 + 0.125 * row;
}

static inline ablate_value *stage_tokens(ablate_builder *b, const void *own, const char *words, int n,
                                         ablate_value *const *in)
{
    float rows[8 * STAGE_TEXT];
    int length = 3;
    (void)own, (void)n, (void)in;
    for (const char *c = words; *c; c++)
        length += *c == ' ';
    for (int i = 0; i < length * STAGE_TEXT; i++)
        rows[i] = (float)stage_number(STREAM_WORDS + (unsigned)strlen(words), (unsigned)i);
    return ablate_constant(b, rows, length, STAGE_TEXT);
}

static inline ablate_value *stage_encode(ablate_builder *b, const void *own, const char *argument, int n,
                                         ablate_value *const *in)
{
    const int *joint = own;
    int64_t length = ablate_shape_of(b, in[0]).dim[1];
    float sums[64 * 64], project[STAGE_TEXT * 64];
    (void)argument, (void)n;
    assert_true(length <= 64);
    for (int64_t i = 0; i < length; i++)
        for (int64_t j = 0; j < length; j++)
            sums[i * length + j] = i <= j ? (float)stage_place_weight((int)i) : 0;
    for (int i = 0; i < STAGE_TEXT * *joint; i++)
        project[i] = (float)stage_number(STREAM_P, (unsigned)i);
    ablate_value *x = ablate_op(b, "transpose", "axes=\"0,2,1\"", in[0]);
    x = ablate_op(b, "matmul", NULL, x, ablate_constant(b, sums, length, length));
    x = ablate_op(b, "select", NULL, ablate_op(b, "transpose", "axes=\"0,2,1\"", x), in[1]);
    return ablate_op(b, "matmul", NULL, x, ablate_constant(b, project, STAGE_TEXT, *joint));
}

static inline ablate_value *stage_project(ablate_builder *b, const void *own, const char *argument, int n,
                                          ablate_value *const *in)
{
    const int *joint = own;
    int64_t c = ablate_shape_of(b, in[0]).dim[2];
    float project[64 * 64];
    (void)argument, (void)n;
    if (c == *joint)
        return in[0];
    for (int64_t i = 0; i < c * *joint; i++)
        project[i] = (float)stage_number(STREAM_PROJECT, (unsigned)i);
    return ablate_op(b, "matmul", NULL, in[0], ablate_constant(b, project, c, *joint));
}

static inline int stage_build(ablate_builder *b, const void *own)
{
    static const char *const names[] = { "f0", "f1", "f2", "s0", "s1", "s2", "x" };
    (void)own;
    for (int i = 0; i < STAGE_LAYERS; i++) {
        ablate_write(b, "teacher", i, ablate_read(b, names[i], 0));
        ablate_write(b, "student", i, ablate_read(b, names[3 + i], 0));
        ablate_write(b, "perturbed", i, ablate_read(b, names[i], 0));
    }
    if (ablate_count(b, "x") > 0)
        ablate_write(b, "bottleneck", 0, ablate_read(b, "x", 0));
    ablate_offer(b, "text.tokens", stage_tokens);
    ablate_offer(b, "text.encode", stage_encode);
    ablate_offer(b, "image.project", stage_project);
    return 0;
}

/* ---- opening and closing ---- */

static inline const device *stage_device(void)
{
    const device *where = device_load("cpu", 2);
    require(where);
    return where;
}

static inline void stage_open(stage *s, bool training, stage_sizes size)
{
    static const char *const names[] = { "f0", "f1", "f2", "s0", "s1", "s2", "x" };
    complaint_clear();
    stage_device();
    *s = (stage){ .size = size, .parameters = parameters_new() };
    s->actor = (ablate_module){ .abi = ABLATE_ABI,
                                .name = "actor",
                                .reads = "f0 f1 f2 s0 s1 s2 x?",
                                .writes = "teacher student perturbed bottleneck text.tokens text.encode image.project",
                                .build = stage_build };
    require(s->graph = graph_new(s->parameters));
    require(s->builder = builder_new(s->graph, &s->host, training));
    ablate_shape features = { 3, { size.b, size.n, size.c } }, picture = { 4, { size.b, 3, size.size, size.size } };
    size_t count = (size_t)size.b * (size_t)size.n * (size_t)size.c;
    for (int i = 0; i < (size.bottleneck ? 7 : 6); i++) {
        require(s->input[i] = builder_input(s->builder, names[i], &features));
        require(s->f[i] = take(count, sizeof(float), "features"));
        for (size_t k = 0; k < count; k++)
            s->f[i][k] = (float)stage_number((unsigned)i + 1, (unsigned)k);
    }
    require(s->input[7] = builder_input(s->builder, "image", &picture));
    require(builder_compose(s->builder, &s->actor, &s->size.joint) == 0);
}

static inline void stage_close(stage *s)
{
    builder_free(s->builder);
    graph_free(s->graph);
    parameters_free(s->parameters);
    settings_free(&s->chosen);
    for (int i = 0; i < s->played; i++)
        free(s->filled[i]);
    free(s->values);
    for (int i = 0; i < 7; i++)
        free(s->f[i]);
    complaint_clear();
}

/* Settings: "moe.top=1", ... ended by NULL. All parameters get their first values, with seed 5. */
static inline void stage_play(stage *s, const char *name, ...)
{
    va_list texts;
    va_start(texts, name);
    for (const char *text; (text = va_arg(texts, const char *));)
        require(settings_set_text(&s->chosen, text, "stage", 1) == 0);
    va_end(texts);
    require(s->module = module_load(name, s->folders));
    void *filled = s->filled[s->played++] = take_zeroed(1, s->module->settings_size, "settings");
    require(filled);
    require(settings_fill(&s->chosen, name, s->module->settings, filled) == 0);
    require(settings_check_used(&s->chosen, &name, 1) == 0);
    require(builder_compose(s->builder, s->module, filled) == 0);
    free(s->values);
    require(s->values = take((size_t)s->parameters->count, sizeof(float), "parameters"));
    require(parameters_draw(s->parameters, 5, s->values) == 0);
}

/* ---- computing ---- */

static inline const float *stage_parameter(const stage *s, const char *name)
{
    for (int i = 0; i < s->parameters->entries; i++)
        if (strcmp(s->parameters->entry[i].name, name) == 0)
            return s->values + s->parameters->entry[i].offset;
    fail_msg("there is no parameter '%s'", name);
    return NULL;
}

/* Runs once; with `gradients` (parameters->count) also backward. Results of `wanted` go to `out`. */
static inline void stage_compute(stage *s, int n, ablate_value *const *wanted, float *const *out, float *gradients)
{
    const device *where = stage_device();
    size_t bytes = (size_t)s->parameters->count * sizeof(float);
    constants *frozen = constants_new(where);
    float *values = where->allocate(bytes ? bytes : 4), *grads = where->allocate(bytes ? bytes : 4);
    ablate_value *given[8];
    int givens = 0;
    for (int i = 0; i < 8; i++)
        if (s->input[i])
            given[givens++] = s->input[i];
    require(where->upload(values, s->values, bytes) == 0);
    program_request request = { .graph = s->graph,
                                .device = where,
                                .constants = frozen,
                                .wanted = wanted,
                                .wanted_count = n,
                                .given = given,
                                .given_count = givens,
                                .differentiate = gradients != NULL,
                                .parameters = values,
                                .gradients = grads,
                                .seed = 11 };
    program *run = program_new(&request);
    require(run);
    for (int i = 0; i < 7; i++)
        if (s->input[i])
            require(program_put(run, s->input[i], s->f[i]) == 0);
    require(program_run(run, 0) == 0);
    for (int i = 0; i < n; i++)
        require(program_get(run, wanted[i], out[i]) == 0);
    if (gradients)
        require(where->download(gradients, grads, bytes) == 0);
    program_free(run);
    constants_free(frozen);
    where->release(values);
    where->release(grads);
}

/* The numbers of a value on the board; the caller frees. */
static inline float *stage_board(stage *s, const char *name, int index)
{
    ablate_value *value = builder_value(s->builder, name, index);
    require(value);
    float *out = take((size_t)shape_size(&value->shape), sizeof(float), "a result");
    require(out);
    stage_compute(s, 1, &value, &out, NULL);
    return out;
}

static inline graph_term *stage_term(stage *s, const char *loss)
{
    for (int i = 0; i < s->graph->losses; i++)
        if (strcmp(s->graph->loss[i].name, loss) == 0)
            return &s->graph->loss[i];
    fail_msg("there is no loss '%s'", loss);
    return NULL;
}

static inline double stage_loss(stage *s, const char *name)
{
    float value = NAN, *out = &value;
    stage_compute(s, 1, &stage_term(s, name)->value, &out, NULL);
    return (double)value;
}

/* |got - expected| <= tolerance, NaN failing. */
static inline void stage_near(double got, double expected, double tolerance, const char *what, int64_t at)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%s[%lld] is %.9g, expected %.9g within %.3g", what, (long long)at, got, expected, tolerance);
}

static inline void stage_all_near(const float *got, const double *expected, int64_t n, double tolerance,
                                  const char *what)
{
    for (int64_t i = 0; i < n; i++)
        stage_near((double)got[i], expected[i], tolerance, what, i);
}

#endif
