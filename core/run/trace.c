#include "trace.h"
#include "../base/diag.h"
#include "../files/weights.h"
#include "../graph/analysis.h"
#include "../graph/draws.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct item item;
struct item { /* a tensor that every step has */
    const char *part, *name;
    ablate_shape shape;
    const float *(*numbers)(trace *, const item *, const train_moment *); /* NULL: complained */
    int64_t offset;                                                       /* of a kept tensor or its gradient */
    const ablate_value *value;
    const graph_term *term;
    draws *draws;
};

struct trace {
    trace_request request;
    train_observer observer;
    weights_stream *file;
    item *item; /* parameters and buffers; then what is known before a step runs; then what is known after */
    int items, parameters, known;
    float *vector, *room; /* all parameters, or all gradients; one tensor */
};

/* ---- where the numbers of a tensor are ---- */

static const float *vector_part(trace *t, const item *i, const train_moment *now)
{
    (void)now;
    return t->vector + i->offset;
}

static const float *value_numbers(trace *t, const item *i, const train_moment *now)
{
    return program_get(now->program, i->value, t->room) < 0 ? NULL : t->room;
}

static const float *draw_numbers(trace *t, const item *i, const train_moment *now)
{
    return draws_get(i->draws, now->step, t->room) < 0 ? NULL : t->room;
}

static const float *picture_numbers(trace *t, const item *i, const train_moment *now)
{
    for (int k = 0; k < i->shape.dim[0]; k++)
        t->room[k] = (float)now->picture[k];
    return t->room;
}

static const float *weight_number(trace *t, const item *i, const train_moment *now)
{
    (void)now;
    t->room[0] = (float)i->term->weight;
    return t->room;
}

static const float *total_number(trace *t, const item *i, const train_moment *now)
{
    (void)i;
    t->room[0] = (float)now->total;
    return t->room;
}

/* ---- which tensors a step has ---- */

static int add(trace *t, item added)
{
    if (!TAKE_ROOM(t->item, t->items, "a trace"))
        return -1;
    t->item[t->items++] = added;
    return 0;
}

/* Parameters and buffers, or the gradients of the former. */
static int add_kept(trace *t, bool gradients)
{
    const parameters *p = t->request.model->parameters;
    int status = 0;
    for (int i = 0; i < p->entries && status == 0; i++) {
        const parameter *kept = &p->entry[i];
        const item added = { .part = gradients      ? "gradient/"
                                     : kept->buffer ? "buffer/"
                                                    : "parameter/",
                             .name = kept->name,
                             .shape = kept->shape,
                             .numbers = vector_part,
                             .offset = parameters_at(p, kept->buffer, kept->offset) };
        if (!gradients || !kept->buffer)
            status = add(t, added);
    }
    return status;
}

/* The label if nothing else has it: a module may have put another value in the same place. */
static const char *input_name(const trace *t, const ablate_value *value)
{
    for (int i = t->parameters; value->label && i < t->items; i++)
        if (strcmp(t->item[i].name, value->label) == 0)
            return value->name;
    return value->label ? value->label : value->name;
}

/* A model need not use every input of its data. */
static int add_inputs(trace *t, const feed *from, const char *needed)
{
    int count, status = 0;
    ablate_value *const *given = feed_given(from, &count);
    for (int i = 0; i < count && status == 0; i++)
        if (needed[given[i]->id])
            status = add(t, (item){ .part = "input/",
                                    .name = input_name(t, given[i]),
                                    .shape = given[i]->shape,
                                    .numbers = value_numbers,
                                    .value = given[i] });
    return status;
}

/* The operation that gives the bare draws of `op`, of the model's modules or built in; NULL: there is none. */
static const ablate_op *find_bare(const model *m, const ablate_op *op)
{
    char name[160];
    snprintf(name, sizeof name, "%s_draw", op->name);
    for (int i = 0; i < m->parts; i++)
        for (const ablate_op *own = m->part[i].module->ops; own && own->name; own++)
            if (strcmp(own->name, name) == 0)
                return own;
    return device_find_op(name);
}

static int add_draw(trace *t, const ablate_value *value)
{
    const trace_request *r = &t->request;
    const ablate_op *bare = find_bare(r->model, value->op);
    if (!bare)
        return complain_at(value->file, value->line,
                           "'%s' draws random numbers that cannot be traced; add an operation '%s_draw' that gives "
                           "them",
                           value->op->name, value->op->name);
    draws *made = draws_new(r->device, value, bare, (uint64_t)r->model->run->seed);
    if (!made)
        return -1;
    item added = { "draw/", value->name, *draws_shape(made), draw_numbers, .draws = made };
    if (add(t, added) == 0)
        return 0;
    draws_free(made);
    return -1;
}

static int add_draws(trace *t, const char *needed)
{
    const graph *g = t->request.model->train;
    int status = 0;
    for (int i = 0; i < g->values && status == 0; i++)
        if (needed[i] && g->value[i]->kind == VALUE_RESULT && g->value[i]->op->random)
            status = add_draw(t, g->value[i]);
    return status;
}

static int add_terms(trace *t, const char *part, const graph_term *term, int count, bool weight)
{
    int status = 0;
    for (int i = 0; i < count && status == 0; i++)
        status = add(t, (item){ .part = part,
                                .name = term[i].name,
                                .numbers = weight ? weight_number : value_numbers,
                                .value = term[i].value,
                                .term = &term[i] });
    return status;
}

/* needed[graph->values]: 1 for what losses, probes and updates are computed from, down to what the program is given. */
static int find_needed(const graph *g, const feed *from, char *needed)
{
    int count, goals = graph_goals(g);
    ablate_value *const *known = feed_given(from, &count);
    ablate_value **wanted = take((size_t)goals, sizeof *wanted, "a trace");
    char *given = take_zeroed((size_t)g->values + 1, 1, "a trace");
    int status = wanted && given ? 0 : -1;
    for (int i = 0; status == 0 && i < goals; i++)
        wanted[i] = graph_goal(g, i);
    for (int i = 0; status == 0 && i < count; i++)
        given[known[i]->id] = 1;
    if (status == 0)
        analysis_needed(g, wanted, goals, given, needed);
    free(wanted);
    free(given);
    return status;
}

static int add_known(trace *t, const feed *from)
{
    const graph *g = t->request.model->train;
    char *needed = take((size_t)g->values + 1, 1, "a trace");
    item batch = { "", "picture", { 1, { t->request.model->run->batch } }, picture_numbers, .value = NULL };
    int status = needed ? find_needed(g, from, needed) : -1;
    if (status == 0 && (add(t, batch) < 0 || add_inputs(t, from, needed) < 0 || add_draws(t, needed) < 0))
        status = -1;
    free(needed);
    return status;
}

static int list_items(trace *t, const feed *from)
{
    const graph *g = t->request.model->train;
    if (add_kept(t, false) < 0)
        return -1;
    t->parameters = t->items;
    if (add_known(t, from) < 0)
        return -1;
    t->known = t->items;
    item total = { "", "total", { 0, { 0 } }, total_number, .value = NULL };
    if (add_terms(t, "loss/", g->loss, g->losses, false) < 0 || add_terms(t, "weight/", g->loss, g->losses, true) < 0 ||
        add_terms(t, "probe/", g->probe, g->probes, false) < 0 || add(t, total) < 0)
        return -1;
    return add_kept(t, true);
}

/* ---- the file ---- */

static int list_entries(const trace *t, arena *names, weights_entry *entry)
{
    int count = 0;
    for (int64_t k = 0; k <= t->request.steps; k++)
        for (int i = 0; i < (k < t->request.steps ? t->items : t->parameters); i++) {
            char text[400];
            snprintf(text, sizeof text, "%lld/%s%s", (long long)k, t->item[i].part, t->item[i].name);
            char *name = arena_text(names, text);
            if (!name)
                return -1;
            entry[count++] = (weights_entry){ name, t->item[i].shape, NULL, WEIGHTS_F32 };
        }
    return count;
}

static int begin_file(trace *t, arena *names, int steps_each)
{
    const run_record *r = t->request.record;
    char *settings_text = settings_lines(&r->settings);
    if (!settings_text)
        return -1;
    char seed[16], steps[24], epoch[16];
    snprintf(seed, sizeof seed, "%d", t->request.model->run->seed);
    snprintf(steps, sizeof steps, "%lld", (long long)t->request.steps);
    snprintf(epoch, sizeof epoch, "%d", steps_each);
    const weights_pair about[] = {
        { "version", r->version },   { "experiment", r->experiment }, { "row", r->row }, { "scale", r->scale },
        { "data", r->data },         { "data_hash", r->data_hash },   { "seed", seed },  { "steps", steps },
        { "steps_an_epoch", epoch }, { "settings", settings_text }
    };
    size_t most = (size_t)t->items * ((size_t)t->request.steps + 1);
    weights_entry *entry = take(most, sizeof *entry, "the names of a trace");
    int count = entry ? list_entries(t, names, entry) : -1;
    int status = count < 0 ? -1 : weights_stream_begin(t->file, entry, count, about, sizeof about / sizeof *about);
    free(entry);
    free(settings_text);
    if (status == 0)
        fprintf(stderr, "%s: %d tensors of %s steps, %.1f MiB\n", t->request.path, count, steps,
                (double)weights_stream_bytes(t->file) / (1 << 20));
    return status;
}

static int begin(trace *t, const train_moment *now)
{
    int64_t widest = 1;
    arena *names = list_items(t, now->feed) == 0 ? arena_new() : NULL;
    int status = names ? begin_file(t, names, now->steps_each) : -1;
    arena_free(names);
    for (int i = t->parameters; i < t->items && t->item[i].numbers != vector_part; i++)
        if (shape_size(&t->item[i].shape) > widest)
            widest = shape_size(&t->item[i].shape);
    t->vector = take((size_t)t->request.model->parameters->count, sizeof(float), "a trace");
    t->room = take((size_t)widest, sizeof(float), "a trace");
    return t->vector && t->room ? status : -1;
}

static int put_items(trace *t, const train_moment *now, int first, int last)
{
    for (int i = first; i < last; i++) {
        const float *numbers = t->item[i].numbers(t, &t->item[i], now);
        if (!numbers || weights_stream_put(t->file, numbers) < 0)
            return -1;
    }
    return 0;
}

static int put_parameters(trace *t, const train_moment *now)
{
    return optimiser_get_parameters(now->optimiser, t->vector) < 0 ? complain("parameters cannot be read back")
                                                                   : put_items(t, now, 0, t->parameters);
}

static int before(void *context, const train_moment *now)
{
    trace *t = context;
    if (now->step == 0 && begin(t, now) < 0)
        return -1;
    return put_parameters(t, now) < 0 ? -1 : put_items(t, now, t->parameters, t->known);
}

static int after(void *context, const train_moment *now)
{
    trace *t = context;
    if (optimiser_get_gradients(now->optimiser, t->vector) < 0)
        return complain("gradients cannot be read back");
    if (put_items(t, now, t->known, t->items) < 0)
        return -1;
    return (int64_t)now->step + 1 == t->request.steps ? put_parameters(t, now) : 0;
}

/* ---- from open to close ---- */

trace *trace_new(const trace_request *request)
{
    trace *t = take_zeroed(1, sizeof *t, "a trace");
    if (!t)
        return NULL;
    t->request = *request;
    t->observer = (train_observer){ t, before, after };
    t->file = weights_stream_open(request->path);
    if (t->file)
        return t;
    trace_abandon(t);
    return NULL;
}

const train_observer *trace_observer(trace *t)
{
    return &t->observer;
}

void trace_abandon(trace *t)
{
    if (!t)
        return;
    weights_stream_abandon(t->file);
    for (int i = 0; i < t->items; i++)
        draws_free(t->item[i].draws);
    free(t->item);
    free(t->vector);
    free(t->room);
    free(t);
}

int trace_commit(trace *t)
{
    weights_stream *file = t->file;
    t->file = NULL;
    int status = weights_stream_commit(file);
    trace_abandon(t);
    return status;
}
