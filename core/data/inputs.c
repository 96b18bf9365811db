#include "inputs.h"
#include "../base/workers.h"
#include <string.h>

int inputs_list(const graph *g, ablate_value **list)
{
    int count = 0;
    for (int i = 0; i < g->values && count < ABLATE_INPUTS; i++)
        if (g->value[i]->kind == VALUE_INPUT)
            list[count++] = g->value[i];
    return count;
}

typedef struct input_work {
    const dataset *data;
    const input_settings *to;
    const ablate_value *input;
    const int *picture;
    float *out;
} input_work;

static int load_one(void *context, int i)
{
    const input_work *w = context;
    const int64_t n = shape_size(&w->input->shape) / w->input->shape.dim[0];
    if (strcmp(w->input->name, "image") == 0)
        return dataset_input(w->data, w->picture[i], w->to, w->out + i * n);
    memcpy(w->out + i * n, w->data->picture[w->picture[i]].inputs, (size_t)n * sizeof(float));
    return 0;
}

int inputs_load(const dataset *d, const input_settings *to, const ablate_value *input, const int *pictures, float *out)
{
    input_work work = { d, to, input, pictures, out };
    return workers_run((int)input->shape.dim[0], load_one, &work);
}
