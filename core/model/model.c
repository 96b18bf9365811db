#include "model.h"
#include "../base/diag.h"
#include "../plugin/loader.h"
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
    for (int i = 0; i < m->remarks; i++)
        free(m->remark[i]);
    free(m->remark);
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

static int load_parts(model *m, const run_settings *run, const settings *from, const dataset *data, const char *folders,
                      const char *file, int line)
{
    const ablate_module *module[MODULE_LINE];
    char inputs[200];
    snprintf(inputs, sizeof inputs, "image %s", data->module->inputs ? data->module->inputs : "");
    int count = module_load_line(run->model, inputs, folders, file, line, module), status = count < 0 ? -1 : 0;
    for (int i = 0; i < count && status == 0; i++)
        status = add_part(m, module[i], from);
    return status;
}

/* Puts the inputs on the board and lets every module compose in turn. */
static builder *compose(model *m, const run_settings *run, const dataset *data, graph *g, bool training)
{
    builder *b = builder_new(g, &m->host, training);
    if (!b)
        return NULL;
    builder_listen(b, &m->talk);
    ablate_shape image = { 4, { run->batch, 3, run->size, run->size } };
    ablate_shape inputs = { 2, { run->batch, data->module->inputs_length } };
    builder_input(b, "image", &image);
    if (data->module->inputs)
        builder_input(b, data->module->inputs, &inputs);
    for (int i = 0; i < m->parts; i++)
        if (builder_compose(b, m->part[i].module, m->part[i].settings) < 0) {
            builder_free(b);
            return NULL;
        }
    return b;
}

static int check_shapes(const model *m, const run_settings *run)
{
    char text[64];
    const ablate_shape map = { 3, { run->batch, run->size, run->size } }, score = { 1, { run->batch } };
    if (m->map && !shape_same(&m->map->shape, &map))
        return complain("the score map is %s; it must be (batch, size, size)", shape_print(&m->map->shape, text));
    if (m->image_score && !shape_same(&m->image_score->shape, &score))
        return complain("the image score is %s; it must be (batch)", shape_print(&m->image_score->shape, text));
    return 0;
}

int model_open(model *m, const run_settings *run, const settings *from, const dataset *data, const char *module_folders,
               const char *file, int line)
{
    *m = (model){ .weights = weights_store_new(), .parameters = parameters_new() };
    m->host = (builder_host){ m->weights, weights_store_tensor, weights_store_note, weights_store_has, NULL, NULL };
    model_listen(m, run);
    if (!m->weights || !m->parameters || load_parts(m, run, from, data, module_folders, file, line) < 0)
        return -1;
    if (run->initial == RUN_NORMAL)
        parameters_begin_normal(m->parameters);
    m->train = graph_new(m->parameters);
    m->score = graph_new(m->parameters);
    if (!m->train || !m->score)
        return -1;
    m->train_builder = compose(m, run, data, m->train, true);
    m->score_builder = m->train_builder ? compose(m, run, data, m->score, false) : NULL;
    if (!m->score_builder)
        return -1;
    m->map = builder_value(m->score_builder, "score", -1);
    m->image_score = builder_value(m->score_builder, "score.image", -1);
    return check_shapes(m, run);
}

int model_begin_epoch(model *m, int epoch)
{
    for (int i = 0; i < m->parts; i++)
        if (builder_epoch(m->train_builder, m->part[i].module, m->part[i].settings, m->part[i].state, epoch) < 0)
            return -1;
    return 0;
}

int model_describe(const model *m, const run_settings *run, FILE *to)
{
    if (run_settings_print(run, to) < 0)
        return -1;
    for (int i = 0; i < m->parts; i++)
        if (m->part[i].module->settings)
            settings_print(m->part[i].module->name, m->part[i].module->settings, m->part[i].settings, NULL, to);
    return ferror(to) ? complain("out of memory for the resolved settings") : 0;
}

int model_digest(const model *m, const run_settings *run, hash_digest *out)
{
    char *text = NULL;
    size_t length = 0;
    hash_state state;
    hash_digest weights = weights_store_digest(m->weights);
    FILE *to = open_memstream(&text, &length);
    if (!to)
        return complain("out of memory for the resolved settings");
    int status = model_describe(m, run, to);
    fclose(to);
    hash_begin(&state);
    hash_add_text(&state, text);
    hash_add(&state, weights.byte, sizeof weights.byte);
    free(text);
    for (int i = 0; i < m->parts && status == 0; i++) {
        hash_digest code;
        status = hash_file(module_file(m->part[i].module), &code);
        hash_add(&state, code.byte, sizeof code.byte);
    }
    *out = hash_end(&state);
    return status;
}
