#include "clip_lab.h"

void lab_prepare(lab *l, int size)
{
    *l = (lab){ .store = weights_store_new(), .parameters = parameters_new() };
    l->host = (builder_host){ .context = l->store,
                              .weight = weights_store_tensor,
                              .weight_note = weights_store_note,
                              .has_weight = weights_store_has };
    complaint_clear();
    stage_device();
    require(l->graph = graph_new(l->parameters));
    require(l->builder = builder_new(l->graph, &l->host, false));
    ablate_shape picture = { 4, { 2, 3, size, size } };
    require(l->image = builder_input(l->builder, "image", &picture));
}

void lab_set(lab *l, const char *text)
{
    require(settings_set_text(&l->chosen, text, "test", 1) == 0);
}

void lab_compose(lab *l)
{
    const ablate_module *module = module_load(l->module ? l->module : "clip", NULL);
    require(module);
    require(l->filled = take_zeroed(1, module->settings_size, "settings"));
    require(settings_fill(&l->chosen, module->name, module->settings, l->filled) == 0);
    l->status = builder_compose(l->builder, module, l->filled);
}

void lab_open(lab *l, int size, ...)
{
    va_list texts;
    lab_prepare(l, size);
    va_start(texts, size);
    for (const char *text; (text = va_arg(texts, const char *));)
        lab_set(l, text);
    va_end(texts);
    lab_compose(l);
}

void lab_close(lab *l)
{
    builder_free(l->builder);
    graph_free(l->graph);
    parameters_free(l->parameters);
    weights_store_free(l->store);
    settings_free(&l->chosen);
    free(l->filled);
    complaint_clear();
}

/* First values of the parameters, if there are any; the caller frees. */
static float *lab_parameters(const lab *l)
{
    float *first = take((size_t)l->parameters->count + 1, sizeof *first, "parameters");
    require(first && parameters_draw(l->parameters, 0, first) == 0);
    require(program_starts(l->graph, stage_device(), first) == 0);
    return first;
}

float *lab_get(lab *l, ablate_value *value)
{
    const device *where = stage_device();
    float *first = lab_parameters(l);
    constants *frozen = constants_new(where);
    int64_t pixels = shape_size(&l->image->shape);
    float *out = take((size_t)shape_size(&value->shape), sizeof *out, "a result");
    float *picture = take((size_t)pixels, sizeof *picture, "a picture");
    require(frozen && out && picture);
    for (int64_t k = 0; k < pixels; k++)
        picture[k] = (float)stage_number(1000, (unsigned)k);
    program_request request = { .graph = l->graph,
                                .device = where,
                                .constants = frozen,
                                .wanted = &value,
                                .wanted_count = 1,
                                .given = &l->image,
                                .given_count = 1,
                                .parameters = first };
    program *run = program_new(&request);
    require(run && program_put(run, l->image, picture) == 0 && program_run(run, 0) == 0);
    require(program_get(run, value, out) == 0);
    program_free(run);
    constants_free(frozen);
    free(picture);
    free(first);
    return out;
}

const char *weights_setting(const char *path)
{
    static char text[200];
    snprintf(text, sizeof text, "clip.weights=%s", path);
    return text;
}
