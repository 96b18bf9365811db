#include "program.h"
#include "../base/diag.h"
#include "analysis.h"
#include "program_parts.h"
#include "where.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void program_free(program *p)
{
    if (!p)
        return;
    replay_forget(&p->replay);
    if (p->arena)
        p->request.device->release(p->arena);
    free(p->stop);
    free(p->needed);
    free(p->receives);
    free(p->place);
    free(p->step);
    free(p->buffer);
    free(p);
}

static program *program_blank(const program_request *request)
{
    program *p = take_zeroed(1, sizeof *p, "a program");
    size_t n = (size_t)request->graph->values + 1;
    if (!p)
        return NULL;
    p->request = *request;
    p->replay.device = request->device;
    p->stop = take_zeroed(n, 1, "a program");
    p->needed = take_zeroed(n, 1, "a program");
    p->receives = take_zeroed(n, 1, "a program");
    p->place = take_zeroed(n, sizeof *p->place, "a program");
    if (!p->stop || !p->needed || !p->receives || !p->place) {
        program_free(p);
        return NULL;
    }
    for (int i = 0; i < request->given_count; i++)
        p->stop[request->given[i]->id] = 1;
    return p;
}

static program *program_finish(program *p, int status)
{
    const program_request *r = &p->request;
    if (status == 0 && r->differentiate) {
        analysis_gradients(r->graph, p->needed, p->stop, p->receives);
        status = r->device->clear(r->gradients, (size_t)r->graph->parameters->count * sizeof(float));
    }
    if (status == 0 && program_list_steps(p) == 0 && program_place(p) == 0)
        return p;
    program_free(p);
    return NULL;
}

program *program_new_unfolded(const program_request *request)
{
    program *p = program_blank(request);
    if (!p)
        return NULL;
    analysis_needed(request->graph, request->wanted, request->wanted_count, p->stop, p->needed);
    return program_finish(p, 0);
}

program *program_new(const program_request *request)
{
    program *p = program_blank(request);
    return p ? program_finish(p, program_fold(p)) : NULL;
}

static float *data_of(const program *p, const ablate_value *value)
{
    return p->place[p->place[value->id].root].data;
}

int program_put_row(program *p, const ablate_value *value, int64_t at, const float *data, int64_t n)
{
    float *to = p->needed[value->id] ? data_of(p, value) : NULL;
    return to ? p->request.device->upload(to + at, data, (size_t)n * sizeof(float)) : 0;
}

int program_gather(program *p, const ablate_value *value, const float *rows, const int64_t *row, int count,
                   int64_t apart)
{
    const device *where = p->request.device;
    float *to = p->needed[value->id] ? data_of(p, value) : NULL;
    if (!to || where->gather(to, rows, row, count, apart, shape_size(&value->shape) / count) == 0)
        return 0;
    return complain("%s: a batch cannot be gathered%s", where->name, where_trouble(where));
}

const float *program_data(const program *p, const ablate_value *value)
{
    return data_of(p, value);
}

int program_put(program *p, const ablate_value *value, const float *data)
{
    return program_put_row(p, value, 0, data, shape_size(&value->shape));
}

int program_get(const program *p, const ablate_value *value, float *out)
{
    const float *from = data_of(p, value);
    if (!from)
        return complain("'%s' was not asked of this program", value->name);
    return p->request.device->download(out, from, (size_t)shape_size(&value->shape) * sizeof(float));
}

static float seed_weight(const program *p, const ablate_value *root)
{
    const graph *g = p->request.graph;
    double weight = 0;
    for (int i = 0; i < g->losses; i++)
        if (p->place[g->loss[i].value->id].root == root->id)
            weight += g->loss[i].weight;
    return (float)weight;
}

static int run_step(program *p, step *s, uint64_t now)
{
    const device *where = p->request.device;
    if (s->kind == STEP_SEED) {
        float weight = seed_weight(p, s->value);
        return where->fill ? where->fill(s->target, weight) : where->upload(s->target, &weight, sizeof weight);
    }
    if (s->kind == STEP_CLEAR)
        return where->clear(s->target, s->bytes);
    s->call.step = now;
    return where_run(where, s->value->op, s->kind == STEP_BACKWARD, &s->call, s->value->layout.aux, s->scratch_floats);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int failed_step(const program *p, const step *s)
{
    return complain_at(s->value->file ? s->value->file : "graph", s->value->line, "%s: the device could not run it%s",
                       s->value->op ? s->value->op->name : s->value->name, where_trouble(p->request.device));
}

/* The first time each operation is waited for, so that one that fails is named. */
int program_call(program *p, uint64_t now)
{
    const bool waits = p->timing || !p->ran;
    for (int i = 0; i < p->steps; i++) {
        step *s = &p->step[i];
        bool pair = s->paired && !p->timing;
        double start = p->timing ? seconds_now() : 0;
        for (int again = 1; again < p->timing; again++)
            if (run_step(p, s, now) < 0)
                return failed_step(p, s);
        if ((pair ? program_run_pair(p, s, now) : run_step(p, s, now)) < 0 ||
            (waits && p->request.device->synchronise() < 0))
            return failed_step(p, s);
        i += pair;
        if (p->timing) {
            s->seconds += (seconds_now() - start) / p->timing;
            s->calls++;
        }
    }
    p->ran = true;
    return 0;
}

bool program_recordable(const program *p)
{
    const device *where = p->request.device;
    bool able = where->record && !p->timing;
    for (int i = 0; i < p->steps && able; i++) {
        const step *s = &p->step[i];
        able = s->kind == STEP_SEED    ? where->fill != NULL
               : s->kind == STEP_CLEAR ? true
                                       : where->supports(s->value->op, s->kind == STEP_BACKWARD);
    }
    return able;
}

static int call_program(void *context, uint64_t now)
{
    return program_call(context, now);
}

/* A backward pass begins at weights that may change between runs, so it is not recorded here. */
int program_run(program *p, uint64_t now)
{
    const device *where = p->request.device;
    bool record = !p->request.differentiate && program_recordable(p);
    if (replay_run(&p->replay, record, call_program, p, now) < 0)
        return -1;
    return where->synchronise() < 0 ? complain("%s: an operation failed%s", where->name, where_trouble(where)) : 0;
}

/* Position of the first number that is not finite, or -1; -2: out of memory. */
static int64_t first_nonfinite(const program *p, const float *data, int64_t n)
{
    float *copy = take((size_t)n, sizeof *copy, "looking for numbers that are not finite");
    if (!copy || p->request.device->download(copy, data, (size_t)n * sizeof *copy) < 0) {
        free(copy);
        return -2;
    }
    int64_t found = -1;
    for (int64_t i = 0; i < n && found < 0; i++)
        if (!isfinite(copy[i]))
            found = i;
    free(copy);
    return found;
}

static int check_finite(const program *p, const step *s, const float *data, const ablate_value *of, const char *what,
                        uint64_t now)
{
    int64_t at = data ? first_nonfinite(p, data, shape_size(&of->shape)) : -1;
    if (at == -1)
        return 0;
    if (at == -2)
        return -1;
    return complain_at(s->value->file, s->value->line,
                       "%s: %s is not finite (element %lld) in module '%s' at step %llu; lower optimiser.rate, or look "
                       "at the pictures of this step",
                       s->value->op->name, what, (long long)at, s->value->module, (unsigned long long)now);
}

int program_find_nonfinite(program *p, uint64_t now)
{
    for (int i = 0; i < p->steps; i++) {
        step *s = &p->step[i];
        if (run_step(p, s, now) < 0)
            return failed_step(p, s);
        if (s->kind == STEP_FORWARD && check_finite(p, s, s->call.out, s->value, "the result", now) < 0)
            return -1;
        for (int j = 0; s->kind == STEP_BACKWARD && j < s->value->n_in; j++)
            if (check_finite(p, s, s->grad_in[j], s->value->in[j], "a gradient", now) < 0)
                return -1;
    }
    return 0;
}

program_cost program_cost_of(const program *p)
{
    program_cost cost = { .arena = p->arena_bytes, .constants = constants_bytes(p->request.constants) };
    for (int i = 0; i < p->steps; i++) {
        const step *s = &p->step[i];
        if (s->kind != STEP_FORWARD && s->kind != STEP_BACKWARD)
            continue;
        cost.flops += s->flops;
        cost.bytes += analysis_bytes(s->value) * (s->kind == STEP_BACKWARD ? 2 : 1);
        *(s->kind == STEP_FORWARD ? &cost.forward : &cost.backward) += 1;
    }
    if (p->request.graph->parameters)
        cost.parameters = p->request.graph->parameters->count * (int64_t)sizeof(float) * (p->request.gradients ? 4 : 1);
    return cost;
}

void program_time(program *p, int repeats)
{
    p->timing = repeats;
}

static int by_seconds(const void *a, const void *b)
{
    const program_timing *x = a, *y = b;
    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

int program_timings(const program *p, program_timing *list, int room)
{
    int count = 0;
    for (int i = 0; i < p->steps; i++) {
        const step *s = &p->step[i];
        const char *name = s->kind == STEP_SEED ? "(seed)" : s->kind == STEP_CLEAR ? "(clear)" : s->value->op->name;
        bool backward = s->kind != STEP_FORWARD;
        int at = 0;
        while (at < count && (strcmp(list[at].op, name) != 0 || list[at].backward != backward))
            at++;
        if (at == room)
            continue;
        if (at == count)
            list[count++] = (program_timing){ .op = name, .backward = backward };
        list[at].calls += s->calls;
        list[at].seconds += s->seconds;
        list[at].flops += s->flops * s->calls;
        if (s->kind == STEP_FORWARD || s->kind == STEP_BACKWARD)
            list[at].bytes += analysis_bytes(s->value) * (s->kind == STEP_BACKWARD ? 2 : 1) * s->calls;
        else
            list[at].bytes += (double)s->bytes * s->calls;
    }
    qsort(list, (size_t)count, sizeof *list, by_seconds);
    return count;
}
