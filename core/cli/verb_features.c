#include "../base/diag.h"
#include "../data/session.h"
#include "../experiment/experiment.h"
#include "../files/weights.h"
#include "../graph/program.h"
#include "../model/model.h"
#include "../model/weights_store.h"
#include "shared.h"
#include "verbs.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_INPUT = 4096, MOST_VALUES = 1024 };

typedef struct further { /* an input beside the picture */
    char name[64];       /* "": none */
    float number[MOST_INPUT];
    int numbers;
} further;

typedef struct request {
    verb_line given;
    const char *picture;
    further input;
} request;

/* ---- the command line ---- */

static int read_input(const line_option *o, const char *text, void *field)
{
    further *input = field;
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (length == 0 || length >= sizeof input->name)
        return complain("--%s must be NAME=NUMBERS, e.g. tokens=1,2,3; it is '%s'", o->name, text);
    memcpy(input->name, text, length);
    for (const char *at = equals + 1;; at++) {
        char *end;
        double number = strtod(at, &end);
        if (end == at || (*end && *end != ',') || !isfinite((float)number) || input->numbers == MOST_INPUT)
            return complain("--%s %s: '%.40s' is no list of at most %d numbers with commas between", o->name,
                            input->name, at, (int)MOST_INPUT);
        input->number[input->numbers++] = (float)number;
        at = end;
        if (!*end)
            return 0;
    }
}

static const line_option options[] = {
    OPTION(request, picture, "picture", 'p', "FILE", "PNG, JPEG, BMP, TIFF or WebP, prepared as the row's pictures are",
           .path = OPTION_INPUT),
    SHARED_OUT_FILE("safetensors file to write"),
    OPTION_TAKEN(read_input, request, input, "input", 'i', "NAME=NUMBERS",
                 "what the data would give beside the picture: numbers with commas between"),
    { 0 }
};

/* ---- the board's values ---- */

typedef struct features { /* of one picture */
    session session;
    experiment *experiment;
    const experiment_row *row;
    run_settings run;
    model model;
    constants *frozen;
    float *parameters; /* device memory */
    program *program;
    ablate_value *value[MOST_VALUES];
    char *name[MOST_VALUES]; /* "teacher.0" */
    weights_entry entry[MOST_VALUES];
    int values;
} features;

static void features_close(features *f)
{
    for (int i = 0; i < f->values; i++) {
        free(f->name[i]);
        free((void *)(uintptr_t)f->entry[i].data);
    }
    program_free(f->program);
    constants_free(f->frozen);
    if (f->parameters)
        f->session.device->release(f->parameters);
    model_close(&f->model);
    experiment_free(f->experiment);
    session_close(&f->session);
}

/* The row's modules with batches of one picture; the picture and the numbers of --input stand in for a data set. */
static int open_model(features *f, const request *r)
{
    const ablate_module given = { .inputs = *r->input.name ? r->input.name : NULL, .inputs_length = r->input.numbers };
    const dataset data = { .module = &given };
    if (shared_session(&r->given, &f->session) < 0)
        return -1;
    f->experiment = shared_load(&r->given, 0);
    if (!f->experiment)
        return -1;
    f->row = shared_row_of(&r->given, f->experiment);
    if (!f->row)
        return -1;
    f->run = f->row->run;
    f->run.batch = 1;
    const model_request made_of = experiment_row_model(f->row, &f->run, &data, r->given.modules);
    if (model_open(&f->model, &made_of) < 0)
        return -1;
    if (weights_store_spare(f->model.weights, "--out", r->given.out) < 0)
        return -1;
    model_say(&f->model, f->row->name);
    return model_place(&f->model, f->session.device);
}

/* An input that no module reads is a mistake in its name. */
static int check_input(const features *f, const char *name)
{
    for (int i = 0; *name && i < f->model.parts; i++)
        if (builder_declares(f->model.part[i].module->reads, name))
            return 0;
    return *name ? complain("--input %s: no module of row '%s' reads that", name, f->row->name) : 0;
}

static int list_values(features *f)
{
    const builder *b = f->model.score_builder;
    const char *name;
    for (int i = 0; (name = builder_name(b, i)); i++) {
        ablate_value *value;
        for (int k = 0; (value = builder_value(b, name, k)) && f->values < MOST_VALUES; k++) {
            f->name[f->values] = take_text("%s.%d", name, k);
            f->value[f->values++] = value;
            if (!f->name[f->values - 1])
                return -1;
        }
    }
    return 0;
}

/* First values of the parameters, as a run with this seed begins. */
static int draw_parameters(features *f)
{
    const device *where = f->session.device;
    const parameters *p = f->model.parameters;
    size_t bytes = (size_t)p->count * sizeof(float);
    float *first = take((size_t)p->count, sizeof *first, "the parameters");
    f->parameters = first ? where->allocate(bytes ? bytes : sizeof(float)) : NULL;
    int status = f->parameters ? parameters_draw(p, (uint64_t)f->run.seed, first) : -1;
    if (status == 0)
        status = program_starts(f->model.score, where, first);
    if (status == 0)
        status = where->upload(f->parameters, first, bytes);
    free(first);
    return status < 0 ? complain("%s: out of memory for the parameters", where->name) : 0;
}

static int make_program(features *f)
{
    const graph *g = f->model.score;
    ablate_value *inputs[ABLATE_INPUTS];
    int count = 0;
    for (int i = 0; i < g->values && count < ABLATE_INPUTS; i++)
        if (g->value[i]->kind == VALUE_INPUT)
            inputs[count++] = g->value[i];
    f->frozen = constants_new(f->session.device);
    program_request wanted = { .graph = g,
                               .device = f->session.device,
                               .constants = f->frozen,
                               .wanted = f->value,
                               .wanted_count = f->values,
                               .given = inputs,
                               .given_count = count,
                               .parameters = f->parameters };
    f->program = f->frozen ? program_new(&wanted) : NULL;
    return f->program ? 0 : -1;
}

static int put_picture(features *f, const char *path)
{
    picture one = { .path = (char *)(uintptr_t)path };
    const dataset data = { .picture = &one, .pictures = 1 };
    const ablate_value *value = builder_value(f->model.score_builder, "image", 0);
    float *pixels = take((size_t)shape_size(&value->shape), sizeof *pixels, "a picture");
    image_facts facts;
    int status = pixels && image_look(path, &facts) == 0 ? dataset_input(&data, 0, &f->row->input, pixels) : -1;
    if (status == 0 && facts.orientation > 1)
        fprintf(stderr, "%s: stored turned or mirrored and read upright, as its orientation says (%d)\n", path,
                facts.orientation);
    if (status == 0)
        status = program_put(f->program, value, pixels);
    free(pixels);
    return status;
}

static int put_inputs(features *f, const request *r)
{
    const ablate_value *value = *r->input.name ? builder_value(f->model.score_builder, r->input.name, 0) : NULL;
    if (put_picture(f, r->picture) < 0)
        return -1;
    return value ? program_put(f->program, value, r->input.number) : 0;
}

static int get_values(features *f)
{
    for (int i = 0; i < f->values; i++) {
        const ablate_value *value = f->value[i];
        float *data = take((size_t)shape_size(&value->shape), sizeof *data, f->name[i]);
        f->entry[i] = (weights_entry){ f->name[i], value->shape, data, WEIGHTS_F32 };
        if (!data || program_get(f->program, value, data) < 0)
            return -1;
    }
    return 0;
}

static int write_file(const features *f, const request *r)
{
    char *remarks = take_text("%s", "");
    for (int i = 0; i < f->model.remarks && remarks; i++) {
        char *longer = take_text("%s%s%s", remarks, i ? "; " : "", f->model.remark[i]);
        free(remarks);
        remarks = longer;
    }
    const weights_pair notes[] = { { "experiment", f->experiment->name },
                                   { "row", f->row->name },
                                   { "picture", r->picture },
                                   { "remarks", remarks } };
    int status = remarks ? weights_write(r->given.out, f->entry, f->values, notes, 3 + (f->model.remarks > 0)) : -1;
    free(remarks);
    return status;
}

static int write_features(features *f, const request *r)
{
    if (open_model(f, r) < 0 || check_input(f, r->input.name) < 0 || list_values(f) < 0 || draw_parameters(f) < 0 ||
        make_program(f) < 0)
        return -1;
    if (put_inputs(f, r) < 0 || program_run(f->program, 0) < 0 || get_values(f) < 0)
        return -1;
    if (write_file(f, r) < 0)
        return -1;
    for (int i = 0; i < f->values; i++)
        printf("%-24s %s\n", f->name[i], shape_words(&f->value[i]->shape).text);
    return 0;
}

static int run(void *given)
{
    features f = { .values = 0 };
    int status = write_features(&f, given);
    features_close(&f);
    return status;
}

const verb verb_features = {
    .name = "features",
    .summary = "FILE   write what the modules of a row make of a picture",
    .words = "FILE",
    .doc = "Write every value that the modules of a row put on the board for one picture. Parameters have the values "
           "with which training begins.",
    .least = 1,
    .most = 1,
    .needs = "picture out",
    .lacks = "name an experiment file, --picture and --out",
    .options = { options, shared_experiment, shared_row, shared_modules, shared_device },
    .size = sizeof(request),
    .run = run,
};
