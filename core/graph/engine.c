/* engine.c: the engine by itself, see engine.h: a graph, its program, a step, and who reads what. */
#include "../engine.h"
#include "../base/diag.h"
#include "builder.h"
#include "descent.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 4096 };

typedef struct reader { /* computes one value, forward only */
    const ablate_value *value;
    program *program;
} reader;

struct engine {
    const device *device;
    uint64_t seed, step; /* step: how many were taken */
    parameters *parameters;
    graph *graph;
    builder_host host;
    builder *builder;
    ablate_value **input;
    float **numbers; /* of each input, or NULL: not given yet */
    int inputs;
    constants *constants;
    optimiser optimiser;
    program *program; /* of training, or NULL: there is no loss */
    descent descent;
    int values, losses; /* of the graph when it was ready; no value: it is not */
    reader *reader;
    int readers;
};

const char *engine_trouble(void)
{
    return complaint();
}

void engine_trouble_clear(void)
{
    complaint_clear();
}

engine *engine_open(const char *name, int threads, uint64_t seed)
{
    if (!name || threads < 0 || threads > MOST_THREADS)
        complain("engine_open: a device's name (cpu, cuda or auto) and 0 to %d threads are needed", (int)MOST_THREADS);
    engine *e = complaint() ? NULL : take_zeroed(1, sizeof *e, "an engine");
    if (!e)
        return NULL;
    e->seed = seed;
    if ((e->device = device_load(name, threads)) && device_load_records() == 0 && (e->parameters = parameters_new()) &&
        (e->graph = graph_new(e->parameters)) && (e->constants = constants_new(e->device)) &&
        (e->builder = builder_new(e->graph, &e->host, true)))
        return e;
    engine_close(e);
    return NULL;
}

void engine_close(engine *e)
{
    if (!e)
        return;
    for (int i = 0; i < e->readers; i++)
        program_free(e->reader[i].program);
    for (int i = 0; i < e->inputs; i++)
        free(e->numbers[i]);
    descent_close(&e->descent);
    program_free(e->program);
    if (e->optimiser.device)
        optimiser_close(&e->optimiser);
    builder_free(e->builder);
    if (e->constants)
        constants_free(e->constants);
    graph_free(e->graph);
    parameters_free(e->parameters);
    free(e->reader);
    free(e->input);
    free(e->numbers);
    free(e);
}

ablate_builder *engine_builder(engine *e)
{
    return builder_face(e->builder);
}

/* False: complained, now or before. */
static bool usable(const engine *e, const char *call, const void *given)
{
    if (!e)
        complain("%s is given no engine; look at what engine_open gave", call);
    else if (!given)
        complain("%s is given NULL", call);
    return !complaint();
}

ablate_value *engine_add_input(engine *e, const char *name, ablate_shape shape)
{
    if (usable(e, "engine_input", name) && e->values)
        complain("engine_input: '%s' comes after engine_ready; name all inputs while the graph is composed", name);
    for (int i = 0; !complaint() && i < e->inputs; i++)
        if (strcmp(e->input[i]->name, name) == 0)
            complain("engine_input: '%s' is there already; give this one another name", name);
    if (!e || !name)
        return NULL;
    if (!TAKE_ROOM(e->input, e->inputs, "inputs") || !TAKE_ROOM(e->numbers, e->inputs, "inputs"))
        return NULL;
    ablate_value *value = builder_input(e->builder, name, &shape);
    if (complaint())
        return value;
    e->numbers[e->inputs] = NULL;
    return e->input[e->inputs++] = value;
}

/* ---- getting ready ---- */

/* Is the engine ready for this call on a value (NULL: on none), with the caller's numbers? */
static int check_ready(const engine *e, const char *call, const ablate_value *value, const void *numbers)
{
    if (!usable(e, call, numbers))
        return -1;
    if (!e->values)
        return complain("%s is called before engine_ready; call that when the graph is composed", call);
    if (e->graph->losses != e->losses)
        return complain("a loss was added after engine_ready; add all of them while the graph is composed");
    if (value && (!graph_owns(e->graph, value) || value->id >= e->values))
        return complain("%s is given a value that was not in the graph when engine_ready was called", call);
    return 0;
}

static int draw_parameters(engine *e)
{
    const size_t count = (size_t)e->parameters->count;
    float *first = take_zeroed(count, sizeof *first, "parameters");
    int status = first ? parameters_draw(e->parameters, e->seed, first) : -1;
    if (status == 0)
        status = program_starts(e->graph, e->device, first);
    if (status == 0)
        status = e->device->upload(e->optimiser.state, first, count * sizeof *first);
    free(first);
    return status;
}

static program *make_program(engine *e, const ablate_value *wanted)
{
    ablate_value *list[] = { (ablate_value *)(uintptr_t)wanted };
    const program_request request = { .graph = e->graph,
                                      .device = e->device,
                                      .constants = e->constants,
                                      .wanted = list,
                                      .wanted_count = wanted ? 1 : 0,
                                      .given = e->input,
                                      .given_count = e->inputs,
                                      .differentiate = !wanted,
                                      .parameters = e->optimiser.state,
                                      .gradients = wanted ? NULL : e->optimiser.gradients,
                                      .seed = e->seed };
    return program_new(&request);
}

static int open_training(engine *e)
{
    e->program = make_program(e, NULL);
    return e->program ? descent_open(&e->descent, e->graph, e->program, &e->optimiser, 1) : -1;
}

int engine_ready(engine *e, const char *adam, uint64_t steps)
{
    char *owned = NULL;
    optimiser_settings chosen;
    if (!usable(e, "engine_ready", ""))
        return -1;
    if (e->values)
        return complain("engine_ready is called twice; open another engine");
    if (e->graph->values == 0)
        return complain("engine_ready: the graph is empty; compose one with engine_builder");
    if (e->graph->losses > 0 && e->parameters->numbers == 0)
        return complain(
            "engine_ready: there is a loss, but no parameter that could lower it; add one with ablate_param");
    if (settings_fill_text(adam, optimiser_settings_rows, &chosen, (ablate_at){ NULL, 0 }, "adam", &owned) < 0)
        return -1;
    free(owned);
    if (chosen.schedule != OPTIMISER_CONSTANT && steps == 0)
        return complain("engine_ready: a schedule of the rate goes by the last step; say how many steps there are");
    if (optimiser_open(&e->optimiser, e->device, e->parameters, &chosen, steps, descent_guards(e->graph)) < 0 ||
        draw_parameters(e) < 0 || (e->graph->losses > 0 && open_training(e) < 0))
        return complaint() ? -1 : complain("%s: parameters cannot be written", e->device->name);
    e->values = e->graph->values;
    e->losses = e->graph->losses;
    return 0;
}

/* ---- running ---- */

static int put_input(engine *e, int i, const float *numbers)
{
    const size_t count = (size_t)shape_size(&e->input[i]->shape);
    if (!e->numbers[i])
        e->numbers[i] = take(count, sizeof *numbers, e->input[i]->name);
    if (e->numbers[i])
        memcpy(e->numbers[i], numbers, count * sizeof *numbers);
    return e->numbers[i] ? 0 : -1;
}

int engine_put(engine *e, const ablate_value *value, const float *numbers)
{
    if (!usable(e, "engine_put", value ? (const void *)numbers : NULL))
        return -1;
    for (int i = 0; i < e->inputs; i++)
        if (e->input[i] == value)
            return put_input(e, i, numbers);
    if (check_ready(e, "engine_put", value, numbers) < 0)
        return -1;
    if (!value_is_kept(value))
        return complain("engine_put is given '%s', which is neither an input nor a parameter", value->name);
    size_t bytes = (size_t)shape_size(&value->shape) * sizeof *numbers;
    return e->device->upload(e->optimiser.state + value_at(e->graph, value), numbers, bytes) == 0
               ? 0
               : complain("%s: '%s' cannot be written", e->device->name, value->name);
}

/* Those inputs that the program does not need may be missing. */
static int feed(const engine *e, program *p)
{
    int status = 0;
    for (int i = 0; i < e->inputs && status == 0; i++)
        if (e->numbers[i])
            status = program_put(p, e->input[i], e->numbers[i]);
        else if (program_needs(p, e->input[i]))
            status = complain("input '%s' has no numbers yet; give it some with engine_put", e->input[i]->name);
    return status == 0 || complaint() ? status : complain("%s: inputs cannot be written", e->device->name);
}

/* The weighted sum of the losses; not finite, if the step was not taken. */
static double total_of(const engine *e)
{
    const float *row = descent_row(&e->descent, e->step);
    double total = 0;
    for (int i = 0; i < e->losses; i++)
        total += e->graph->loss[i].weight * (double)row[1 + i];
    return descent_sound(&e->descent, row) ? total : NAN;
}

int engine_step(engine *e, double *loss)
{
    if (check_ready(e, "engine_step", NULL, "") < 0)
        return -1;
    if (!e->program)
        return complain("engine_step: the graph has no loss; add one with ablate_loss");
    if (feed(e, e->program) < 0 || descent_step(&e->descent, e->step) < 0)
        return -1;
    if (loss) {
        if (descent_look(&e->descent) < 0)
            return -1;
        *loss = total_of(e);
        if (!isfinite(*loss)) /* the inputs' memory may hold other numbers by now */
            return feed(e, e->program) < 0 || program_find_nonfinite(e->program, e->step) < 0
                       ? -1
                       : complain(
                             "the sum of all gradients, or of their squares, overflows at step %llu; lower the rate",
                             (unsigned long long)e->step);
    }
    e->step++;
    return 0;
}

static program *program_of(engine *e, const ablate_value *value)
{
    for (int i = 0; i < e->readers; i++)
        if (e->reader[i].value == value)
            return e->reader[i].program;
    program *made = TAKE_ROOM(e->reader, e->readers, "values that are read") ? make_program(e, value) : NULL;
    if (made)
        e->reader[e->readers++] = (reader){ value, made };
    return made;
}

int engine_get(engine *e, const ablate_value *value, float *numbers)
{
    if (check_ready(e, "engine_get", value, value ? numbers : NULL) < 0)
        return -1;
    program *p = program_of(e, value);
    if (!p || feed(e, p) < 0 || program_run(p, e->step) < 0)
        return -1;
    return program_get(p, value, numbers) == 0 || complaint()
               ? -(complaint() != NULL)
               : complain("%s: '%s' cannot be read", e->device->name, value->name);
}

int engine_gradient(engine *e, const ablate_value *value, float *numbers)
{
    if (check_ready(e, "engine_gradient", value, value ? numbers : NULL) < 0)
        return -1;
    if (value->kind != VALUE_PARAMETER)
        return complain("engine_gradient is given '%s', which is no parameter", value->name);
    if (e->step == 0)
        return complain("engine_gradient: no step was taken yet; call engine_step first");
    size_t bytes = (size_t)shape_size(&value->shape) * sizeof *numbers;
    return e->device->download(numbers, e->optimiser.gradients + value_at(e->graph, value), bytes) == 0
               ? 0
               : complain("%s: the gradient of '%s' cannot be read", e->device->name, value->name);
}
