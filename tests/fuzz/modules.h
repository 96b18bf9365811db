/* modules.h: a module whose calls are drawn from bytes, most of them sane and some hostile, composed into a training
 * and a scoring graph and, where both were built, run for a few steps. Every refusal must be one printable sentence. */
#ifndef TESTS_FUZZ_MODULES_H
#define TESTS_FUZZ_MODULES_H
#include "../../core/device/device.h"
#include "../../core/graph/program.h"
#include "../../core/model/model_check.h"
#include "input.h"
#include <math.h>

typedef struct fuzz_counts { /* of modules */
    long tried, built, ran;
} fuzz_counts;
static fuzz_counts fuzz_modules_count;

/* ---- the bytes ---- */

static struct fuzz_bytes {
    const uint8_t *data;
    size_t size, at;
} fuzz_now;

static inline unsigned fuzz_byte(void)
{
    return fuzz_now.at < fuzz_now.size ? fuzz_now.data[fuzz_now.at++] : 0;
}
/* One of n; the last `odd` of them are hostile and rare. */
static inline unsigned fuzz_pick(unsigned n, unsigned odd)
{
    unsigned byte = fuzz_byte();
    return byte >= 254 && odd ? n - 1 - fuzz_byte() % odd : byte % (n - odd);
}

/* ---- arguments ---- */

enum { FUZZ_VALUES = 24, FUZZ_NUMBERS = 4096, FUZZ_MOST_FLOATS = 1 << 18 };
static ablate_value *fuzz_value[FUZZ_VALUES], *fuzz_foreign; /* of this graph; of one before */
static ablate_builder *fuzz_kept;
static unsigned fuzz_values;
static float fuzz_number[FUZZ_NUMBERS];
static char fuzz_long[10001];

static inline const char *fuzz_name(void)
{
    static const char *const names[] = { "a",  "b.c", "score", "score.image", "image", "d",        "e",      "x y",
                                         "\n", "",    "a|b",   "?",           NULL,    "\xff\x01", fuzz_long };
    return names[fuzz_pick(15, 8)];
}
static inline ablate_value *fuzz_any(void)
{
    unsigned which = fuzz_pick(FUZZ_VALUES + 2, 2);
    if (which == FUZZ_VALUES)
        return NULL;
    return which > FUZZ_VALUES ? fuzz_foreign : fuzz_values ? fuzz_value[which % fuzz_values] : NULL;
}
static inline ablate_value *fuzz_keep(ablate_value *value)
{
    fuzz_value[fuzz_values < FUZZ_VALUES ? fuzz_values++ : fuzz_byte() % FUZZ_VALUES] = value;
    return value;
}
static inline ablate_shape fuzz_shape(void)
{
    static const ablate_shape shapes[] = { { 2, { 4, 3 } },      { 1, { 4 } },
                                           { 0, { 0 } },         { 2, { 3, 3 } },
                                           { 3, { 4, 2, 3 } },   { 4, { 4, 1, 2, 3 } },
                                           { 1, { 3 } },         { 99, { 1 } },
                                           { -1, { 1 } },        { 2, { 0, 3 } },
                                           { 2, { -4, -3 } },    { 4, { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX } },
                                           { 1, { INT64_MIN } }, { 5, { 1, 1, 1, 1 } } };
    return shapes[fuzz_pick(14, 7)];
}
static inline const char *fuzz_attributes(void)
{
    static const char *const texts[] = { NULL,
                                         "",
                                         "all=1",
                                         "axis=0",
                                         "axis=-1",
                                         "axis=1",
                                         "dims=\"-1\"",
                                         "dims=\"4,-1\"",
                                         "scale=2",
                                         "k=1",
                                         "start=0 count=1",
                                         "axes=\"1,0\"",
                                         "transpose_b=1",
                                         "std=0.5",
                                         "axis=99",
                                         "k=-7",
                                         "dims=\"0,0\"",
                                         "dims=\"9999999999,9999999999\"",
                                         "scale=nan",
                                         "axis",
                                         "=",
                                         "axis=0 axis=0",
                                         "\"",
                                         "axis=99999999999999999999",
                                         fuzz_long };
    return texts[fuzz_pick(25, 11)];
}
static inline double fuzz_weight(void)
{
    static const double factors[] = { 1, 0, -2, 0.5, (double)NAN, (double)INFINITY };
    return factors[fuzz_pick(6, 2)];
}

/* ---- operations of its own ---- */

static ablate_layout fuzz_answer;
static inline int fuzz_rule(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    *layout = fuzz_answer;
    if (fuzz_answer.out.rank == -2)
        layout->out = in[0];
    return 0;
}
static inline void fuzz_fill(float *to, int64_t n)
{
    for (int64_t i = 0; to && i < n; i++)
        to[i] = 0.5f;
}
/* Writes all that it was promised. */
static inline void fuzz_forward(const ablate_call *call)
{
    fuzz_fill(call->out, shape_size(call->out_shape));
    fuzz_fill(call->aux, fuzz_answer.aux < 64 ? fuzz_answer.aux : 0);
}
static inline void fuzz_backward(const ablate_call *call)
{
    for (int i = 0; i < call->n_in; i++)
        fuzz_fill(call->grad_in[i], shape_size(&call->in_shape[i]));
}
static const ablate_op fuzz_ops[] = {
    { .name = "fuzz.odd",
      .min_in = 1,
      .max_in = 8,
      .shape = fuzz_rule,
      .forward = fuzz_forward,
      .backward = fuzz_backward },
    { .name = "fuzz.view", .min_in = 1, .max_in = 2, .shape = fuzz_rule, .forward = fuzz_forward, .view = true },
    { .name = "fuzz.random", .min_in = 1, .max_in = 1, .shape = fuzz_rule, .forward = fuzz_forward, .random = true },
    { 0 },
};
static inline ablate_value *fuzz_own(ablate_builder *b)
{
    static const char *const names[] = { "fuzz.odd", "fuzz.view", "fuzz.random" };
    static const int64_t rooms[] = { 0, 7, 64, -1, (int64_t)1 << 62 };
    fuzz_answer = (ablate_layout){ .out = { .rank = -2 }, .aux = rooms[fuzz_pick(5, 2)] };
    fuzz_answer.scratch = rooms[fuzz_pick(5, 2)];
    if (fuzz_byte() % 4 == 0)
        fuzz_answer.out = fuzz_shape();
    return ablate_op(b, names[fuzz_byte() % 3], NULL, fuzz_any());
}

/* ---- calls ---- */

static inline void fuzz_call(ablate_builder *b);

static inline ablate_value *fuzz_serve(ablate_builder *b, const void *own, const char *argument, int n,
                                       ablate_value *const *in)
{
    (void)own, (void)argument;
    fuzz_call(b);
    return n > 0 || fuzz_byte() % 8 == 0 ? in[0] : fuzz_any();
}

/* An operation that fits, or any at all. */
static inline ablate_value *fuzz_apply(ablate_builder *b)
{
    static const char *const alone[] = { "relu", "tanh", "square", "softmax", "detach", "gelu", "normalize", "exp" };
    static const int counts[] = { 1, 2, 3, -1, 1 << 30 };
    int count = 0;
    const ablate_op *const *all = device_all_ops(&count);
    ablate_value *x = fuzz_any(), *in[3] = { x, fuzz_any(), fuzz_any() };
    switch (fuzz_pick(8, 1)) {
    case 0:
        return ablate_op(b, "add", NULL, x, x);
    case 1:
        return ablate_op(b, "sum", "all=1", x);
    case 2:
        return ablate_op(b, "mean", "all=1", x);
    case 3:
        return ablate_op(b, "reshape", "dims=\"-1\"", x);
    case 4:
        return fuzz_own(b);
    case 5:
        return ablate_op(b, "mul", NULL, x, ablate_op(b, "sum", "all=1", in[1]));
    case 6:
        return ablate_op(b, alone[fuzz_byte() % 8], NULL, x);
    default:
        return b->api->apply(b, "m.c", 1, count ? all[fuzz_byte() % (unsigned)count]->name : NULL, fuzz_attributes(),
                             counts[fuzz_pick(5, 2)], fuzz_byte() == 255 ? NULL : in);
    }
}

static inline void fuzz_make(ablate_builder *b)
{
    static const char *const inits[] = { "zeros", "ones",        "normal 0.1", "linear", "xavier", "uniform 1",
                                         "start", "normal 1e99", NULL,         "",       fuzz_long };
    const char *init = inits[fuzz_pick(11, 5)];
    const float *data = fuzz_byte() == 255 ? NULL : fuzz_number;
    switch (fuzz_byte() % 8) {
    case 0:
        fuzz_keep(b->api->constant(b, "m.c", 2, fuzz_shape(), data));
        return;
    case 1:
        fuzz_keep(b->api->param_from(b, "m.c", 3, fuzz_name(), fuzz_any()));
        return;
    case 2:
        fuzz_keep(b->api->buffer(b, "m.c", 5, fuzz_name(), init, fuzz_shape()));
        return;
    case 3:
        fuzz_keep(b->api->buffer_from(b, "m.c", 6, fuzz_name(), fuzz_any()));
        return;
    case 4:
        b->api->update(b, "m.c", 7, fuzz_any(), fuzz_any());
        return;
    case 5:
        fuzz_keep(b->api->collect(b, "m.c", 8, fuzz_name(), fuzz_any(), fuzz_byte() % 2 ? fuzz_any() : NULL));
        return;
    default:
        fuzz_keep(b->api->param(b, fuzz_byte() == 255 ? NULL : "m.c", 4, fuzz_name(), init, fuzz_shape()));
    }
}

static inline void fuzz_share(ablate_builder *b)
{
    static const int numbers[] = { 0, 0, 1, -1, 0, 15, INT32_MAX, INT32_MIN };
    int index = numbers[fuzz_pick(8, 3)];
    ablate_value *in[2] = { fuzz_any(), fuzz_any() };
    switch (fuzz_byte() % 6) {
    case 0:
        fuzz_keep(b->api->read(b, "m.c", 5, fuzz_byte() % 2 ? "image" : fuzz_name(), index));
        return;
    case 1:
        b->api->offer(b, "m.c", 6, fuzz_name(), fuzz_byte() == 255 ? NULL : fuzz_serve);
        return;
    case 2:
        fuzz_keep(b->api->call(b, "m.c", 7, fuzz_name(), fuzz_name(), (int)fuzz_pick(4, 1) - 1, in));
        return;
    case 3:
        (void)ablate_count(b, fuzz_name());
        return;
    default:
        b->api->write(b, "m.c", 8, fuzz_byte() % 2 ? "score" : fuzz_name(), index < 0 ? index : 0, in[0]);
    }
}

/* What a module says, and what belongs elsewhere. */
static inline void fuzz_say(ablate_builder *b, unsigned which)
{
    ablate_builder *kept = fuzz_kept;
    const char *list = fuzz_name();
    switch (which) {
    case 9:
        b->api->refuse(b, "m.c", 9, fuzz_byte() % 2 ? NULL : "%s", fuzz_long);
        return;
    case 10:
        fuzz_keep(b->api->weight(b, "m.c", 10, fuzz_name(), fuzz_name()));
        return;
    case 11:
        b->api->remark(b, fuzz_byte() % 2 ? NULL : "%s", fuzz_long);
        return;
    case 12:
        b->api->chosen(b, fuzz_name());
        return;
    case 13:
        b->api->next_name(b, fuzz_byte() % 4 ? &list : NULL);
        return;
    case 14:
        b->api->folder(b, fuzz_name());
        return;
    case 15:
        b->api->unused(b, fuzz_byte() % 2 ? NULL : "%s", fuzz_long);
        return;
    default:
        if (kept)
            fuzz_keep(kept->api->read(kept, "m.c", 11, "image", 0));
    }
}

/* Questions, and the rest. */
static inline void fuzz_other(ablate_builder *b)
{
    const ablate_picture added = { .class_name = "a", .state = "good", .name = "a" };
    const unsigned which = fuzz_pick(17, 11);
    switch (which) {
    case 0:
        (void)ablate_shape_of(b, fuzz_any());
        return;
    case 1:
        (void)b->api->text(b, "%s", "text");
        return;
    case 2:
        (void)ablate_has_weight(b, "none.safetensors", fuzz_name());
        return;
    case 3:
        (void)ablate_weight_note(b, "none.safetensors", fuzz_name());
        return;
    case 4:
    case 5:
        return;
    case 6:
        b->training = !b->training;
        return;
    case 7:
        ablate_add_picture(b, fuzz_byte() % 2 ? &added : NULL);
        return;
    case 8:
        ablate_loss_weight(b, fuzz_name(), fuzz_weight());
        return;
    default:
        fuzz_say(b, which);
    }
}

static inline void fuzz_call(ablate_builder *b)
{
    switch (fuzz_byte() % 12) {
    case 0:
    case 1:
        fuzz_make(b);
        return;
    case 2:
    case 3:
        fuzz_share(b);
        return;
    case 4:
        fuzz_other(b);
        return;
    case 5:
        b->api->loss(b, "m.c", 12, fuzz_name(),
                     fuzz_byte() % 16 ? ablate_op(b, "sum", "all=1", fuzz_any()) : fuzz_any(), fuzz_weight());
        return;
    case 6:
        b->api->probe(b, "m.c", 13, fuzz_name(),
                      fuzz_byte() % 16 ? ablate_op(b, "mean", "all=1", fuzz_any()) : fuzz_any());
        return;
    default:
        fuzz_keep(fuzz_apply(b));
    }
}

static inline int fuzz_build(ablate_builder *b, const void *own)
{
    (void)own;
    unsigned calls = 1 + fuzz_byte() % 24;
    fuzz_values = 0;
    fuzz_keep(ablate_read(b, "image", 0));
    fuzz_keep(ablate_param(b, "w", "normal 0.1", 4, 3));
    fuzz_keep(ablate_op(b, "mul", NULL, fuzz_value[0], fuzz_value[1]));
    for (unsigned i = 0; i < calls; i++)
        fuzz_call(b);
    if (fuzz_byte() % 8) /* most have what they need to run */
        ablate_loss(b, "total", ablate_op(b, "sum", "all=1", fuzz_any()), 1);
    fuzz_foreign = fuzz_any();
    fuzz_kept = b;
    return fuzz_byte() == 255 ? -1 : 0;
}
static inline int fuzz_epoch(ablate_builder *b, const void *own, void *state, int epoch)
{
    (void)own, (void)state, (void)epoch;
    if (fuzz_byte() >= 250)
        fuzz_call(b);
    else if (fuzz_byte() % 4 == 0)
        ablate_loss_weight(b, fuzz_byte() < 250 ? "total" : fuzz_name(), fuzz_weight());
    return 0;
}
static const ablate_module fuzz_module_record = { .abi = ABLATE_ABI,
                                                  .name = "fuzz",
                                                  .reads = "image a? b.c? d? e? score?",
                                                  .writes = "a b.c score score.image d e",
                                                  .ops = fuzz_ops,
                                                  .build = fuzz_build,
                                                  .epoch = fuzz_epoch };

/* ---- composing and running ---- */

static inline builder *fuzz_compose(model *m, graph *g, bool training)
{
    builder *b = builder_new(g, &m->host, training);
    const ablate_shape image = { 2, { 4, 3 } };
    if (!b || !builder_input(b, "image", &image))
        abort();
    fuzz_now.at = 0;
    int status = builder_compose(b, &fuzz_module_record, NULL);
    if ((status < 0) != (complaint() != NULL))
        abort();
    return b;
}

/* What is small enough to be run at all. */
static inline bool fuzz_fits(const graph *g)
{
    int64_t floats = g->parameters->count;
    for (int i = 0; i < g->values && floats < FUZZ_MOST_FLOATS; i++) {
        int64_t own = shape_size(&g->value[i]->shape), aux = g->value[i]->layout.aux,
                room = g->value[i]->layout.scratch;
        floats += own > FUZZ_MOST_FLOATS || aux > FUZZ_MOST_FLOATS || room > FUZZ_MOST_FLOATS ? FUZZ_MOST_FLOATS
                                                                                              : own + aux + room;
    }
    return floats < FUZZ_MOST_FLOATS;
}

static inline int fuzz_get(const program *p, const ablate_value *value)
{
    float *out = take((size_t)shape_size(&value->shape), sizeof *out, "numbers");
    int status = out ? program_get(p, value, out) : -1;
    free(out);
    return status;
}

/* A few steps of one graph; 0, or -1: complained. */
static inline int fuzz_steps(model *m, builder *b, graph *g, bool training, float *values, float *gradients)
{
    const device *cpu = device_load("cpu", 1);
    constants *frozen = constants_new(cpu);
    ablate_value *given[1] = { builder_value(b, "image", 0) }, *wanted[66];
    int count = 0, status = 0;
    if (given[0] != g->value[0]) /* the module has written over it */
        given[0] = g->value[0];
    for (int i = 0; !training && i < g->probes && count < 64; i++)
        wanted[count++] = g->probe[i].value;
    if (!training && m->map)
        wanted[count++] = m->map;
    if (!training && m->image_score)
        wanted[count++] = m->image_score;
    const program_request request = { .graph = g,
                                      .device = cpu,
                                      .constants = frozen,
                                      .wanted = wanted,
                                      .wanted_count = count,
                                      .given = given,
                                      .given_count = 1,
                                      .differentiate = training,
                                      .parameters = values,
                                      .gradients = training ? gradients : NULL };
    program *p = program_new(&request);
    status = p ? 0 : -1;
    for (uint64_t step = 0; step < 3 && status == 0; step++) {
        if (training)
            status = builder_epoch(b, &fuzz_module_record, NULL, NULL, (int)step);
        if (status == 0 && program_put(p, given[0], fuzz_number) == 0)
            status = program_run(p, step);
    }
    for (int i = 0; i < count && status == 0; i++)
        status = fuzz_get(p, wanted[i]);
    program_free(p);
    constants_free(frozen);
    return status;
}

static inline void fuzz_run_model(model *m)
{
    const device *cpu = device_load("cpu", 1);
    size_t bytes = ((size_t)m->parameters->count + 1) * sizeof(float);
    float *values = cpu->allocate(bytes), *gradients = cpu->allocate(bytes);
    int status = values && gradients && parameters_draw(m->parameters, 5, values) == 0
                     ? program_starts(m->train, cpu, values)
                     : -1;
    if (status == 0)
        status = fuzz_steps(m, m->train_builder, m->train, true, values, gradients);
    if (status == 0)
        status = fuzz_steps(m, m->score_builder, m->score, false, values, gradients);
    fuzz_modules_count.ran += status == 0;
    if (status < 0)
        fuzz_must_have_complained();
    if (values)
        cpu->release(values);
    if (gradients)
        cpu->release(gradients);
}

/* As model_open and what `run` does after it. */
static inline void fuzz_check_model(model *m)
{
    static const run_settings run = { .model = "fuzz" };
    m->run = &run;
    m->at = (ablate_at){ "m.ini", 1 };
    char *idle = model_idle_parameters(m);
    if (!idle)
        abort();
    free(idle);
    m->map = builder_value(m->score_builder, "score", -1);
    m->image_score = builder_value(m->score_builder, "score.image", -1);
    if (model_check(m, false) < 0)
        fuzz_must_have_complained();
    complaint_clear();
    if (m->train->losses > 0 && fuzz_fits(m->train) && fuzz_fits(m->score)) /* even where it would be refused */
        fuzz_run_model(m);
}

static inline void fuzz_modules(const uint8_t *data, size_t size)
{
    model m = { .parameters = parameters_new(), .parts = 1 };
    m.part[0].module = &fuzz_module_record;
    if (!device_load("cpu", 1) || !m.parameters || !(m.train = graph_new(m.parameters)) ||
        !(m.score = graph_new(m.parameters)))
        abort();
    memset(fuzz_long, 'n', sizeof fuzz_long - 1);
    fuzz_now = (struct fuzz_bytes){ data, size, 0 };
    fuzz_kept = NULL;
    fuzz_modules_count.tried++;
    m.train_builder = fuzz_compose(&m, m.train, true);
    m.score_builder = complaint() ? NULL : fuzz_compose(&m, m.score, false);
    if (complaint()) {
        fuzz_must_have_complained();
    } else {
        fuzz_modules_count.built++;
        fuzz_check_model(&m);
    }
    builder_free(m.train_builder);
    builder_free(m.score_builder);
    graph_free(m.train);
    graph_free(m.score);
    parameters_free(m.parameters);
}

#endif
