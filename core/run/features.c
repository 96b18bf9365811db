#include "features.h"
#include "../base/diag.h"
#include "../files/image.h"
#include "../files/weights.h"
#include "../model/collect.h"
#include "../model/predictor.h"
#include <stdlib.h>

enum { MOST_VALUES = 1024 };

typedef struct features { /* of one picture */
    session *session;
    const experiment *experiment;
    const experiment_row *row;
    const features_request *request;
    run_settings run;
    model model;
    float *parameters; /* device memory */
    predictor *predictor;
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
    predictor_free(f->predictor);
    if (f->parameters)
        f->session->device->release(f->parameters);
    model_close(&f->model);
}

/* The row's modules with batches of one picture; the numbers of the input stand in for a data module's. */
static int open_model(features *f)
{
    const features_request *r = f->request;
    const experiment_row *row = f->row;
    const ablate_module given = { .inputs = r->input, .inputs_length = r->numbers };
    model_request wanted = experiment_row_model(row, &f->run, &given, f->session->module_folders);
    wanted.session = f->session;
    f->run = row->run;
    f->run.batch = 1;
    if (model_open(&f->model, &wanted) < 0 || weights_store_spare(f->model.weights, "--out", r->out) < 0)
        return -1;
    model_talk_say(&f->model.talk, row->name);
    if (model_place(&f->model, f->session->device) < 0)
        return -1;
    return collect_begin(&f->model, f->session, NULL);
}

/* An input that no module reads is a mistake in its name. */
static int check_input(const features *f)
{
    const char *name = f->request->input;
    for (int i = 0; name && i < f->model.parts; i++)
        if (builder_declares(f->model.part[i].module->reads, name))
            return 0;
    return name ? complain("--input %s: no module of row '%s' reads that", name, f->row->name) : 0;
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

/* As a run with this seed begins. */
static int draw_parameters(features *f)
{
    const device *where = f->session->device;
    size_t count = (size_t)f->model.parameters->count, bytes = count * sizeof(float);
    float *first = take(count, sizeof *first, "the parameters");
    f->parameters = first ? where->allocate(bytes ? bytes : sizeof(float)) : NULL;
    int status = f->parameters ? model_draw(&f->model, f->model.score, where, first) : -1;
    if (status == 0)
        status = where->upload(f->parameters, first, bytes);
    free(first);
    return status < 0 ? complain("%s: out of memory for the parameters", where->name) : 0;
}

static int put_picture(const features *f)
{
    const char *path = f->request->picture;
    image_facts facts;
    if (image_look(path, &facts) < 0 || predictor_read(f->predictor, 0, path) < 0)
        return -1;
    if (facts.orientation > 1)
        fprintf(stderr, "%s: stored turned or mirrored and read upright, as its orientation says (%d)\n", path,
                facts.orientation);
    return 0;
}

static int compute(features *f)
{
    const features_request *r = f->request;
    const model *m = &f->model;
    const predictor_request wanted = { f->session, m, f->parameters, f->value, f->values, NULL, 0, NULL };
    const ablate_value *beside = r->input ? builder_value(m->score_builder, r->input, 0) : NULL;
    f->predictor = predictor_new(&wanted);
    if (!f->predictor || put_picture(f) < 0 || (beside && predictor_put(f->predictor, beside, r->number) < 0) ||
        predictor_run(f->predictor) < 0)
        return -1;
    for (int i = 0; i < f->values; i++) {
        const ablate_value *value = f->value[i];
        float *data = take((size_t)shape_size(&value->shape), sizeof *data, f->name[i]);
        f->entry[i] = (weights_entry){ f->name[i], value->shape, data, WEIGHTS_F32 };
        if (!data || predictor_get(f->predictor, value, data) < 0)
            return -1;
    }
    return 0;
}

static int write_file(const features *f)
{
    const model_talk *talk = &f->model.talk;
    char *remarks = take_text("%s", "");
    for (int i = 0; i < talk->remarks && remarks; i++) {
        char *longer = take_text("%s%s%s", remarks, i ? "; " : "", talk->remark[i]);
        free(remarks);
        remarks = longer;
    }
    const weights_pair notes[] = { { "experiment", f->experiment->name },
                                   { "row", f->row->name },
                                   { "picture", f->request->picture },
                                   { "remarks", remarks } };
    int status = remarks ? weights_write(f->request->out, f->entry, f->values, notes, 3 + (talk->remarks > 0)) : -1;
    free(remarks);
    return status;
}

int features_write(session *on, const experiment *e, const experiment_row *row, const features_request *request,
                   FILE *list)
{
    features f = { .session = on, .experiment = e, .row = row, .request = request };
    int status = open_model(&f) < 0 || check_input(&f) < 0 || list_values(&f) < 0 || draw_parameters(&f) < 0 ||
                         compute(&f) < 0 || write_file(&f) < 0
                     ? -1
                     : 0;
    for (int i = 0; i < f.values && status == 0; i++)
        fprintf(list, "%-24s %s\n", f.name[i], shape_words(&f.value[i]->shape).text);
    features_close(&f);
    return status;
}
