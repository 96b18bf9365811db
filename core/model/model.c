#include "model.h"
#include "../base/diag.h"
#include "../graph/program.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_close(model *m)
{
    builder_free(m->train_builder);
    builder_free(m->score_builder);
    graph_free(m->train);
    graph_free(m->score);
    parameters_free(m->parameters);
    weights_store_free(m->weights);
    for (int i = 0; i < m->parts; i++) {
        free(m->part[i].settings);
        free(m->part[i].state);
    }
    collections_close(&m->collected);
    model_talk_close(&m->talk);
    *m = (model){ 0 };
}

static int add_part(model *m, const ablate_module *module, const settings *from)
{
    model_part *part = &m->part[m->parts++];
    *part = (model_part){ .module = module };
    part->settings = take_zeroed(1, module->settings_size, "a module's settings");
    part->state = take_zeroed(1, module->state_size, "a module's state");
    if (!part->settings || !part->state)
        return -1;
    if (settings_fill(from, module->name, module->settings, part->settings) < 0)
        return -1;
    return settings_check_paths(from, module->name, module->settings);
}

static int load_parts(model *m, const model_request *r)
{
    const ablate_module *module[MODULE_LINE];
    char inputs[200];
    snprintf(inputs, sizeof inputs, "image %s", r->data->inputs ? r->data->inputs : "");
    int count = module_load_line(r->run->model, inputs, r->module_folders, r->at.file, r->at.line, module);
    int status = count < 0 ? -1 : 0;
    for (int i = 0; i < count && status == 0; i++)
        status = add_part(m, module[i], r->from);
    return status;
}

builder *model_begin(const model *m, const ablate_module *data, graph *g, bool training)
{
    builder *b = builder_new(g, &m->host, training);
    if (!b)
        return NULL;
    ablate_shape image = { 4, { m->run->batch, 3, m->input->size, m->input->size } };
    ablate_shape inputs = { 2, { m->run->batch, data->inputs_length } };
    builder_input(b, "image", &image);
    if (data->inputs)
        builder_input(b, data->inputs, &inputs);
    return b;
}

/* Lets every module compose in turn. */
static builder *compose(model *m, const ablate_module *data, graph *g, bool training)
{
    builder *b = model_begin(m, data, g, training);
    if (!b)
        return NULL;
    builder_listen(b, &m->talk.with);
    for (int i = 0; i < m->parts; i++)
        if (builder_compose(b, m->part[i].module, m->part[i].settings) < 0) {
            builder_free(b);
            return NULL;
        }
    return b;
}

static int check_shapes(const model *m)
{
    const int batch = m->run->batch, size = m->input->size;
    const ablate_shape map = { 3, { batch, size, size } }, score = { 1, { batch } };
    if (m->map && !shape_same(&m->map->shape, &map))
        return complain("the score map is %s; it must be (batch, size, size)", shape_words(&m->map->shape).text);
    if (m->image_score && !shape_same(&m->image_score->shape, &score))
        return complain("the image score is %s; it must be (batch)", shape_words(&m->image_score->shape).text);
    return 0;
}

int model_open(model *m, const model_request *r)
{
    *m = (model){
        .run = r->run, .input = r->input, .at = r->at, .weights = weights_store_new(), .parameters = parameters_new()
    };
    m->host = (builder_host){ .context = m->weights,
                              .weight = weights_store_tensor,
                              .weight_note = weights_store_note,
                              .has_weight = weights_store_has,
                              .collect = collections_enter,
                              .collector = &m->collected };
    m->collected =
        (collections){ .run = r->run, .input = r->input, .from = r->from, .session = r->session, .kept = r->kept };
    model_talk_open(&m->talk, r->input, r->run->seed);
    if (!m->weights || !m->parameters || load_parts(m, r) < 0)
        return -1;
    if (r->run->initial == RUN_NORMAL)
        parameters_begin_normal(m->parameters);
    m->train = graph_new(m->parameters);
    m->score = graph_new(m->parameters);
    if (!m->train || !m->score)
        return -1;
    m->train_builder = compose(m, r->data, m->train, true);
    m->score_builder = m->train_builder ? compose(m, r->data, m->score, false) : NULL;
    if (!m->score_builder)
        return -1;
    m->map = builder_value(m->score_builder, "score", -1);
    m->image_score = builder_value(m->score_builder, "score.image", -1);
    return check_shapes(m);
}

int model_draw(const model *m, const graph *g, const device *where, float *all)
{
    return parameters_draw(m->parameters, (uint64_t)m->run->seed, all) < 0 ? -1 : program_starts(g, where, all);
}

feed_request model_feed_request(session *on, const model *m, const graph *g)
{
    return (feed_request){ .session = on,
                           .input = m->input,
                           .numbers = m->run->features == RUN_FLOAT16 ? CACHE_FLOAT16 : CACHE_FLOAT32,
                           .graph = g,
                           .batch = m->run->batch };
}

int model_begin_epoch(model *m, int epoch)
{
    for (int i = 0; i < m->parts; i++)
        if (builder_epoch(m->train_builder, m->part[i].module, m->part[i].settings, m->part[i].state, epoch) < 0)
            return -1;
    return 0;
}

int model_describe(const model *m, settings *into)
{
    int status = 0;
    for (int i = 0; i < m->parts && status == 0; i++)
        status = settings_list(into, m->part[i].module->name, m->part[i].module->settings, m->part[i].settings, NULL);
    return status;
}
