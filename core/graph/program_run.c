/* program_run.c: running a program, once or recorded; what it costs, and where it goes wrong. */
#include "../base/diag.h"
#include "analysis.h"
#include "program_parts.h"
#include "where.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    return where_run(where, &s->work, now);
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
        bool pair = s->work.pair && !p->timing;
        double start = p->timing ? seconds_now() : 0;
        for (int again = 1; again < p->timing; again++)
            if (run_step(p, s, now) < 0)
                return failed_step(p, s);
        if ((pair ? p->request.device->run_pair(&s->work, &s[1].work, now) : run_step(p, s, now)) < 0 ||
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
        able = s->kind == STEP_SEED ? where->fill != NULL : s->kind == STEP_CLEAR ? true : s->work.kernel != NULL;
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
    if (!p->request.differentiate)
        return complain_at(s->value->file, s->value->line,
                           "%s: %s is not finite (element %lld) in module '%s', where nothing is trained; look at the "
                           "weights that it reads",
                           s->value->op->name, what, (long long)at, s->value->module);
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
        if (s->kind == STEP_FORWARD && check_finite(p, s, s->work.call.out, s->value, "the result", now) < 0)
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
        if (!step_works(s))
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
        if (step_works(s))
            list[at].bytes += analysis_bytes(s->value) * (s->kind == STEP_BACKWARD ? 2 : 1) * s->calls;
        else
            list[at].bytes += (double)s->bytes * s->calls;
    }
    qsort(list, (size_t)count, sizeof *list, by_seconds);
    return count;
}
